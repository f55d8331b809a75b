/** Samples the rows of steps, on the device if possible, else on the host. */
import draw from "../../../shaders/functions/draw.wgsl" with { type: "text" };
import threefry from "../../../shaders/functions/threefry.wgsl" with { type: "text" };
import chooseRows from "../../../shaders/rows/choose_rows.wgsl" with { type: "text" };
import { fillRoundKeys, sortingRounds } from "../../random/sorting_rounds.ts";
import { THREEFRY_LAYOUTS } from "../../random/threefry.ts";
import { RowDrawer } from "../row_drawer.ts";
import type { Step } from "../engine.ts";
import type { EnginePlan } from "./network.ts";
import { Program, read, write } from "./program.ts";

/** The row number of an absent row, if a batch does not fill its slot. */
const ABSENT = 0xffffffff;
/** The u32 numbers of the Draw struct of shaders/functions/draw.wgsl. */
const DRAW_WORDS = 8;

/**
 * The average number of keys in a bin of choose_rows.wgsl with 60,000 rows, which are kept for each
 * rank.
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
export const MAX_ROWS = 131_072;
/**
 * The maximum number of rows per step for sampling on the device; with more, the host samples in
 * advance.
 */
const MAX_CHOSEN = 256;

/** The rows to train on. */
interface TrainRows {
  count: number;
  buffers: GPUBuffer[];
  /** The number of sorting rounds in a permutation of these rows. */
  rounds: number;
  /** Binds choose_rows.wgsl, if the device samples. */
  choose: GPUBindGroup | undefined;
  /** Samples rows on the host otherwise. */
  drawer: RowDrawer | undefined;
  /** The step for which the host sampled rows last. */
  drawn?: { step: Step; rows: Uint32Array };
}

/** Fills the slots' row numbers. */
export class RowSampler {
  /** Shape (slots, SLOT_ROWS) of u32: the rows' numbers in the data set. */
  readonly rows: GPUBuffer;
  /** Shape (slots) of the Draw struct of shaders/functions/draw.wgsl. */
  readonly draws: GPUBuffer;
  readonly #plan: EnginePlan;
  readonly #choose: Program | undefined;
  /** The contents of `draws` for the next submission. */
  readonly #drawData: Uint32Array<ArrayBuffer>;
  #train: TrainRows | undefined;

  /**
   * @param plan What the engine is compiled for
   * @param choose The kernel that samples on the device, if it can: see `compileChooseRows`
   */
  constructor(plan: EnginePlan, choose: Program | undefined) {
    const { gpu, slots } = plan;
    this.#plan = plan;
    this.#choose = choose;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    this.rows = gpu.buffer("rows", slots.count * slots.rows * 4, usage);
    this.draws = gpu.buffer("draws", slots.count * DRAW_WORDS * 4, usage);
    this.#drawData = new Uint32Array(slots.count * DRAW_WORDS);
  }

