/** Samples rows of a data set, and packs their inputs and labels into slots on the device. */
import draw from "../../../shaders/functions/draw.wgsl" with { type: "text" };
import layers from "../../../shaders/functions/layers.wgsl" with { type: "text" };
import rowFunctions from "../../../shaders/functions/rows.wgsl" with { type: "text" };
import threefry from "../../../shaders/functions/threefry.wgsl" with { type: "text" };
import chooseRowsSource from "../../../shaders/rows/choose_rows.wgsl" with { type: "text" };
import distortSource from "../../../shaders/rows/distort.wgsl" with { type: "text" };
import gatherSource from "../../../shaders/rows/gather.wgsl" with { type: "text" };
import type { Dataset } from "../../data/dataset.ts";
import { fillRoundKeys, sortingRounds } from "../../random/row_selector.ts";
import { RowDrawer } from "../cpu/row_drawer.ts";
import type { Augmentation, Step } from "../engine.ts";
import { type EnginePlan, layerConstants, type NetworkBuffers } from "./network.ts";
import { inPass, Program, type ProgramDescription, read, write } from "./program.ts";
import { PART_BYTES, uploadRows } from "./upload_rows.ts";

/** The row number of an absent row, if a batch does not fill its slot. */
const ABSENT = 0xffffffff;
/** The words of the Draw struct of choose_rows.wgsl. */
const DRAW_WORDS = 8;
const GATHER_LANES = 64;
/**
 * The maximum number of workgroups of gather.wgsl per slot; with more quads, each invocation copies
 * several.
 */
const MAX_GATHER_GROUPS = 4096;

/**
 * The average number of keys in a bin of choose_rows.wgsl with 60,000 rows: it keeps so many per
 * wanted rank.
 */
const KEYS_PER_RANK = 4;
/**
 * The kernel's workgroup memory, except for kept keys and wanted ranks; variables are rounded up to
 * 16 bytes.
 */
const FIXED_BYTES = 16384 + 1024 + 2048 + 2048 + 32;
const KEPT_KEY_BYTES = 12;
const WANTED_RANK_BYTES = 8;
/** The kernel must be able to keep one bin's keys; a bin never has this many. */
const MIN_KEPT = 512;
/**
 * The maximum number of rows to sample from; with more, a bin may have more keys than a byte can
 * count.
 */
const MAX_ROWS = 131_072;

/**
 * The maximum number of rows per step for sampling on the device; with more, the host samples in
 * advance.
 */
const MAX_CHOSEN = 256;

/** The kernels; `choose` samples rows on the device. */
interface Programs {
  /** Copies rows, with the augmentation of training steps. */
  gather: Program;
  /** Copies rows unchanged, for evaluations. */
  gatherPlain: Program;
  choose: Program | undefined;
}

/** A data set on the device. */
interface LoadedRows {
  buffers: GPUBuffer[];
  /** A bind group for each part of the images. */
  gather: GPUBindGroup[];
  gatherPlain: GPUBindGroup[];
  count: number;
}

/** The rows to train on. */
interface TrainRows {
  count: number;
  buffers: GPUBuffer[];
  /** The number of sorting rounds in a permutation of these rows. */
  rounds: number;
  choose: GPUBindGroup | undefined;
  /** Samples rows on the host, if `choose` is undefined. */
  drawer: RowDrawer | undefined;
  /** The step for which the host sampled rows last. */
  drawn?: { step: Step; rows: Uint32Array };
}

/** See the head of this file. */
export class RowPacker {
  readonly #plan: EnginePlan;
  readonly #buffers: NetworkBuffers;
  readonly #programs: Programs;
  readonly #rows: GPUBuffer;
  readonly #draws: GPUBuffer;
  /** The contents of `#draws` for the next submission. */
  readonly #drawData: Uint32Array<ArrayBuffer>;
  #loaded: LoadedRows | undefined;
  #train: TrainRows | undefined;

  private constructor(plan: EnginePlan, buffers: NetworkBuffers, programs: Programs) {
    const { gpu, slots } = plan;
    this.#plan = plan;
    this.#buffers = buffers;
    this.#programs = programs;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    this.#rows = gpu.buffer("rows", slots.count * slots.rows * 4, usage);
    this.#draws = gpu.buffer("draws", slots.count * DRAW_WORDS * 4, usage);
    this.#drawData = new Uint32Array(slots.count * DRAW_WORDS);
  }

