/** Lays out the WebAssembly memory: computes the values of the globals in assembly/memory.ts. */
import { SHIFT_CODES } from "../augment.ts";
import type { EngineOptions } from "../engine.ts";
import { ACTIVATIONS } from "../../net/activations.ts";
import { HEADS } from "../../net/heads.ts";
import { functionsOf, type Optimizer } from "../../net/optimizers.ts";
import { THREEFRY_LAYOUTS, type ThreefryLayout } from "../../random/threefry.ts";
import { Allocator, roundUp } from "./allocator.ts";
import { planDistortion } from "./distortion_layout.ts";

/** The globals by name: sizes, choices and addresses. */
export type Layout = ReturnType<typeof planGlobals>;

/** The globals that draws need. */
export type DrawLayout = ReturnType<typeof planDraws>;

/** A layout, and the size of memory that it needs. */
export interface PlannedMemory<Globals extends DrawLayout = DrawLayout> {
  layout: Globals;
  bytes: number;
}

/** Everything that an engine's memory contains. */
export interface PlannedEngine extends PlannedMemory<Layout> {
  /** The layers, to be written to the memory at `layout.layers`. */
  layers: [LayerView, LayerView, LayerView];
}

/** The fields of the class Layer in assembly/layer.ts, in their order; each is a u32. */
const LAYER_FIELDS = [
  "inputs",
  "units",
  "isSparse",
  "w",
  "wBackward",
  "bias",
  "x",
  "dx",
  "xStride",
  "out",
  "d",
  "stride",
  "pairs",
  "pairsEnd",
  "sections",
  "columns",
  "columnStart",
  "panels",
] as const;

/** A layer's sizes and addresses: see assembly/layer.ts. Fields that a layer does not have are 0. */
export type LayerView = Record<typeof LAYER_FIELDS[number], number>;

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

/** The inputs or units of a section: 4 SECTION_VECTORS of assembly/memory.ts. */
const SECTION = 208;

/** The bytes of the words that threads share. */
const CONTROL_BYTES = 256;
/** The bytes of a thread's sums (16 vectors) and times (16 f64). */
const SUMS_BYTES = 512;

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
 * @returns The globals' values, the layers, and the memory's size
 * @throws {RangeError} If the size is more than WebAssembly's 4 GiB
 */
export function planMemory(plan: MemoryPlan): PlannedEngine {
  const { options: { architecture, batchSize }, rows } = plan;
  const { inputs, hidden: [units1, units2], classes, activation } = architecture;
  const memory = new Allocator();
  const blockRows = Math.min(BLOCK_ROWS, roundUp(Math.max(batchSize, rows), 4));
  const sizes = [
    { inputs, units: units1, isSparse: true },
    { inputs: units1, units: units2, isSparse: ACTIVATIONS[activation].isOftenZero },
    { inputs: units2, units: classes, isSparse: false },
  ];
  const parameters = new Allocator();
  const weights = sizes.map((size) => ({
    w: parameters.take(
      weightBytes(size.inputs, size.units, size.isSparse ? panelUnits : stripUnits),
    ),
    bias: parameters.take(outputStride(size)),
  }));
  const layout = planGlobals(memory, plan, { blockRows, parameterBytes: parameters.bytes });
  const layers = sizes.map((size, i): LayerView => {
    const { isSparse } = size;
    const stride = outputStride(size);
    const none = { x: 0, dx: 0, xStride: 0, wBackward: 0 };
    const lists = { pairs: 0, pairsEnd: 0, sections: 0, columns: 0, columnStart: 0, panels: 0 };
    const view = {
      ...size,
      isSparse: Number(isSparse),
      w: layout.parameters + weights[i].w,
      bias: layout.parameters + weights[i].bias,
      out: memory.take(blockRows * stride),
      d: memory.take(blockRows * stride),
      stride,
      ...none,
      ...lists,
    };
    if (i > 0 && !isSparse) {
      view.wBackward = memory.take(weightBytes(size.units, size.inputs, stripUnits));
    }
    if (isSparse) {
      view.pairs = memory.take(8 * blockRows * size.inputs + 64);
      view.sections = i === 0 ? 1 : Math.ceil(size.inputs / SECTION);
      view.pairsEnd = memory.take(4 * blockRows * view.sections);
      view.columns = memory.take(8 * blockRows * size.inputs);
      view.columnStart = memory.take(4 * (size.inputs + 2));
      view.panels = memory.take(4 * blockRows * panelUnits(size.units));
    }
    return view;
  }) as PlannedEngine["layers"];
  for (let i = 1; i < layers.length; i++) {
    const { out, d, stride } = layers[i - 1];
    Object.assign(layers[i], { x: out, dx: d, xStride: stride });
  }
  if (memory.bytes > 2 ** 32) {
    throw new RangeError(
      `Cannot train on the processor as data and net must fit in 4 GiB: ` +
        `${rows} rows of ${inputs} pixels and hidden layers of ${units1} and ${units2} units ` +
        `take ${(memory.bytes / 2 ** 30).toFixed(1)} GiB`,
    );
  }
  return { layout, layers, bytes: memory.bytes };
}

