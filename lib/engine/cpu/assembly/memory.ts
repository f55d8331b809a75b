/**
 * Where everything lies. The host (../layout.ts) computes the addresses and writes these globals into
 * the instance of every thread; all threads share one memory. Addresses are multiples of 16.
 *
 * Units of a layer are padded with zeros to whole vectors, so a row of x1 takes `stride1` bytes. Weights
 * lie as the products read them:
 *
 *   w0      in panels of 13, 8 or 4 vectors of units (`panelWidth`), each of shape (D, units of the panel)
 *   w1, w2  in strips of 8 units of the layer's outputs, each of shape (inputs, 8)
 *   back1, back2  the same weights again for the way back: strips of 8 inputs, each (outputs, 8)
 */

// Sizes.
/** D */
export let inputs: u32 = 0;
/** Pixels in a line of an image; shifts need it. */
export let imageWidth: u32 = 0;
export let units1: u32 = 0;
export let units2: u32 = 0;
export let classes: u32 = 0;
/** The most rows of a block: what the batch's arrays have room for, a multiple of 4. */
export let blockRows: u32 = 0;
/** Bytes of a row of x1 or d1, x2 or d2, x3 or d3: multiples of 32. */
export let stride1: u32 = 0;
export let stride2: u32 = 0;
export let stride3: u32 = 0;

// Choices.
/** Whether hidden layers apply tanh; else relu. */
export let isTanh: u32 = 0;
/** Whether the loss is the notebook's; else softmax cross-entropy. */
export let isNotebookHead: u32 = 0;
/** 0 sgd, 1 momentum, 2 adam. */
export let optimizer: u32 = 0;
/** Momentum's factor, or Adam's beta 1, with 1 - beta 1; Adam's beta 2, 1 - beta 2 and epsilon. */
export let beta1: f32 = 0;
export let oneMinusBeta1: f32 = 0;
export let beta2: f32 = 0;
export let oneMinusBeta2: f32 = 0;
export let epsilon: f32 = 0;
/** Whether the rows of a step are shifted. */
export let isShifted: u32 = 0;
/** Whether they are distorted (distort.ts), and how strongly: `lib/engine/distortion.ts`; the angle in radians. */
export let isDistorted: u32 = 0;
export let rotate: f32 = 0;
export let zoom: f32 = 0;
export let shear: f32 = 0;
export let shift: f32 = 0;
export let warp: f32 = 0;
/** Whether random bits are laid out as in JAX since 0.5 (partitionable); else as before. */
export let isPartitionable: u32 = 0;
/** How many threads share the step: 1 for the calling one alone. */
export let stepThreads: u32 = 1;

// The data.
/** u8 (rows, D) */
export let images: usize = 0;
/** u8 (rows) */
export let labels: usize = 0;
/** f32 (rows): the factor that scales each row's bytes */
export let scales: usize = 0;
/** u32 (n): the numbers of the training rows; n is in threads.ts */
export let trainRows: usize = 0;

// What is learned. The moments m and v and the summed gradient lie `parameterBytes` times 1, 2 and
// `gradientArray` behind each parameter.
export let w0: usize = 0;
export let b0: usize = 0;
export let w1: usize = 0;
export let b1: usize = 0;
export let w2: usize = 0;
export let b2: usize = 0;
export let parameterBytes: usize = 0;
export let gradientArray: u32 = 0;
/** The copies for the way back: strips of inputs of (H2 rounded up to 8, 8) and (C rounded up to 8, 8). */
export let back1: usize = 0;
export let back2: usize = 0;

// A block of rows at work; B is at most `blockRows`.
/** u32 (B): numbers of the rows in the data */
export let blockRowNumbers: usize = 0;
/** Pairs {f32 byte, u32 16 * pixel} (B, D), and u32 (B): the address behind each row's last pair. */
export let pixelPairs: usize = 0;
export let pixelPairsEnd: usize = 0;
/** The same pixel by pixel: pairs {f32 byte, u32 16 * row}, and u32 (D + 1): the address of each pixel's first. */
export let rowPairs: usize = 0;
export let rowPairsStart: usize = 0;
/** f32 (B, stride): outputs of the layers, and the loss's derivatives by their sums. */
export let x1: usize = 0;
export let x2: usize = 0;
export let x3: usize = 0;
export let d1: usize = 0;
export let d2: usize = 0;
export let d3: usize = 0;
/** d1 times the row's scale, in panels as w0: (B, units of the panel) */
export let scaledD1: usize = 0;

// Drawing.
/** Scratch of each drawing thread, `drawScratchBytes` long; draw.ts says what for. */
export let drawScratch: usize = 0;
export let drawScratchBytes: usize = 0;
/** How many standard deviations more keys than wanted a selection takes; tests make it small. */
export let selectionMargin: f32 = 6;
/** Draws asked for and drawn ahead (draw.ts), their number, and the bytes of each. */
export let slots: usize = 0;
export let slotCount: u32 = 0;
export let slotBytes: usize = 0;

// Distorting.
/** f32 (7, width rounded up to 4) and (height, 7): what each control point counts at each pixel of a line or a column. */
export let columnWeights: usize = 0;
export let rowWeights: usize = 0;
/** Scratch of each thread, `distortScratchBytes` long; distort.ts says what for. */
export let distortScratch: usize = 0;
export let distortScratchBytes: usize = 0;

// Threads.
/** Which thread this instance serves: 0 is the one that calls, 1 draws. */
export let thread: u32 = 0;
/** Whether the calling thread may sleep; a page's main thread may not. */
export let canWait: u32 = 0;
/** The words that threads share (threads.ts). */
export let control: usize = 0;
/** Of each thread: room for 16 vectors of sums. */
export let sumsScratch: usize = 0;

/** Bytes of a vector of four numbers. */
export const VECTOR: usize = 16;
/** Bytes of a strip's line: 8 numbers. */
export const LINE: usize = 32;

/** How many vectors so many units take. */
// @ts-ignore: decorator
@inline
export function vectorsOf(units: u32): u32 {
  return (units + 3) >> 2;
}

/** How many strips of 8 units. */
// @ts-ignore: decorator
@inline
export function stripsOf(units: u32): u32 {
  return (units + 7) >> 3;
}

/** Inputs of a strip's array: rounded up to 4, as four are updated together. */
// @ts-ignore: decorator
@inline
export function linesOf(units: u32): u32 {
  return (units + 3) & ~3;
}

/** Vectors of a panel of w0 where so many are left: sums of 13 vectors fill the processor's registers. */
// @ts-ignore: decorator
@inline
export function panelWidth(vectorsLeft: u32): u32 {
  return vectorsLeft > 8 ? 13 : vectorsLeft > 4 ? 8 : 4;
}

/** This thread's room for sums. */
// @ts-ignore: decorator
@inline
export function sums(): usize {
  return sumsScratch + thread * (16 * VECTOR);
}
