/** The rows of a block as inputs: their nonzero pixels. */
import {
  blockRowNumbers,
  images,
  imageWidth,
  inputs,
  isDistorted,
  isShifted,
  pixelPairs,
  pixelPairsEnd,
} from "./memory";
import { block } from "./block";
import { distorted } from "./distort";
import { touchRows } from "./touch";
import { threefry, word0, word1 } from "./threefry";

/** First counter word of the blocks that shift rows, and the largest shift: `lib/engine/augment.ts`. */
const SHIFT_COUNTER: u32 = 0x73686966;
const LARGEST_SHIFT: i32 = 2;

/** Writes the pairs {byte, 16 * pixel} of the block's rows `from` to `to - 1`. */
export function buildInputs(from: u32, to: u32): void {
  touchRows(blockRowNumbers + 4 * from, to - from);
  const step = block();
  const shifts = isShifted && step.isStep;
  const distorts = isDistorted && step.isStep;
  for (let i = from; i < to; i++) {
    let image = images + load<u32>(blockRowNumbers + 4 * i) * inputs;
    const pairs = pixelPairs + i * inputs * 8;
    if (distorts) image = distorted(image, step.from + i);
    const end = shifts ? shiftedPairs(image, pairs, i) : nonzeroPairs(image, pairs);
    store<u32>(pixelPairsEnd + 4 * i, end);
  }
}

/**
 * The image's nonzero bytes; returns the address behind the last pair. A bit mask of 64 pixels at a time
 * says where they are; behind the last image there is room for reading on.
 */
function nonzeroPairs(image: usize, pairs: usize): usize {
  for (let first: u32 = 0; first < inputs; first += 64) {
    const at = image + first;
    let inked = inkedBits(at) | (inkedBits(at + 16) << 16) | (inkedBits(at + 32) << 32) |
      (inkedBits(at + 48) << 48);
    if (inputs - first < 64) inked &= (<u64> 1 << (inputs - first)) - 1;
    for (; inked != 0; inked &= inked - 1) {
      const pixel = first + <u32> ctz(inked);
      store<f32>(pairs, <f32> load<u8>(image + pixel));
      store<u32>(pairs, pixel << 4, 4);
      pairs += 8;
    }
  }
  return pairs;
}

/** Which of 16 bytes are not 0, a bit each. */
// @ts-ignore: decorator
@inline
function inkedBits(address: usize): u64 {
  return <u64> v128.bitmask<i8>(v128.ne<u8>(v128.load(address), i8x16.splat(0)));
}

/** The same of an image that is moved: what leaves it is dropped. */
function shiftedPairs(image: usize, pairs: usize, i: u32): usize {
  const step = block();
  threefry(step.key0, step.key1, SHIFT_COUNTER, step.from + i);
  const choices: u32 = 2 * LARGEST_SHIFT + 1;
  const dx = <i32> (word0 % choices) - LARGEST_SHIFT;
  const dy = <i32> (word1 % choices) - LARGEST_SHIFT;
  const width = <i32> imageWidth;
  const height = <i32> inputs / width;
  for (let y = max(0, -dy); y < min(height, height - dy); y++) {
    const line = image + y * width;
    const moved = (y + dy) * width + dx;
    for (let x = max(0, -dx); x < min(width, width - dx); x++) {
      const byte: u32 = load<u8>(line + x);
      store<f32>(pairs, <f32> byte);
      store<u32>(pairs, (moved + x) << 4, 4);
      pairs += ((byte + 255) >> 8) << 3;
    }
  }
  return pairs;
}
