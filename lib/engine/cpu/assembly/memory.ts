/**
 * The memory layout: the sizes, the options and the address of every array. The host (../layout.ts)
 * computes these globals and sets them in the instance of every thread. All threads share one
 * memory. Addresses are multiples of 16, so vector loads are aligned.
 *
 * The arrays of the layers are described in layer.ts. Units are padded with zeros to whole vectors,
 * strips and panels. Weights are stored in the order in which the products load them, so that loads
 * are consecutive.
 */

// Sizes.
/** D */
export let inputs: u32 = 0;
/** The number of pixels in a line of an image. */
export let imageWidth: u32 = 0;
/** C */
export let classes: u32 = 0;
/** The maximum number of rows in a block, a multiple of 4. */
export let blockRows: u32 = 0;
/** The address of the three layers (layer.ts). */
export let layers: usize = 0;

// Options.
/** The functions of the hidden layers and of the outputs, by their numbers in activation.ts. */
export let activation: u32 = 0;
export let outputActivation: u32 = 0;
/** The number of the head in head.ts, and of the optimizer in optimizer.ts. */
export let head: u32 = 0;
export let optimizer: u32 = 0;
/** The factor of momentum, or Adam's beta1; 1 - beta1; and Adam's beta2, 1 - beta2 and epsilon. */
export let beta1: f32 = 0;
export let oneMinusBeta1: f32 = 0;
export let beta2: f32 = 0;
export let oneMinusBeta2: f32 = 0;
export let epsilon: f32 = 0;
/** Whether a step's images are shifted. */
export let isShifted: u32 = 0;
/**
 * Whether they are distorted (distort.ts), and how strongly: `lib/engine/distortion.ts`; the angle
 * in radians.
 */
export let isDistorted: u32 = 0;
export let rotate: f32 = 0;
export let zoom: f32 = 0;
export let shear: f32 = 0;
export let shift: f32 = 0;
export let warp: f32 = 0;
/** 1: JAX's partitionable layout of random bits (since 0.5); 0: the legacy layout. */
export let isPartitionable: u32 = 0;
/** The number of threads that share a step; if it is 1, thread 0 computes steps alone. */
export let stepThreads: u32 = 1;

// The data set.
/** u8 (rows, D) */
export let images: usize = 0;
/** u8 (rows) */
export let labels: usize = 0;
/** f32 (rows): the factor by which each row's bytes are scaled */
export let scales: usize = 0;
/** u32 (n): the numbers of the training rows; threads.ts has n */
export let trainRows: usize = 0;

// The parameters. Each parameter's moments m and v are stored `parameterBytes` and 2
// `parameterBytes` after it, and the gradient summed over the blocks of a step `gradientArray`
// times `parameterBytes` after it.
export let parameters: usize = 0;
export let parameterBytes: usize = 0;
export let gradientArray: u32 = 0;

// The current block of B rows; B is at most `blockRows`.
/** u32 (B): the row numbers in the data set */
export let blockRowNumbers: usize = 0;
// Sampling rows.
/** Scratch memory of each thread that draws, `drawScratchBytes` each (scratch.ts) */
export let drawScratch: usize = 0;
export let drawScratchBytes: usize = 0;
/**
 * How far the threshold of a selection is above the expected one, in standard deviations of the
 * number of keys below it. Tests lower it to make selections fail.
 */
export let selectionMargin: f32 = 6;
/** The ring of draws (draw.ts), their number, and the bytes of each. */
export let slots: usize = 0;
export let slotCount: u32 = 0;
export let slotBytes: usize = 0;

// Distortions.
/**
 * The weights of the control points that displace four neighboring pixels of a line,
 * f32 (width / 4, 7, 4): the first `columnTaps` of the seven are used. columnPoints, u32 (width / 4):
 * 4 times the number of the first of these points.
 */
export let columnWeights: usize = 0;
export let columnPoints: usize = 0;
/** 5, or 7 if the image is so narrow that four pixels lie among more control points. */
export let columnTaps: u32 = 0;
/**
 * The weights of the four lines of control points around a line of pixels, f32 (height, 4).
 * rowPoints, u32 (height): 32 times the number of the first of these lines.
 */
export let rowWeights: usize = 0;
export let rowPoints: usize = 0;
/** The scratch memory of each thread, `distortScratchBytes` bytes: see distort.ts. */
export let distortScratch: usize = 0;
export let distortScratchBytes: usize = 0;

// Threads.
/** The number of this instance's thread: 0 is the caller; 1 draws ahead, or all share steps. */
export let thread: u32 = 0;
/** Whether thread 0 may sleep; a page's main thread may not. */
export let canWait: u32 = 0;
/** The words by which threads communicate (threads.ts), and the current block (block.ts). */
export let control: usize = 0;
/**
 * f32 (threads, 128): each thread's sums, 16 vectors, and in a build that measures them (clock.ts),
 * its times
 */
export let sumsScratch: usize = 0;

/** The bytes of a vector: 4 numbers. */
export const VECTOR: usize = 16;
/** The bytes of a line of a strip: 8 numbers. */
export const LINE: usize = 32;

/** Returns the number of vectors for these units. */
// @ts-ignore: decorator
@inline
export function vectorsOf(units: u32): u32 {
  return (units + 3) >> 2;
}

/** Returns the number of strips of 8 for these units. */
// @ts-ignore: decorator
@inline
export function stripsOf(units: u32): u32 {
  return (units + 7) >> 3;
}

/**
 * Returns the number of lines in a panel or strip: the inputs or units rounded up to 4, because
 * update.ts copies 4 lines at a time.
 */
// @ts-ignore: decorator
@inline
export function linesOf(units: u32): u32 {
  return (units + 3) & ~3;
}

/** The vectors of the widest panels: as many sums as V8 can keep in registers. */
export const WIDEST: u32 = 13;

/** Returns the vectors of the next panel if `vectorsLeft` remain. */
// @ts-ignore: decorator
@inline
export function panelWidth(vectorsLeft: u32): u32 {
  return vectorsLeft > 8 ? WIDEST : vectorsLeft > 4 ? 8 : 4;
}

/**
 * The lines of a section, in vectors of four numbers: 208 lines of 13 vectors take 43 KB, about the
 * first cache. A product of many rows takes section after section, so that each is loaded into that
 * cache once for all rows. A multiple of 13, so that no panel lies in two sections.
 */
export const SECTION_VECTORS: u32 = 52;

/** Returns the address of this thread's sums. */
// @ts-ignore: decorator
@inline
export function sums(): usize {
  return sumsScratch + thread * (32 * VECTOR);
}
