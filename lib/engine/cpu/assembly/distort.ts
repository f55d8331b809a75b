/**
 * Distorts the images of a training step as `lib/engine/distortion.ts` defines it: each pixel takes
 * its value from a position between four pixels of the original image.
 *
 *   images (rows, height, width) of u8   the original images
 *   columnWeights, rowWeights            the splines of the displacement field: see memory.ts
 *   distortScratch (threads)             a thread's scratch memory: see below
 *
 * Four neighboring pixels are computed at a time. Most of an MNIST image is 0, so only pixels are
 * computed that may take their value from inside the box around the nonzero pixels (squares.ts); all
 * others are 0. Source positions are relative to the padded image.
 */
import { cosineOf, multiplyAdd, sineOf } from "./arithmetic";
import { block } from "./block";
import {
  columnPoints,
  columnTaps,
  columnWeights,
  distortScratch,
  distortScratchBytes,
  imageWidth,
  inputs,
  rotate,
  rowPoints,
  rowWeights,
  shear,
  shift,
  thread,
  warp,
  zoom,
} from "./memory";
import { bottom, gatherSquares, left, MARGIN, right, top } from "./squares";
import { threefry24 } from "./threefry";

/** The constants of distortion.ts. */
const DISTORT_COUNTER: u32 = 0x64697374;
const AFFINE_COUNTERS: u32 = 3;
const GRID: u32 = 7;

/**
 * Random words are computed for 24 counters at a time. A row with control points needs those of 52
 * counters, so three times 24.
 */
const AT_ONCE: u32 = 24;
const COUNTERS: u32 = 3 * AT_ONCE;

/**
 * 2^23. The sum of ROUNDER and an integer from 0 to 2^23 - 1 has that integer in its low bits, so
 * addresses can be computed with f32 multiply-adds.
 */
const ROUNDER: f32 = 8388608;

/**
 * A bound, in pixels, of the rounding error of a source position: enough for positions up to 2^18
 * pixels away.
 */
const SLACK: f32 = 0.125;

// Offsets in a thread's scratch memory.
/** u32 (2, COUNTERS): the first random words of the row's counters, then the second words. */
const OTHERS: usize = 4 * COUNTERS;
/** f32 (GRID, 8) twice: the x, then the y displacements of the control points. Column 7 stays 0. */
const POINTS_X: usize = 8 * COUNTERS;
const POINTS_Y: usize = POINTS_X + 32 * GRID;
/** f32 (8) twice: the same, blended for one line of pixels. */
const LINE_X: usize = POINTS_Y + 32 * GRID;
const LINE_Y: usize = LINE_X + 32;
/**
 * u8 (height + 5, stride): the padded image; u32 (height + 4, stride): its squares, both described in
 * squares.ts; u8 (inputs): the distorted image.
 */
const PADDED: usize = LINE_Y + 32;

// What the lines of an image have in common.
/** How the source position changes from one pixel of a line to the next. */
let stepX: f32 = 0;
let stepY: f32 = 0;