  /** Starts a run on these rows of the loaded data set. */
  start(rows: Uint32Array): void {
    this.end();
    const { gpu, options: { batchSize, threefry } } = this.#plan;
    const rounds = sortingRounds(rows.length);
    const buffers: GPUBuffer[] = [];
    let choose: GPUBindGroup | undefined;
    if (this.#choose && rounds <= 2 && rows.length <= MAX_ROWS) {
      const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
      const train = gpu.buffer("train rows", rows.byteLength, usage);
      gpu.device.queue.writeBuffer(train, 0, rows.slice());
      const population = gpu.buffer("population", 8, usage);
      gpu.device.queue.writeBuffer(population, 0, Uint32Array.of(rows.length, rounds));
      buffers.push(train, population);
      choose = this.#bindChoose(population, train);
    }
    const drawer = choose
      ? undefined
      : new RowDrawer({ rows, largest: batchSize, layout: threefry });
    this.#train = { count: rows.length, buffers, rounds, choose, drawer };
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
   * Prepares a slot for rows of a step.
   *
   * @param slot The slot
   * @param step The step
   * @param begin The index of the first row among the step's rows
   * @param count The number of rows
   */
  draw(slot: number, step: Step, begin: number, count: number): void {
    const { rounds, choose } = this.#train!;
    if (!choose) this.setRows(slot, this.#drawOnHost(step).subarray(begin, begin + count));
    const draw = this.#drawData.subarray(slot * DRAW_WORDS, (slot + 1) * DRAW_WORDS).fill(0);
    draw.set([...step.key, step.from + begin]);
    if (!choose) return;
    draw[3] = count;
    fillRoundKeys(step.key, draw.subarray(4, 4 + 2 * rounds), this.#plan.options.threefry);
  }

  /** Sets the row numbers of slots, from this one on. */
  setRows(slot: number, rows: Uint32Array): void {
    const { gpu, slots: { rows: slotRows } } = this.#plan;
    const slots = Math.ceil(rows.length / slotRows);
    const padded = new Uint32Array(slots * slotRows).fill(ABSENT);
    padded.set(rows);
    gpu.device.queue.writeBuffer(this.rows, slot * slotRows * 4, padded);
  }

  /** Encodes the sampling for the first slots, which `draw` has prepared. */
  encode(pass: GPUComputePassEncoder, slots: number): void {
    this.#plan.gpu.device.queue.writeBuffer(this.draws, 0, this.#drawData);
    const { choose } = this.#train!;
    if (choose) this.#choose!.dispatch(pass, choose, slots);
  }

  /** Encodes the kernel once, for a slot of absent rows. */
  encodeWarmUp(pass: GPUComputePassEncoder, empty: GPUBuffer): void {
    this.setRows(0, Uint32Array.of(ABSENT));
    this.#choose?.dispatch(pass, this.#bindChoose(empty, empty), 1);
  }

  /** Ends the run. */
  end(): void {
    for (const buffer of this.#train?.buffers ?? []) buffer.destroy();
    this.#train?.drawer?.[Symbol.dispose]();
    this.#train = undefined;
  }

  destroy(): void {
    this.end();
    this.rows.destroy();
    this.draws.destroy();
  }

  #bindChoose(population: GPUBuffer, train: GPUBuffer): GPUBindGroup {
    return this.#choose!.bind(
      read(this.draws),
      read(population, 0, 8),
      read(train),
      write(this.rows),
    );
  }

  /**
   * Samples all rows of a step, and keeps them: `draw` is called once per slot of the step.
   */
  #drawOnHost(step: Step): Uint32Array {
    const train = this.#train!;
    if (train.drawn?.step !== step) train.drawn = { step, rows: train.drawer!.next() };
    return train.drawn.rows;
  }
}

/**
 * Compiles the kernel that samples on the device. If this large kernel alone fails to compile, the
 * host samples: that is better than not to use the device.
 *
 * @returns The kernel; undefined if it does not fit the batch size or the device
 */
export async function compileChooseRows(
  { gpu, options, slots }: EnginePlan,
): Promise<Program | undefined> {
  const room = gpu.device.limits.maxComputeWorkgroupStorageSize - FIXED_BYTES -
    slots.rows * WANTED_RANK_BYTES;
  // With less memory, the kernel handles fewer ranks at a time.
  const kept = Math.min(maxKept(options.batchSize), Math.floor(room / (4 * KEPT_KEY_BYTES)) * 4);
  if (options.batchSize > MAX_CHOSEN || kept < MIN_KEPT) return undefined;
  try {
    return await Program.compile(gpu, {
      entryPoint: "choose_rows",
      sources: [threefry, draw, chooseRows],
      constants: {
        THREEFRY_LAYOUT: THREEFRY_LAYOUTS[options.threefry].code,
        SLOT_ROWS: slots.rows,
        KEPT: kept,
      },
      bindings: ["read", "read", "read", "write"],
    });
  } catch {
    return undefined;
  }
}

/**
 * The number of keys to keep for `count` ranks: the average plus eight standard deviations, a
 * multiple of 4.
 */
function maxKept(count: number): number {
  const others = count * KEYS_PER_RANK;
  return 4 * Math.ceil(Math.max(MIN_KEPT, count + others + 8 * Math.sqrt(others)) / 4);
}