  /**
   * Compiles the kernels; the result creates the packer.
   *
   * @param plan What the engine is compiled for
   * @param samplesOnDevice Whether to sample rows on the device if possible, rather than on the
   * host
   */
  static async compile(
    plan: EnginePlan,
    samplesOnDevice: boolean,
  ): Promise<(buffers: NetworkBuffers) => RowPacker> {
    const { gpu, options, layout, slots } = plan;
    const compileGather = (augment: Augmentation) =>
      Program.compile(gpu, {
        ...gatherKernel(augment, layerConstants(layout, slots)),
        bindings: ["read", "read", "read", "read", "read", "write", "write"],
      });
    const gatherPlain = await compileGather("none");
    const gather = options.augment === "none" ? gatherPlain : await compileGather(options.augment);
    const room = gpu.device.limits.maxComputeWorkgroupStorageSize - FIXED_BYTES -
      slots.rows * WANTED_RANK_BYTES;
    // With less memory, the kernel handles fewer ranks at a time.
    const kept = Math.min(
      maxKept(options.batchSize),
      Math.floor(room / (4 * KEPT_KEY_BYTES)) * 4,
    );
    const choose = samplesOnDevice && options.batchSize <= MAX_CHOSEN && kept >= MIN_KEPT
      ? await Program.compile(gpu, {
        entryPoint: "choose_rows",
        sources: [threefry, draw, chooseRowsSource],
        constants: {
          THREEFRY_LAYOUT: options.threefry === "partitionable" ? 1 : 0,
          SLOT_ROWS: slots.rows,
          KEPT: kept,
        },
        bindings: ["read", "read", "read", "write"],
      })
      : undefined;
    return (buffers) => new RowPacker(plan, buffers, { gather, gatherPlain, choose });
  }

