/** Distortions of a step's images, as `lib/engine/distortion.ts` defines them, four pixels at a time. */
import { block } from "./block";
import {
  columnWeights,
  distortScratch,
  distortScratchBytes,
  imageWidth,
  inputs,
  rotate,
  rowWeights,
  shear,
  shift,
  thread,
  warp,
  zoom,
} from "./memory";
import { threefry24 } from "./threefry";

/** As in distortion.ts. */
const DISTORT_COUNTER: u32 = 0x64697374;
const AFFINE_BLOCKS: u32 = 3;
const GRID: u32 = 7;

/** Blocks are computed 24 at a time; so many that there are enough for a row with control points. */
const AT_ONCE: u32 = 24;
const BLOCKS: u32 = 3 * AT_ONCE;

/** 2^23: from it on, numbers are whole; added to smaller ones, it rounds them. */
const ROUNDER: f32 = 8388608;

// A thread's scratch, as byte offsets.
/** u32 (BLOCKS) twice: the first words of the row's blocks, and the second */
const OTHERS: usize = 4 * BLOCKS;
/** f32 (GRID, 8) twice: the control points' x, and y */
const POINTS_X: usize = 8 * BLOCKS;
const POINTS_Y: usize = POINTS_X + 32 * GRID;
/** f32 (8) twice: the same for one line of pixels */
const LINE_X: usize = POINTS_Y + 32 * GRID;
const LINE_Y: usize = LINE_X + 32;
/** u8 (height + 5, stride): the image with two lines and columns of zeros before it, and as many or more behind. */
const PADDED: usize = LINE_Y + 32;
// Behind it:
// u32 (height + 4, stride): from each place of those, four bytes: (x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)
// u8 (inputs): the result

/** Zeros before an image, each way. */
const MARGIN: u32 = 2;

