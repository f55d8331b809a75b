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

// A thread's scratch, as byte offsets.
/** u32 (BLOCKS) twice: the first words of the row's blocks, and the second */
const OTHERS: usize = 4 * BLOCKS;
/** f32 (GRID, 8) twice: the control points' x, and y */
const POINTS_X: usize = 8 * BLOCKS;
const POINTS_Y: usize = POINTS_X + 32 * GRID;
/** f32 (8) twice: the same for one line of pixels */
const LINE_X: usize = POINTS_Y + 32 * GRID;
const LINE_Y: usize = LINE_X + 32;
/** u8 (height + 3, stride): the image with a pixel of zeros before and two behind, each way; then the result. */
const PADDED: usize = LINE_Y + 32;

/** Distorts a row of the step's; returns the address of the new image. */
export function distorted(image: usize, position: u32): usize {
  const scratch = distortScratch + thread * distortScratchBytes;
  const width = imageWidth;
  const height = inputs / width;
  const stride = (width + 6) & ~3;
  const padded = scratch + PADDED;
  const result = padded + (((height + 3) * stride + 15) & ~15);
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
  const startX = centreX + shift * drawn(scratch, 2);
  const startY = centreY + shift * drawn(scratch + OTHERS, 2);
  const weightsStride: usize = (<usize> width + 3 & ~3) * 4;
  const outside = f32x4.splat(-1);
  const mostX = f32x4.splat(<f32> width);
  const mostY = f32x4.splat(<f32> height);

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
      sourceX = f32x4.min(f32x4.max(sourceX, outside), mostX);
      sourceY = f32x4.min(f32x4.max(sourceY, outside), mostY);
      const left = f32x4.floor(sourceX);
      const top = f32x4.floor(sourceY);
      const right = f32x4.sub(sourceX, left);
      const down = f32x4.sub(sourceY, top);
      // From the padding's corner, (-1, -1).
      const places = i32x4.add(
        i32x4.mul(
          i32x4.add(i32x4.trunc_sat_f32x4_s(top), i32x4.splat(1)),
          i32x4.splat(stride),
        ),
        i32x4.add(i32x4.trunc_sat_f32x4_s(left), i32x4.splat(1)),
      );
      let upper = i32x4.splat(0);
      let lower = i32x4.splat(0);
      let from = padded + i32x4.extract_lane(places, 0);
      upper = i16x8.replace_lane(upper, 0, load<i16>(from));
      lower = i16x8.replace_lane(lower, 0, load<i16>(from + stride));
      from = padded + i32x4.extract_lane(places, 1);
      upper = i16x8.replace_lane(upper, 2, load<i16>(from));
      lower = i16x8.replace_lane(lower, 2, load<i16>(from + stride));
      from = padded + i32x4.extract_lane(places, 2);
      upper = i16x8.replace_lane(upper, 4, load<i16>(from));
      lower = i16x8.replace_lane(lower, 4, load<i16>(from + stride));
      from = padded + i32x4.extract_lane(places, 3);
      upper = i16x8.replace_lane(upper, 6, load<i16>(from));
      lower = i16x8.replace_lane(lower, 6, load<i16>(from + stride));
      const above = between(upper, right);
      const below = between(lower, right);
      const value = f32x4.add(above, f32x4.mul(down, f32x4.sub(below, above)));
      const bytes = i32x4.trunc_sat_f32x4_s(f32x4.add(value, f32x4.splat(0.5)));
      const narrow = i16x8.narrow_i32x4_s(bytes, bytes);
      // Behind a line's end, what this writes is overwritten by the next line.
      const at = result + y * width + x;
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
    const to = padded + (y + 1) * stride + 1;
    let x: u32 = 0;
    for (; x + 4 <= width; x += 4) store<u32>(to + x, load<u32>(from + x));
    for (; x < width; x++) store<u8>(to + x, load<u8>(from + x));
  }
}

/** Of four pairs of neighbouring bytes, the values so far from the first to the second. */
// @ts-ignore: decorator
@inline
function between(pairs: v128, right: v128): v128 {
  const first = f32x4.convert_i32x4_s(v128.and(pairs, i32x4.splat(255)));
  const second = f32x4.convert_i32x4_s(i32x4.shr_u(pairs, 8));
  return f32x4.add(first, f32x4.mul(right, f32x4.sub(second, first)));
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
