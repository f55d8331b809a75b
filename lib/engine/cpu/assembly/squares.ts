/**
 * The pixels of an image as distort.ts loads them: the four pixels around a position by one load.
 *
 *   padded   u8 (height + 5, stride): the image with MARGIN zero lines above it and MARGIN zero columns
 *            to its left, and at least as many below it and to its right
 *   squares  u32 (height + 4, stride): for each position of the padded image, the bytes of the 2 x 2
 *            square that begins there: (x, y), (x + 1, y), (x, y + 1), (x + 1, y + 1)
 *
 * Most of an MNIST image is 0, so only the lines of the box around the nonzero pixels are filled.
 */
import { imageWidth, inputs } from "./memory";

export const MARGIN: u32 = 2;

/**
 * The box around the nonzero pixels of the padded image: its first and last columns and lines; the
 * result of `gatherSquares`.
 */
export let left: u32 = 0;
export let right: u32 = 0;
export let top: u32 = 0;
export let bottom: u32 = 0;

/**
 * Fills the squares of the box's lines and of one line above and below, 16 positions at a time.
 *
 * @param image Address of the image
 * @param padded Address of the padded image
 * @param squares Address of the squares
 * @param stride The number of positions in a line of both, a multiple of 16
 * @returns False if all pixels are 0; then it has no box, and no square is filled
 */
export function gatherSquares(image: usize, padded: usize, squares: usize, stride: u32): bool {
  pad(image, padded, stride);
  if (!findBox(padded, stride)) return false;
  const end = (bottom + 2) * stride;
  for (let i = (top - 1) * stride; i < end; i += 16) {
    const from = padded + i;
    const first = v128.load(from);
    const beside = v128.load(from, 1);
    const below = v128.load(from + stride);
    const last = v128.load(from + stride, 1);
    const upper = lowBytes(first, beside);
    const lower = lowBytes(below, last);
    const upper2 = highBytes(first, beside);
    const lower2 = highBytes(below, last);
    const to = squares + 4 * i;
    v128.store(to, lowPairs(upper, lower));
    v128.store(to, highPairs(upper, lower), 16);
    v128.store(to, lowPairs(upper2, lower2), 32);
    v128.store(to, highPairs(upper2, lower2), 48);
  }
  return true;
}

/** Copies an image into the padded image, whose margins stay 0. */
function pad(image: usize, padded: usize, stride: u32): void {
  const width = imageWidth;
  const height = inputs / width;
  for (let y: u32 = 0; y < height; y++) {
    const from = image + y * width;
    const to = padded + (y + MARGIN) * stride + MARGIN;
    let x: u32 = 0;
    for (; x + 4 <= width; x += 4) store<u32>(to + x, load<u32>(from + x));
    for (; x < width; x++) store<u8>(to + x, load<u8>(from + x));
  }
}

/** Finds the box around the nonzero pixels of the padded image; returns false if there are none. */
function findBox(padded: usize, stride: u32): bool {
  const height = inputs / imageWidth;
  const end = padded + (MARGIN + height) * stride;
  left = stride;
  for (let x: u32 = 0; x < stride; x += 16) {
    let columns = i8x16.splat(0);
    for (let at = padded + MARGIN * stride + x; at < end; at += stride) {
      columns = v128.or(columns, v128.load(at));
    }
    const inked = i8x16.bitmask(i8x16.ne(columns, i8x16.splat(0)));
    if (inked == 0) continue;
    if (left == stride) left = x + ctz(inked);
    right = x + 31 - clz(inked);
  }
  if (left == stride) return false;
  top = MARGIN;
  while (!isInked(padded + top * stride, stride)) top++;
  bottom = MARGIN + height - 1;
  while (!isInked(padded + bottom * stride, stride)) bottom--;
  return true;
}

/** Returns whether a line of the padded image has a nonzero pixel. */
function isInked(line: usize, stride: u32): bool {
  for (let x: u32 = 0; x < stride; x += 16) {
    if (v128.any_true(v128.load(line + x))) return true;
  }
  return false;
}

// Each interleaves the first or last 8 bytes, or 4 pairs of bytes, of two vectors.
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
