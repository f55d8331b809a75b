/** Lays out the WebAssembly memory: computes the values of the globals in assembly/memory.ts. */
import { GRID, splineWeights } from "../distortion.ts";
import type { Augmentation, EngineOptions } from "../engine.ts";
import { ACTIVATIONS } from "../../net/activations.ts";
import { HEADS } from "../../net/heads.ts";
import { functionsOf, type Optimizer } from "../../net/optimizers.ts";
import type { ThreefryLayout } from "../../random/threefry.ts";

/** The globals by name: sizes, choices and addresses. */
export type Layout = Record<string, number>;

/** A layout, and the size of memory that it needs. */
export interface PlannedMemory {
  layout: Layout;
  bytes: number;
}

/** What the memory must hold. */
export interface MemoryPlan {
  options: EngineOptions;
  /** The data set's number of rows, and the number of pixels in a line of an image. */
  rows: number;
  imageWidth: number;
  /** The number of threads. */
  threads: number;
  /** The number of threads that share a step. */
  stepThreads: number;
}

/**
 * Maximum number of rows in a block; larger batches and evaluations are processed block by block.
 * With 256 units in a layer, a block's outputs take 512 KiB, which fits into a core's second-level
 * cache.
 */
const BLOCK_ROWS = 512;

/** The maximum number of rows (4 bytes each) and of steps (a power of two) to draw in advance. */
const ROWS_AHEAD = 1 << 20;
const STEPS_AHEAD = 32;

/** The bytes of the words that threads share, and of a thread's sums (16 vectors). */
const CONTROL_BYTES = 256;
const SUMS_BYTES = 256;

/** The bytes of a slot before its rows. */
const SLOT_HEAD_BYTES = 32;

/**
 * Returns the width of the next panel in vectors of four units; the same rule as in
 * assembly/memory.ts.
 */
export function panelWidth(vectorsLeft: number): number {
  return vectorsLeft > 8 ? 13 : vectorsLeft > 4 ? 8 : 4;
}

/**
 * Plans the memory of an engine.
 *
 * @param plan What the memory must hold
 * @returns The globals' values, and the memory's size
 * @throws {RangeError} If the size is more than WebAssembly's 4 GiB
 */
export function planMemory(
  { options, rows, imageWidth, threads, stepThreads }: MemoryPlan,
): PlannedMemory {
  const { architecture, optimizer, batchSize, augment, threefry } = options;
  const { inputs, hidden: [units1, units2], classes } = architecture;
  const memory = new Allocator();
  const panelUnits = 4 * panelVectors(units1);
  const [stride1, stride2, stride3] = [Math.max(panelUnits, units1), units2, classes]
    .map((units) => 4 * roundUp(units, 8));
  const lines = (units: number) => roundUp(units, 4) * 4;
  const parameters = new Allocator();
  const [w0, b0, w1, b1, w2, b2] = [
    4 * inputs * panelUnits,
    stride1,
    lines(units1) * roundUp(units2, 8),
    stride2,
    lines(units2) * roundUp(classes, 8),
    stride3,
  ].map((bytes) => parameters.take(bytes));
  // The moments, and a sum of gradients.
  const extraArrays = functionsOf(optimizer).momentArrays + 1;
  const parameterBytes = parameters.bytes;
  const address = memory.take(parameterBytes * (1 + extraArrays));
  const w1Backward = memory.take(stride1 * roundUp(units2, 8));
  const w2Backward = memory.take(stride2 * roundUp(classes, 8));

  const blockRows = Math.min(BLOCK_ROWS, roundUp(Math.max(batchSize, rows), 4));
  const pairBytes = 8 * blockRows * inputs + 64;

  const layout = {
    inputs,
    imageWidth,
    units1,
    units2,
    classes,
    blockRows,
    stride1,
    stride2,
    stride3,
    activation: ACTIVATIONS[architecture.activation].code,
    outputActivation: HEADS[architecture.head].output.code,
    head: HEADS[architecture.head].code,
    optimizer: functionsOf(optimizer).code,
    ...optimizerConstants(optimizer),
    isShifted: Number(augment === "shift"),
    ...planDistortion(memory, augment, { inputs, imageWidth, threads }),
    stepThreads,
    sumsScratch: memory.take(threads * SUMS_BYTES),
    ...planDraws(memory, { rows, largest: batchSize, layout: threefry, threads }),
    w0: address + w0,
    b0: address + b0,
    w1: address + w1,
    b1: address + b1,
    w2: address + w2,
    b2: address + b2,
    parameterBytes,
    gradientArray: extraArrays,
    w1Backward,
    w2Backward,
    blockRowNumbers: memory.take(4 * blockRows),
    pixelPairsEnd: memory.take(4 * blockRows),
    pixelPairs: memory.take(pairBytes),
    rowPairsStart: memory.take(4 * (inputs + 2)),
    rowPairs: memory.take(pairBytes),
    x1: memory.take(blockRows * stride1),
    x2: memory.take(blockRows * stride2),
    x3: memory.take(blockRows * stride3),
    d1: memory.take(blockRows * stride1),
    d2: memory.take(blockRows * stride2),
    d3: memory.take(blockRows * stride3),
    scaledD1: memory.take(4 * blockRows * panelUnits),
    labels: memory.take(rows),
    scales: memory.take(4 * rows),
    images: memory.take(rows * inputs + 64),
  };
  if (memory.bytes > 2 ** 32) {
    throw new RangeError(
      `Cannot train on the processor as data and net must fit in 4 GiB: ` +
        `${rows} rows of ${inputs} pixels and hidden layers of ${units1} and ${units2} units ` +
        `take ${(memory.bytes / 2 ** 30).toFixed(1)} GiB`,
    );
  }
  return { layout, bytes: memory.bytes };
}