/** Distorts the row at `position` of the permutation; returns the address of the distorted image. */
export function distorted(image: usize, position: u32): usize {
  const scratch = distortScratch + thread * distortScratchBytes;
  const width = imageWidth;
  const height = inputs / width;
  const stride = (width + 19) & ~15;
  const padded = scratch + PADDED;
  const squares = padded + (height + 5) * stride + 16;
  const result = squares + 4 * (height + 4) * stride;
  // An image of zeros stays as it is.
  if (!gatherSquares(image, padded, squares, stride)) return image;

  const isWarped = warp != 0;
  const step = block();
  const counters: u32 = isWarped ? COUNTERS : AT_ONCE;
  for (let i: u32 = 0; i < counters; i += AT_ONCE) {
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

  const angle = rotate * drawn(scratch, 0);
  const sideways = shear * drawn(scratch + OTHERS, 0);
  const zoomX: f32 = 1 + zoom * drawn(scratch, 1);
  const zoomY: f32 = 1 + zoom * drawn(scratch + OTHERS, 1);
  const sine = sineOf(angle);
  const cosine = cosineOf(angle);
  stepX = cosine * zoomX;
  stepY = sine * zoomX;
  const xy = (cosine * sideways - sine) * zoomY;
  const yy = (sine * sideways + cosine) * zoomY;
  const centerX: f32 = <f32> (width - 1) / 2;
  const centerY: f32 = <f32> (height - 1) / 2;
  const shiftX = shift * drawn(scratch, 2);
  const shiftY = shift * drawn(scratch + OTHERS, 2);
  // The source of the first pixel of a line, without its displacement, is startX + y xy, startY + y yy.
  const startX = <f32> MARGIN + centerX + shiftX - stepX * centerX - xy * centerY;
  const startY = <f32> MARGIN + centerY + shiftY - stepY * centerX - yy * centerY;
  // For the box's left, right, top and bottom edges, with signs such that a source is beyond an
  // edge if it is less than the edge: (x, -x, y, -y).
  const start = vectorOf(startX, -startX, startY, -startY);
  const perLine = vectorOf(xy, -xy, yy, -yy);
  const perStep = vectorOf(1 / stepX, -1 / stepX, 1 / stepY, -1 / stepY);
  const edges = f32x4.sub(
    vectorOf(
      <f32> left - 1,
      -<f32> right - 1,
      <f32> top - 1,
      -<f32> bottom - 1,
    ),
    f32x4.splat(SLACK),
  );
  const roundedWidth = (width + 3) & ~3;
  const last: f32 = <f32> (width - 1);

  for (let y: u32 = 0; y < height; y++) {
    const source = multiplyAdd(perLine, f32x4.splat(<f32> y), start);
    let distances = f32x4.sub(edges, source);
    if (isWarped) {
      blendPoints(scratch, y);
      distances = f32x4.sub(distances, largestDisplacements(scratch));
    }
    // The places in the line, counted in pixels, where the source crosses the edges. With a step of
    // 0, they are infinite, or NaN if the source stays on an edge, and then all pixels are 0.
    const crossings = f32x4.mul(distances, perStep);
    const others = v128.shuffle<f32>(crossings, crossings, 1, 0, 3, 2);
    const entries = f32x4.pmin(crossings, others);
    const exits = f32x4.pmax(crossings, others);
    const entry = f32x4.pmax(entries, v128.shuffle<f32>(entries, entries, 2, 3, 0, 1));
    const exit = f32x4.pmin(exits, v128.shuffle<f32>(exits, exits, 2, 3, 0, 1));
    const from = f32x4.extract_lane(f32x4.pmax(entry, f32x4.splat(0)), 0);
    const to = f32x4.extract_lane(f32x4.pmin(exit, f32x4.splat(last)), 0);
    const line = result + y * width;
    let first: u32 = 0;
    let end: u32 = 0;
    if (from <= to) {
      first = <u32> from & ~3;
      end = min((<u32> to + 4) & ~3, roundedWidth);
    }
    // If the width is no multiple of 4, stores at the end of a line also change the next line's
    // first pixels, which are stored later, or the bytes after the image, which nothing reads.
    for (let x: u32 = 0; x < first; x += 4) store<u32>(line + x, 0);
    if (first < end) resample(squares, stride, scratch, line, first, end, source);
    for (let x = end; x < width; x += 4) store<u32>(line + x, 0);
  }
  return result;
}

/**
 * Computes the pixels `first` to `end - 1` of a line, both multiples of 4.
 *
 * @param line Address of the line's first pixel
 * @param source The source of the line's first pixel without its displacement: (x, -x, y, -y)
 */
function resample(
  squares: usize,
  stride: u32,
  scratch: usize,
  line: usize,
  first: u32,
  end: u32,
  source: v128,
): void {
  const isWarped = warp != 0;
  const hasSeven = columnTaps > 5;
  const allWeights = columnWeights;
  const allPoints = columnPoints;
  const lowX = f32x4.splat(<f32> (left - 1));
  const highX = f32x4.splat(<f32> (right + 1));
  const lowY = f32x4.splat(<f32> (top - 1));
  const highY = f32x4.splat(<f32> (bottom + 1));
  const xx = f32x4.splat(stepX);
  const yx = f32x4.splat(stepY);
  const startX = multiplyAdd(xx, f32x4(0, 1, 2, 3), v128.shuffle<f32>(source, source, 0, 0, 0, 0));
  const startY = multiplyAdd(yx, f32x4(0, 1, 2, 3), v128.shuffle<f32>(source, source, 2, 2, 2, 2));
  const squareBytes = f32x4.splat(4);
  const lineBytes = f32x4.splat(<f32> stride * 4);
  const rounder = f32x4.splat(ROUNDER);
  const base = squares - reinterpret<u32>(ROUNDER);
  for (let x = first; x < end; x += 4) {
    const fromFirst = f32x4.splat(<f32> x);
    let sourceX = multiplyAdd(xx, fromFirst, startX);
    let sourceY = multiplyAdd(yx, fromFirst, startY);
    if (isWarped) {
      const weights = allWeights + 16 * GRID / 4 * x;
      const points = scratch + load<u32>(allPoints + x);
      sourceX = displace(sourceX, weights, points, LINE_X, 0);
      sourceY = displace(sourceY, weights, points, LINE_Y, 0);
      sourceX = displace(sourceX, weights, points, LINE_X, 1);
      sourceY = displace(sourceY, weights, points, LINE_Y, 1);
      sourceX = displace(sourceX, weights, points, LINE_X, 2);
      sourceY = displace(sourceY, weights, points, LINE_Y, 2);
      sourceX = displace(sourceX, weights, points, LINE_X, 3);
      sourceY = displace(sourceY, weights, points, LINE_Y, 3);
      sourceX = displace(sourceX, weights, points, LINE_X, 4);
      sourceY = displace(sourceY, weights, points, LINE_Y, 4);
      if (hasSeven) {
        sourceX = displace(sourceX, weights, points, LINE_X, 5);
        sourceY = displace(sourceY, weights, points, LINE_Y, 5);
        sourceX = displace(sourceX, weights, points, LINE_X, 6);
        sourceY = displace(sourceY, weights, points, LINE_Y, 6);
      }
    }
    // All squares just outside the box are 0, so positions farther away can be moved there.
    sourceX = f32x4.pmin(f32x4.pmax(sourceX, lowX), highX);
    sourceY = f32x4.pmin(f32x4.pmax(sourceY, lowY), highY);
    const cornerX = f32x4.floor(sourceX);
    const cornerY = f32x4.floor(sourceY);
    const offsets = multiplyAdd(cornerY, lineBytes, multiplyAdd(cornerX, squareBytes, rounder));
    let square = v128.load32_zero(base + i32x4.extract_lane(offsets, 0));
    square = v128.load_lane<u32>(base + i32x4.extract_lane(offsets, 1), square, 1);
    square = v128.load_lane<u32>(base + i32x4.extract_lane(offsets, 2), square, 2);
    square = v128.load_lane<u32>(base + i32x4.extract_lane(offsets, 3), square, 3);
    if (!v128.any_true(square)) {
      store<u32>(line + x, 0);
      continue;
    }
    const partX = f32x4.sub(sourceX, cornerX);
    const partY = f32x4.sub(sourceY, cornerY);
    const above = interpolate(byteOf(square, 0), byteOf(square, 8), partX);
    const below = interpolate(byteOf(square, 16), byteOf(square, 24), partX);
    const value = f32x4.add(interpolate(above, below, partY), f32x4.splat(0.5));
    const integers = truncate(value);
    const pairs = i16x8.narrow_i32x4_s(integers, integers);
    store<u32>(line + x, i32x4.extract_lane(i8x16.narrow_i16x8_u(pairs, pairs), 0));
  }
}

/** Adds to the source of four pixels their displacement by one of the control points around them. */
// @ts-ignore: decorator
@inline
function displace(source: v128, weights: usize, points: usize, line: usize, tap: usize): v128 {
  const point = v128.load32_splat(points + line + 4 * tap);
  return multiplyAdd(v128.load(weights + 16 * tap), point, source);
}

/** Returns word i of the row's random words as a number in [-1, 1). */
// @ts-ignore: decorator
@inline
function drawn(words: usize, i: u32): f32 {
  return <f32> (load<i32>(words + 4 * i) >> 8) * <f32> (1.0 / 8388608.0);
}

/** Computes the displacements of the control points from the row's random words. */
function placePoints(scratch: usize): void {
  for (let r: u32 = 0; r < GRID; r++) {
    for (let c: u32 = 0; c < GRID; c++) {
      const i = AFFINE_COUNTERS + r * GRID + c;
      const to = scratch + 4 * (8 * r + c);
      store<f32>(to, warp * drawn(scratch, i), POINTS_X);
      store<f32>(to, warp * drawn(scratch + OTHERS, i), POINTS_Y);
    }
  }
}

/** Blends the four lines of control points around a line of pixels. */
function blendPoints(scratch: usize, y: u32): void {
  let weights = rowWeights + 16 * y;
  let points = scratch + load<u32>(rowPoints + 4 * y);
  let x0 = f32x4.splat(0), x1 = x0;
  let y0 = x0, y1 = x0;
  for (const end = weights + 16; weights < end; weights += 4, points += 32) {
    const weight = v128.load32_splat(weights);
    x0 = multiplyAdd(weight, v128.load(points, POINTS_X), x0);
    x1 = multiplyAdd(weight, v128.load(points, POINTS_X + 16), x1);
    y0 = multiplyAdd(weight, v128.load(points, POINTS_Y), y0);
    y1 = multiplyAdd(weight, v128.load(points, POINTS_Y + 16), y1);
  }
  v128.store(scratch, x0, LINE_X);
  v128.store(scratch, x1, LINE_X + 16);
  v128.store(scratch, y0, LINE_Y);
  v128.store(scratch, y1, LINE_Y + 16);
}

/**
 * Returns bounds of the displacements (x, -x, y, -y) in the blended line: the largest of its control
 * points, of which each displacement is a weighted average.
 */
// @ts-ignore: decorator
@inline
function largestDisplacements(scratch: usize): v128 {
  const x0 = v128.load(scratch, LINE_X);
  const x1 = v128.load(scratch, LINE_X + 16);
  const y0 = v128.load(scratch, LINE_Y);
  const y1 = v128.load(scratch, LINE_Y + 16);
  const x = largestPairs(f32x4.pmax(x0, x1), f32x4.neg(f32x4.pmin(x0, x1)));
  const y = largestPairs(f32x4.pmax(y0, y1), f32x4.neg(f32x4.pmin(y0, y1)));
  return f32x4.pmax(v128.shuffle<f32>(x, y, 0, 1, 4, 5), v128.shuffle<f32>(x, y, 2, 3, 6, 7));
}

/** Returns the larger of a0 and a2, of b0 and b2, of a1 and a3, and of b1 and b3. */
// @ts-ignore: decorator
@inline
function largestPairs(a: v128, b: v128): v128 {
  return f32x4.pmax(v128.shuffle<f32>(a, b, 0, 4, 1, 5), v128.shuffle<f32>(a, b, 2, 6, 3, 7));
}

/** Returns the byte at a bit offset of each of four squares, as f32. */
// @ts-ignore: decorator
@inline
function byteOf(square: v128, bit: i32): v128 {
  return f32x4.convert_i32x4_s(v128.and(i32x4.shr_u(square, bit), i32x4.splat(255)));
}

/** Returns a + part (b - a). */
// @ts-ignore: decorator
@inline
function interpolate(a: v128, b: v128, part: v128): v128 {
  return multiplyAdd(part, f32x4.sub(b, a), a);
}

/** Returns the integer parts of four numbers from 0 to 256. */
// @ts-ignore: decorator
@inline
function truncate(v: v128): v128 {
  if (ASC_FEATURE_RELAXED_SIMD) return i32x4.relaxed_trunc_f32x4_s(v);
  else return i32x4.trunc_sat_f32x4_s(v);
}

// @ts-ignore: decorator
@inline
function vectorOf(a: f32, b: f32, c: f32, d: f32): v128 {
  let v = f32x4.splat(a);
  v = f32x4.replace_lane(v, 1, b);
  v = f32x4.replace_lane(v, 2, c);
  return f32x4.replace_lane(v, 3, d);
}