  /** Copies a data set to the device, replacing an earlier one. */
  load(data: Dataset): void {
    this.#unload();
    const { gpu, options, layout } = this.#plan;
    const { parts, facts } = uploadRows(gpu, layout.quads[0], data, options.scale);
    const bind = (program: Program) =>
      parts.map(({ images, info }) => this.#bindGather(program, images, facts, info));
    this.#loaded = {
      buffers: [facts, ...parts.flatMap(({ images, info }) => [images, info])],
      count: data.labels.length,
      gather: bind(this.#programs.gather),
      gatherPlain: bind(this.#programs.gatherPlain),
    };
  }

  /** Starts a run on these rows of the loaded data set. */
  start(rows: Uint32Array): void {
    this.#endRun();
    const { gpu, options: { batchSize, threefry } } = this.#plan;
    const rounds = sortingRounds(rows.length);
    const buffers: GPUBuffer[] = [];
    let choose: GPUBindGroup | undefined;
    if (this.#programs.choose && rounds <= 2 && rows.length <= MAX_ROWS) {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
      const train = gpu.buffer("train rows", rows.byteLength, usage);
      gpu.device.queue.writeBuffer(train, 0, rows.slice());
      const population = gpu.buffer("population", 8, usage);
      gpu.device.queue.writeBuffer(population, 0, Uint32Array.of(rows.length, rounds));
      buffers.push(train, population);
      choose = this.#programs.choose.bind(
        read(this.#draws),
        read(population, 0, 8),
        read(train),
        write(this.#rows),
      );
    }
    const drawer = choose
      ? undefined
      : new RowDrawer({ trainRows: rows, largest: batchSize, layout: threefry });
    this.#train = { count: rows.length, buffers, rounds, choose, drawer };
  }

  /** The number of rows in the loaded data set; undefined if none is loaded. */
  get loadedRows(): number | undefined {
    return this.#loaded?.count;
  }

  /** The number of rows to train on; undefined before a run is started. */
  get trainRows(): number | undefined {
    return this.#train?.count;
  }

  /** Lets the host sample the rows of coming steps in advance; `draw` follows in this order. */
  drawAhead(steps: readonly Step[]): void {
    this.#train!.drawer?.push(steps);
  }

  /**
   * Prepares slots for rows of a step.
   *
   * @param slot The first of the slots
   * @param step The step
   * @param begin The index of the first row among the step's rows
   * @param count The number of rows; not all of the step's if they need more slots than there are
   */
  draw(slot: number, step: Step, begin: number, count: number): void {
    const { rounds, choose } = this.#train!;
    const slotRows = this.#plan.slots.rows;
    if (!choose) this.setRows(slot, this.#drawOnHost(step).subarray(begin, begin + count));
    const draws = this.#drawData;
    for (let done = 0; done < count; done += slotRows, slot++) {
      const at = slot * DRAW_WORDS;
      draws.fill(0, at, at + DRAW_WORDS);
      draws.set(step.key, at);
      draws[at + 2] = step.from + begin + done;
      if (!choose) continue;
      draws[at + 3] = count;
      const roundKeys = draws.subarray(at + 4, at + 4 + 2 * rounds);
      fillRoundKeys(step.key, roundKeys, this.#plan.options.threefry);
    }
  }

  /** Sets the row numbers of slots, from this one on. */
  setRows(slot: number, rows: Uint32Array): void {
    const { gpu, slots: { rows: slotRows } } = this.#plan;
    const slots = Math.ceil(rows.length / slotRows);
    const padded = new Uint32Array(slots * slotRows).fill(ABSENT);
    padded.set(rows);
    gpu.device.queue.writeBuffer(this.#rows, slot * slotRows * 4, padded);
  }

  /**
   * Encodes the packing of the first slots.
   *
   * @param isTraining Whether the rows are those of steps, sampled and augmented; otherwise those
   * of `setRows`, unchanged
   */
  encode(encoder: GPUCommandEncoder, slots: number, isTraining: boolean): void {
    const { gpu, options, layout, slots: { rows } } = this.#plan;
    const { gather, gatherPlain, choose } = this.#programs;
    const loaded = this.#loaded!;
    const [program, parts] = isTraining
      ? [gather, loaded.gather]
      : [gatherPlain, loaded.gatherPlain];
    const distorts = isTraining && typeof options.augment === "object";
    const groups = distorts
      ? rows
      : Math.min(MAX_GATHER_GROUPS, Math.ceil(layout.quads[0] * rows / GATHER_LANES));
    if (isTraining) gpu.device.queue.writeBuffer(this.#draws, 0, this.#drawData);
    inPass(encoder, (pass) => {
      const chooseGroup = isTraining ? this.#train!.choose : undefined;
      if (chooseGroup) choose!.dispatch(pass, chooseGroup, slots);
      for (const part of parts) program.dispatch(pass, part, groups, slots);
    });
  }

  /** Encodes each kernel once, on a slot of absent rows; needs no data. */
  encodeWarmUp(encoder: GPUCommandEncoder): void {
    const { gpu } = this.#plan;
    const { gather, gatherPlain, choose } = this.#programs;
    const empty = gpu.buffer("empty", PART_BYTES, GPUBufferUsage.STORAGE);
    this.setRows(0, Uint32Array.of(ABSENT));
    inPass(encoder, (pass) => {
      if (choose) {
        const rows = write(this.#rows);
        const group = choose.bind(read(this.#draws), read(empty), read(empty), rows);
        choose.dispatch(pass, group, 1);
      }
      for (const program of new Set([gather, gatherPlain])) {
        const group = this.#bindGather(program, empty, empty, empty);
        program.dispatch(pass, group, 1);
      }
    });
    // The commands must be done before the buffer is destroyed.
    gpu.device.queue.onSubmittedWorkDone().then(() => empty.destroy());
  }

  #bindGather(program: Program, images: GPUBuffer, facts: GPUBuffer, info: GPUBuffer) {
    return program.bind(
      read(images),
      read(facts),
      read(this.#rows),
      read(this.#draws),
      read(info, 0, PART_BYTES),
      write(this.#buffers.traces),
      write(this.#buffers.labels),
    );
  }

  destroy(): void {
    this.#unload();
    this.#rows.destroy();
    this.#draws.destroy();
  }

  #unload(): void {
    this.#endRun();
    for (const buffer of this.#loaded?.buffers ?? []) buffer.destroy();
    this.#loaded = undefined;
  }

  #endRun(): void {
    for (const buffer of this.#train?.buffers ?? []) buffer.destroy();
    this.#train?.drawer?.[Symbol.dispose]();
    this.#train = undefined;
  }

  /**
   * Samples all rows of a step, and keeps them: `draw` is called several times for a step that
   * needs all slots.
   */
  #drawOnHost(step: Step): Uint32Array {
    const train = this.#train!;
    if (train.drawn?.step !== step) train.drawn = { step, rows: train.drawer!.next() };
    return train.drawn.rows;
  }
}

/** Describes the kernel that copies rows with an augmentation. */
function gatherKernel(
  augment: Augmentation,
  constants: Record<string, number>,
): Pick<ProgramDescription, "entryPoint" | "sources" | "constants"> {
  if (typeof augment === "string") {
    return {
      entryPoint: "gather",
      sources: [threefry, draw, layers, rowFunctions, gatherSource],
      constants: { ...constants, AUGMENT: augment === "shift" ? 1 : 0 },
    };
  }
  const { rotate, zoom, shear, shift, warp } = augment;
  return {
    entryPoint: "distort",
    sources: [threefry, draw, layers, rowFunctions, distortSource],
    constants: {
      ...constants,
      ROTATE: rotate * Math.PI / 180,
      ZOOM: zoom,
      SHEAR: shear,
      SHIFT: shift,
      WARP: warp,
    },
  };
}

/**
 * The number of keys to keep for `count` ranks: the average plus eight standard deviations, a
 * multiple of 4.
 */
function maxKept(count: number): number {
  const others = count * KEYS_PER_RANK;
  return 4 * Math.ceil(Math.max(MIN_KEPT, count + others + 8 * Math.sqrt(others)) / 4);
}