/** What a memory for draws must hold. */
export interface DrawPlan {
  /** Maximum number of rows to draw from. */
  rows: number;
  /** Maximum number of rows in a draw. */
  largest: number;
  layout: ThreefryLayout;
  threads: number;
}

/**
 * Plans a memory for draws only.
 *
 * @param plan What the memory must hold
 * @returns The globals' values, and the memory's size
 */
export function planDrawMemory(plan: DrawPlan): PlannedMemory {
  const memory = new Allocator();
  const layout = planDraws(memory, plan);
  return { layout, bytes: memory.bytes };
}

/** The part of a layout that draws need. */
function planDraws(
  memory: Allocator,
  { rows, largest, layout, threads }: DrawPlan,
): Layout {
  const steps = 2 ** Math.floor(Math.log2(Math.min(STEPS_AHEAD, ROWS_AHEAD / largest)));
  const slotCount = Math.max(2, steps);
  const slotBytes = roundUp(SLOT_HEAD_BYTES + 4 * largest, 64);
  // Keys, pairs twice, a permutation, and counters: see assembly/scratch.ts.
  const drawScratchBytes = roundUp(6 * (4 * rows + 80) + 2 * rows + 32_768, 64);
  return {
    isPartitionable: Number(layout === "partitionable"),
    control: memory.take(CONTROL_BYTES),
    slotCount,
    slotBytes,
    slots: memory.take(slotCount * slotBytes),
    drawScratchBytes,
    drawScratch: memory.take(Math.min(threads, 2) * drawScratchBytes),
    trainRows: memory.take(4 * rows),
  };
}

/** Returns the number of vectors in all panels of w0. */
function panelVectors(units: number): number {
  let vectors = 0;
  for (const wanted = Math.ceil(units / 4); vectors < wanted;) {
    vectors += panelWidth(wanted - vectors);
  }
  return vectors;
}

/**
 * Returns the optimizer's constants. 1 - beta is computed in float64 before it is rounded to
 * float32.
 */
function optimizerConstants(optimizer: Optimizer): Layout {
  const { beta1, beta2, epsilon } = functionsOf(optimizer).constants(optimizer);
  return { beta1, oneMinusBeta1: 1 - beta1, beta2, oneMinusBeta2: 1 - beta2, epsilon };
}

/** The part of a layout that distortions need. */
function planDistortion(
  memory: Allocator,
  augment: Augmentation,
  { inputs, imageWidth, threads }: { inputs: number; imageWidth: number; threads: number },
): Layout {
  if (augment === "none" || augment === "shift") return { isDistorted: 0 };
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

/** The number of lines of control points around a line of pixels. */
const ROW_TAPS = 4;

/**
 * Writes the weights of control points if images are distorted.
 *
 * @param layout Contains their addresses
 * @param floats The memory
 */
export function writeFieldWeights(
  { isDistorted, inputs, imageWidth, columnTaps, ...addresses }: Layout,
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

/** Allocates consecutive addresses, aligned to cache lines. */
class Allocator {
  bytes = 0;

  take(bytes: number): number {
    const address = this.bytes;
    this.bytes += roundUp(bytes, 64);
    return address;
  }
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