/** Writes the layers into the memory. */
export function writeLayers({ layout, layers }: PlannedEngine, words: Uint32Array): void {
  layers.forEach((view, i) => {
    words.set(
      LAYER_FIELDS.map((name) => view[name]),
      layout.layers / 4 + i * LAYER_FIELDS.length,
    );
  });
}

/** The globals of assembly/memory.ts. */
function planGlobals(
  memory: Allocator,
  { options, rows, imageWidth, threads, stepThreads }: MemoryPlan,
  { blockRows, parameterBytes }: { blockRows: number; parameterBytes: number },
) {
  const { architecture, optimizer, batchSize, augment, threefry } = options;
  const { inputs, classes, activation, head } = architecture;
  // The moments, and a sum of gradients.
  const extraArrays = functionsOf(optimizer).momentArrays + 1;
  return {
    inputs,
    imageWidth,
    classes,
    blockRows,
    activation: ACTIVATIONS[activation].code,
    outputActivation: HEADS[head].output.code,
    head: HEADS[head].code,
    optimizer: functionsOf(optimizer).code,
    ...optimizerConstants(optimizer),
    isShifted: typeof augment === "string" ? SHIFT_CODES[augment] : 0,
    ...planDistortion(memory, augment, { inputs, imageWidth, threads }),
    stepThreads,
    sumsScratch: memory.take(threads * SUMS_BYTES),
    ...planDraws(memory, { rows, largest: batchSize, layout: threefry, threads }),
    parameters: memory.take(parameterBytes * (1 + extraArrays)),
    parameterBytes,
    gradientArray: extraArrays,
    layers: memory.take(3 * 4 * LAYER_FIELDS.length),
    blockRowNumbers: memory.take(4 * blockRows),
    labels: memory.take(rows),
    scales: memory.take(4 * rows),
    images: memory.take(rows * inputs + 64),
  };
}

/** The bytes of a layer's weights: lines of units, one per input. */
function weightBytes(
  lines: number,
  units: number,
  padded: (units: number) => number,
): number {
  // Strips of the backward pass have 8 lines for each strip of the forward pass.
  return 4 * roundUp(lines, 8) * padded(units);
}

/** The bytes of a row of a layer's outputs, which has room for whole strips and panels. */
function outputStride({ units }: { units: number }): number {
  return 4 * Math.max(panelUnits(units), stripUnits(units));
}

/** The number of units in all strips of a dense layer. */
function stripUnits(units: number): number {
  return roundUp(units, 8);
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
function planDraws(memory: Allocator, { rows, largest, layout, threads }: DrawPlan) {
  const steps = 2 ** Math.floor(Math.log2(Math.min(STEPS_AHEAD, ROWS_AHEAD / largest)));
  const slotCount = Math.max(2, steps);
  const slotBytes = roundUp(SLOT_HEAD_BYTES + 4 * largest, 64);
  // Keys, pairs twice, a permutation, and counters: see assembly/scratch.ts.
  const drawScratchBytes = roundUp(6 * (4 * rows + 80) + 2 * rows + 32_768, 64);
  return {
    isPartitionable: THREEFRY_LAYOUTS[layout].code,
    control: memory.take(CONTROL_BYTES),
    slotCount,
    slotBytes,
    slots: memory.take(slotCount * slotBytes),
    drawScratchBytes,
    drawScratch: memory.take(Math.min(threads, 2) * drawScratchBytes),
    trainRows: memory.take(4 * rows),
  };
}

/** The number of units in all panels of a sparse layer. */
function panelUnits(units: number): number {
  let vectors = 0;
  for (const wanted = Math.ceil(units / 4); vectors < wanted;) {
    vectors += panelWidth(wanted - vectors);
  }
  return 4 * vectors;
}

/**
 * Returns the optimizer's constants. 1 - beta is computed in float64 before it is rounded to
 * float32.
 */
function optimizerConstants(optimizer: Optimizer) {
  const { beta1, beta2, epsilon } = functionsOf(optimizer).constants(optimizer);
  return { beta1, oneMinusBeta1: 1 - beta1, beta2, oneMinusBeta2: 1 - beta2, epsilon };
}