/** Distorts a row of the step's; returns the address of the new image. */
export function distorted(image: usize, position: u32): usize {
  const scratch = distortScratch + thread * distortScratchBytes;
  const width = imageWidth;
  const height = inputs / width;
  const stride = (width + 19) & ~15;
  const padded = scratch + PADDED;
  const squares = padded + (height + 5) * stride + 16;
  const result = squares + 4 * (height + 4) * stride;
  const isWarped = warp != 0;
  const step = block();
  const blocks: u32 = isWarped ? BLOCKS : AT_ONCE;
  for (let i: u32 = 0; i < blocks; i += AT_ONCE) {
    const words = scratch + 4 * i;
    threefry24(
      step.key0,
      step.key1,
      DISTORT_COUNTER + i,
      position + i,
      false,
      words,
      words + OTHERS,
    );
  }
  if (isWarped) placePoints(scratch);
  pad(image, padded, width, height, stride);
  gatherSquares(padded, squares, (height + 4) * stride, stride);

  const angle = rotate * drawn(scratch, 0);
  const sideways = shear * drawn(scratch + OTHERS, 0);
  const zoomX: f32 = 1 + zoom * drawn(scratch, 1);
  const zoomY: f32 = 1 + zoom * drawn(scratch + OTHERS, 1);
  const sine = sineOf(angle);
  const cosine = cosineOf(angle);
  const xy = (cosine * sideways - sine) * zoomY;
  const yy = (sine * sideways + cosine) * zoomY;
  const xx = f32x4.splat(cosine * zoomX);
  const yx = f32x4.splat(sine * zoomX);
  const centreX: f32 = <f32> (width - 1) / 2;
  const centreY: f32 = <f32> (height - 1) / 2;
  // From the padding's corner.
  const startX = <f32> MARGIN + centreX + shift * drawn(scratch, 2);
  const startY = <f32> MARGIN + centreY + shift * drawn(scratch + OTHERS, 2);
  const weightsStride: usize = (<usize> width + 3 & ~3) * 4;
  const least = f32x4.splat(<f32> (MARGIN - 1));
  const mostX = f32x4.splat(<f32> (MARGIN + width));
  const mostY = f32x4.splat(<f32> (MARGIN + height));
  const strides = f32x4.splat(<f32> stride);
  const half = f32x4.splat(0.5);
  const rounder = f32x4.splat(ROUNDER);

  for (let y: u32 = 0; y < height; y++) {
    const fromY: f32 = <f32> y - centreY;
    const lineX = f32x4.splat(startX + xy * fromY);
    const lineY = f32x4.splat(startY + yy * fromY);
    if (isWarped) fieldOfLine(scratch, y);
    for (let x: u32 = 0; x < width; x += 4) {
      const fromX = f32x4.add(f32x4.splat(<f32> x - centreX), f32x4(0, 1, 2, 3));
      let sourceX = f32x4.add(lineX, f32x4.mul(xx, fromX));
      let sourceY = f32x4.add(lineY, f32x4.mul(yx, fromX));
      if (isWarped) {
        let weights = columnWeights + 4 * x;
        for (let c: usize = 0; c < 4 * GRID; c += 4) {
          const weight = v128.load(weights);
          const moveX = v128.load32_splat(scratch + c, LINE_X);
          const moveY = v128.load32_splat(scratch + c, LINE_Y);
          sourceX = f32x4.add(sourceX, f32x4.mul(weight, moveX));
          sourceY = f32x4.add(sourceY, f32x4.mul(weight, moveY));
          weights += weightsStride;
        }
      }
      sourceX = f32x4.min(f32x4.max(sourceX, least), mostX);
      sourceY = f32x4.min(f32x4.max(sourceY, least), mostY);
      // Whole numbers, below or at most equal: where they are 1 below a whole place, `right` or `down` is 1.
      const left = f32x4.sub(f32x4.add(f32x4.sub(sourceX, half), rounder), rounder);
      const top = f32x4.sub(f32x4.add(f32x4.sub(sourceY, half), rounder), rounder);
      const places = f32x4.add(f32x4.add(left, f32x4.mul(top, strides)), rounder);
      const offsets = i32x4.shl(v128.and(places, i32x4.splat(0x7fffff)), 2);
      let square = v128.load32_zero(squares + i32x4.extract_lane(offsets, 0));
      square = v128.load_lane<u32>(squares + i32x4.extract_lane(offsets, 1), square, 1);
      square = v128.load_lane<u32>(squares + i32x4.extract_lane(offsets, 2), square, 2);
      square = v128.load_lane<u32>(squares + i32x4.extract_lane(offsets, 3), square, 3);
      // Behind a line's end, what this writes is overwritten by the next line.
      const at = result + y * width + x;
      if (!v128.any_true(square)) {
        store<u32>(at, 0);
        continue;
      }
      const right = f32x4.sub(sourceX, left);
      const down = f32x4.sub(sourceY, top);
      const above = between(byteOf(square, 0), byteOf(square, 8), right);
      const below = between(byteOf(square, 16), byteOf(square, 24), right);
      const value = between(above, below, down);
      const bytes = i32x4.trunc_sat_f32x4_s(f32x4.add(value, half));
      const narrow = i16x8.narrow_i32x4_s(bytes, bytes);
      store<u32>(at, i32x4.extract_lane(i8x16.narrow_i16x8_u(narrow, narrow), 0));
    }
  }
  return result;
}

/** The number in [-1, 1) of a block's word. */
// @ts-ignore: decorator
@inline
function drawn(words: usize, i: u32): f32 {
  return fraction(load<i32>(words + 4 * i));
}

// @ts-ignore: decorator
@inline
function fraction(word: i32): f32 {
  return <f32> (word >> 8) * <f32> (1.0 / 8388608.0);
}

/** The control points, from the blocks behind the affine part's. */
function placePoints(scratch: usize): void {
  for (let r: u32 = 0; r < GRID; r++) {
    for (let c: u32 = 0; c < GRID; c++) {
      const i = AFFINE_BLOCKS + r * GRID + c;
      const to = scratch + 4 * (8 * r + c);
      store<f32>(to, warp * drawn(scratch, i), POINTS_X);
      store<f32>(to, warp * drawn(scratch + OTHERS, i), POINTS_Y);
    }
  }
}

