/**
 * The block's inputs in sparse form: for each row, the list of its nonzero pixels as pairs
 * {f32 byte, u32 16 * pixel}. Four in five of MNIST's pixels are 0, and the products of layer 1
 * skip them.
 *
 * The images of a training step may be shifted or distorted first.
 */
import {
  blockRowNumbers,
  images,
  imageWidth,
  inputs,
  isDistorted,
  isShifted,
} from "./memory";
import { block } from "./block";
import { INPUTS, mark } from "./clock";
import { distorted } from "./distort";
import { layer } from "./layer";
import { prefetchRows } from "./prefetch";
import { threefry, word0, word1 } from "./threefry";

/**
 * The first counter word of the random bits for shifts, and the largest shift: see
 * `lib/engine/augment.ts`.
 */
const SHIFT_COUNTER: u32 = 0x73686966;
const LARGEST_SHIFT: i32 = 2;

/** Writes the pairs of the block's rows `from` to `to - 1`. */
export function buildInputs(from: u32, to: u32): void {
  mark(INPUTS);
  prefetchRows(blockRowNumbers + 4 * from, to - from);
  const self = layer(1);
  const step = block();
  const shifts = isShifted && step.isStep;
  const distorts = isDistorted && step.isStep;
  for (let i = from; i < to; i++) {
    let image = images + load<u32>(blockRowNumbers + 4 * i) * inputs;
    const pairs = self.pairsOf(i);
    if (distorts) image = distorted(image, step.from + i);
    const end = shifts ? shiftedPairs(image, pairs, i) : nonzeroPairs(image, pairs);
    store<u32>(self.endOf(i, 0), end);
  }
}

/**
 * Writes an image's pairs, and returns the address after the last one. It makes a mask with one bit
 * for each of 64 pixels and visits only the bits that are set. It may read up to 63 bytes after the
 * image; the last image has room for that.
 */
function nonzeroPairs(image: usize, pairs: usize): usize {
  for (let first: u32 = 0; first < inputs; first += 64) {
    const at = image + first;
    let mask = nonzeroMask(at) | (nonzeroMask(at + 16) << 16) | (nonzeroMask(at + 32) << 32) |
      (nonzeroMask(at + 48) << 48);
    if (inputs - first < 64) mask &= (<u64> 1 << (inputs - first)) - 1;
    // mask & (mask - 1) clears the lowest bit.
    for (; mask != 0; mask &= mask - 1) {
      const pixel = first + <u32> ctz(mask);
      store<f32>(pairs, <f32> load<u8>(image + pixel));
      store<u32>(pairs, pixel << 4, 4);
      pairs += 8;
    }
  }
  return pairs;
}

/** Returns 16 bits, one per byte: 1 if the byte is not 0. */
// @ts-ignore: decorator
@inline
function nonzeroMask(address: usize): u64 {
  return <u64> v128.bitmask<i8>(v128.ne<u8>(v128.load(address), i8x16.splat(0)));
}

/**
 * Writes the pairs of an image shifted by (dx, dy), without the pixels that move over the edge, and
 * returns the address after the last one.
 */
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
      // Advances by 8 bytes, or by 0 if the byte is 0, so that the next pair overwrites this one.
      pairs += ((byte + 255) >> 8) << 3;
    }
  }
  return pairs;
}
