/** The part of the WebAssembly memory that distortions need: see assembly/distort.ts. */
import { GRID, splineWeights } from "../distortion.ts";
import type { Augmentation } from "../engine.ts";
import { type Allocator, roundUp } from "./allocator.ts";

/** The number of lines of control points around a line of pixels. */
const ROW_TAPS = 4;

const NO_DISTORTION = {
  isDistorted: 0,
  rotate: 0,
  zoom: 0,
  shear: 0,
  shift: 0,
  warp: 0,
  columnWeights: 0,
  columnPoints: 0,
  columnTaps: 0,
  rowWeights: 0,
  rowPoints: 0,
  distortScratchBytes: 0,
  distortScratch: 0,
};

/** The globals of assembly/memory.ts that distortions need. */
export type DistortionLayout = typeof NO_DISTORTION;

/** The numbers of pixels in an image, and in a line of it. */
export interface ImageSize {
  inputs: number;
  imageWidth: number;
}

/** Reserves the memory for distortions, and returns its globals. */
export function planDistortion(
  memory: Allocator,
  augment: Augmentation,
  { inputs, imageWidth, threads }: ImageSize & { threads: number },
): DistortionLayout {
  if (typeof augment === "string") return NO_DISTORTION;
  const imageHeight = inputs / imageWidth;
  // Random words and control points, a padded image, its squares, and the result: see
  // assembly/distort.ts.
  const stride = roundUp(imageWidth + 4, 16);
  const distortScratchBytes = roundUp(
    1216 + (imageHeight + 5) * stride + 16 + 4 * (imageHeight + 4) * stride + inputs + 96,
    64,
  );
  return {
    isDistorted: 1,
    ...augment,
    rotate: augment.rotate * Math.PI / 180,
    columnWeights: memory.take(4 * GRID * roundUp(imageWidth, 4)),
    columnPoints: memory.take(roundUp(imageWidth, 4)),
    // From 19 pixels on, four neighbors lie in at most two cells of the grid, between five points.
    columnTaps: imageWidth >= 19 ? 5 : GRID,
    rowWeights: memory.take(4 * ROW_TAPS * imageHeight),
    rowPoints: memory.take(4 * imageHeight),
    distortScratchBytes,
    distortScratch: memory.take(threads * distortScratchBytes),
  };
}

/**
 * Writes the weights of control points if images are distorted.
 *
 * @param layout Contains their addresses
 * @param floats The memory
 */
export function writeFieldWeights(
  { isDistorted, inputs, imageWidth, columnTaps, ...addresses }: DistortionLayout & ImageSize,
  floats: Float32Array,
): void {
  if (!isDistorted) return;
  const words = new Uint32Array(floats.buffer);
  const columnWeights = floats.subarray(addresses.columnWeights / 4);
  const ofColumns = splineWeights(imageWidth);
  for (let x = 0; x < imageWidth; x += 4) {
    const first = firstPoint(x, imageWidth, columnTaps);
    words[(addresses.columnPoints + x) / 4] = 4 * first;
    for (let pixel = x; pixel < Math.min(x + 4, imageWidth); pixel++) {
      for (let tap = 0; tap < columnTaps; tap++) {
        columnWeights[GRID * x + 4 * tap + pixel - x] = ofColumns[pixel * GRID + first + tap];
      }
    }
  }
  const imageHeight = inputs / imageWidth;
  const ofRows = splineWeights(imageHeight);
  for (let y = 0; y < imageHeight; y++) {
    const first = firstPoint(y, imageHeight, ROW_TAPS);
    words[addresses.rowPoints / 4 + y] = 32 * first;
    const at = y * GRID + first;
    floats.set(ofRows.subarray(at, at + ROW_TAPS), addresses.rowWeights / 4 + y * ROW_TAPS);
  }
}

/**
 * The first of so many control points, in a line of the grid, that include all that affect a pixel.
 */
function firstPoint(pixel: number, size: number, count: number): number {
  const cell = Math.floor(pixel * (GRID - 1) / Math.max(1, size - 1));
  return Math.min(Math.max(cell - 1, 0), GRID - count);
}