/** The control points' movements, blended for a line of pixels. */
function fieldOfLine(scratch: usize, y: u32): void {
  let x0 = f32x4.splat(0);
  let x1 = f32x4.splat(0);
  let y0 = f32x4.splat(0);
  let y1 = f32x4.splat(0);
  const weights = rowWeights + 4 * GRID * y;
  for (let r: u32 = 0; r < GRID; r++) {
    const weight = v128.load32_splat(weights + 4 * r);
    const points = scratch + 32 * r;
    x0 = f32x4.add(x0, f32x4.mul(weight, v128.load(points, POINTS_X)));
    x1 = f32x4.add(x1, f32x4.mul(weight, v128.load(points, POINTS_X + 16)));
    y0 = f32x4.add(y0, f32x4.mul(weight, v128.load(points, POINTS_Y)));
    y1 = f32x4.add(y1, f32x4.mul(weight, v128.load(points, POINTS_Y + 16)));
  }
  v128.store(scratch, x0, LINE_X);
  v128.store(scratch, x1, LINE_X + 16);
  v128.store(scratch, y0, LINE_Y);
  v128.store(scratch, y1, LINE_Y + 16);
}

/** Copies an image into the padding, of which only the inside is ever written. */
function pad(image: usize, padded: usize, width: u32, height: u32, stride: u32): void {
  for (let y: u32 = 0; y < height; y++) {
    const from = image + y * width;
    const to = padded + (y + MARGIN) * stride + MARGIN;
    let x: u32 = 0;
    for (; x + 4 <= width; x += 4) store<u32>(to + x, load<u32>(from + x));
    for (; x < width; x++) store<u8>(to + x, load<u8>(from + x));
  }
}

/** Puts the four bytes from each place together, so that one load gets them; 16 places at a time. */
function gatherSquares(padded: usize, squares: usize, places: usize, stride: usize): void {
  for (let i: usize = 0; i < places; i += 16) {
    const from = padded + i;
    const first = v128.load(from);
    const right = v128.load(from, 1);
    const below = v128.load(from + stride);
    const last = v128.load(from + stride, 1);
    const upper = lowBytes(first, right);
    const lower = lowBytes(below, last);
    const upper2 = highBytes(first, right);
    const lower2 = highBytes(below, last);
    const to = squares + 4 * i;
    v128.store(to, lowPairs(upper, lower));
    v128.store(to, highPairs(upper, lower), 16);
    v128.store(to, lowPairs(upper2, lower2), 32);
    v128.store(to, highPairs(upper2, lower2), 48);
  }
}

// The first, or last, bytes or pairs of bytes of two vectors in turns.
// @ts-ignore: decorator
@inline
function lowBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}

// @ts-ignore: decorator
@inline
function highBytes(a: v128, b: v128): v128 {
  return i8x16.shuffle(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15, 31);
}

// @ts-ignore: decorator
@inline
function lowPairs(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 0, 8, 1, 9, 2, 10, 3, 11);
}

// @ts-ignore: decorator
@inline
function highPairs(a: v128, b: v128): v128 {
  return v128.shuffle<u16>(a, b, 4, 12, 5, 13, 6, 14, 7, 15);
}

/** Of each of four squares, the byte from this bit on, as a number. */
// @ts-ignore: decorator
@inline
function byteOf(square: v128, bit: i32): v128 {
  return f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(square, bit), i32x4.splat(255)));
}

/** The value so far from a to b. */
// @ts-ignore: decorator
@inline
function between(a: v128, b: v128, part: v128): v128 {
  return f32x4.add(a, f32x4.mul(part, f32x4.sub(b, a)));
}

/** sin(a) for |a| <= pi, within 3e-5: Taylor's polynomial. */
function sineOf(a: f32): f32 {
  const q = a * a;
  let p: f32 = 1.0 / 6227020800.0;
  p = p * q - <f32> (1.0 / 39916800.0);
  p = p * q + <f32> (1.0 / 362880.0);
  p = p * q - <f32> (1.0 / 5040.0);
  p = p * q + <f32> (1.0 / 120.0);
  p = p * q - <f32> (1.0 / 6.0);
  return a + a * q * p;
}

/** cos(a) for |a| <= pi, within 1e-5. */
function cosineOf(a: f32): f32 {
  const q = a * a;
  let p: f32 = -1.0 / 87178291200.0;
  p = p * q + <f32> (1.0 / 479001600.0);
  p = p * q - <f32> (1.0 / 3628800.0);
  p = p * q + <f32> (1.0 / 40320.0);
  p = p * q - <f32> (1.0 / 720.0);
  p = p * q + <f32> (1.0 / 24.0);
  p = p * q - <f32> 0.5;
  return 1 + q * p;
}
