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
 * The maximum number of rows of a data set to sample from; with more, a bin may have more keys than a
 * byte can count.
 */
export const MAX_ROWS = 131_072;
/**
 * The maximum number of rows per step for sampling on the device; with more, the host samples in
 * advance.
 */
const MAX_CHOSEN = 256;

/** The bytes of the Population struct of choose_rows.wgsl. */
const POPULATION_BYTES = 12;

/** The rows that a net trains on. */
interface TrainRows {
  count: number;
  /** The number of sorting rounds in a permutation of these rows. */
  rounds: number;
  /** Samples rows on the host, if the device cannot. */
  drawer: RowDrawer | undefined;
  /** The step for which the host sampled rows last. */
  drawn?: { step: Step; rows: Uint32Array };
}

/** The buffers from which the device samples. */
interface Populations {
  /** Shape (nets) of the Population struct of choose_rows.wgsl. */
  populations: GPUBuffer;
  /** Shape (nets, rows of the data set) of u32: the rows that each net trains on. */
  trainRows: GPUBuffer;
  /** The number of rows in the data set. */
  rows: number;
  group: GPUBindGroup;
}

/** Fills the slots' row numbers. */
export class RowSampler {
  /** Shape (slots, nets, SLOT_ROWS) of u32: the rows' numbers in the data set. */
  readonly rows: GPUBuffer;
  /** Shape (slots, nets) of the Draw struct of shaders/functions/draw.wgsl. */
  readonly draws: GPUBuffer;
  readonly #plan: EnginePlan;
  readonly #choose: Program | undefined;
  /** The contents of `draws` for the next submission. */
  readonly #drawData: Uint32Array<ArrayBuffer>;
  readonly #nets: (TrainRows | undefined)[];
  #device: Populations | undefined;

  /**
   * @param plan What the engine is compiled for
   * @param choose The kernel that samples on the device, if it can: see `compileChooseRows`
   */
  constructor(plan: EnginePlan, choose: Program | undefined) {
    const { gpu, slots } = plan;
    this.#plan = plan;
    this.#choose = choose;
    this.#nets = new Array(slots.nets);
    const count = slots.count * slots.nets;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    this.rows = gpu.buffer("rows", count * slots.rows * 4, usage);
    this.draws = gpu.buffer("draws", count * DRAW_WORDS * 4, usage);
    this.#drawData = new Uint32Array(count * DRAW_WORDS);
  }

  /** Ends all runs, and prepares for runs on a data set with so many rows. */
  load(rows: number): void {
    this.unload();
    if (!this.#choose || sortingRounds(rows) > 2 || rows > MAX_ROWS) return;
    const { gpu, slots: { nets } } = this.#plan;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    const populations = gpu.buffer("populations", nets * POPULATION_BYTES, usage);
    const trainRows = gpu.buffer("train rows", nets * rows * 4, usage);
    const group = this.#bindChoose(populations, trainRows);
    this.#device = { populations, trainRows, rows, group };
  }

  /** Starts a net's run on these rows of the loaded data set. */
  start(net: number, rows: Uint32Array): void {
    this.#end(net);
    const { gpu, options: { batchSize, threefry } } = this.#plan;
    const rounds = sortingRounds(rows.length);
    if (this.#device) {
      const { populations, trainRows, rows: most } = this.#device;
      const population = Uint32Array.of(rows.length, rounds, net * most);
      gpu.device.queue.writeBuffer(populations, net * POPULATION_BYTES, population);
      gpu.device.queue.writeBuffer(trainRows, net * most * 4, rows.slice());
    }
    const drawer = this.#device
      ? undefined
      : new RowDrawer({ rows, largest: batchSize, layout: threefry });
    this.#nets[net] = { count: rows.length, rounds, drawer };
  }

  /** The number of rows that a net trains on; undefined before its run is started. */
  trainRows(net: number): number | undefined {
    return this.#nets[net]?.count;
  }

  /** Lets the host sample the rows of a net's coming steps in advance; `draw` follows in this order. */
  drawAhead(net: number, steps: readonly Step[]): void {
    this.#nets[net]!.drawer?.push(steps);
  }

  /**
   * Prepares a net's slot for rows of a step.
   *
   * @param place The slot and the net
   * @param step The step; undefined if the net takes none
   * @param begin The index of the first row among the step's rows
   * @param count The number of rows
   */
  draw(
    { slot, net }: { slot: number; net: number },
    step: Step | undefined,
    begin: number,
    count: number,
  ): void {
    const index = slot * this.#plan.slots.nets + net;
    const draw = this.#drawData.subarray(index * DRAW_WORDS, (index + 1) * DRAW_WORDS).fill(0);
    const isOnDevice = this.#device !== undefined;
    if (step === undefined || count === 0) {
      if (!isOnDevice) this.setRows(index, Uint32Array.of(ABSENT));
      return;
    }
    const train = this.#nets[net]!;
    draw.set([...step.key, step.from + begin]);
    if (isOnDevice) {
      draw[3] = count;
      const rounds = draw.subarray(4, 4 + 2 * train.rounds);
      fillRoundKeys(step.key, rounds, this.#plan.options.threefry);
    } else {
      this.setRows(index, drawOnHost(train, step).subarray(begin, begin + count));
    }
  }

  /** Sets the row numbers from the beginning of a slot on; the rest of its last slot is absent. */
  setRows(index: number, rows: Uint32Array): void {
    const { gpu, slots: { rows: slotRows } } = this.#plan;
    const slots = Math.ceil(rows.length / slotRows);
    const padded = new Uint32Array(slots * slotRows).fill(ABSENT);
    padded.set(rows);
    gpu.device.queue.writeBuffer(this.rows, index * slotRows * 4, padded);
  }

  /** Sets the row numbers of the first slots of all nets: each net's rows, in slot after slot. */
  setAllRows(rows: readonly Uint32Array[], slots: number): void {
    const { slots: { rows: slotRows, nets } } = this.#plan;
    const all = new Uint32Array(slots * nets * slotRows).fill(ABSENT);
    rows.forEach((some, net) => {
      for (let slot = 0; slot * slotRows < some.length; slot++) {
        const part = some.subarray(slot * slotRows, (slot + 1) * slotRows);
        all.set(part, (slot * nets + net) * slotRows);
      }
    });
    this.setRows(0, all);
  }

  /** Encodes the sampling for each net's first slots, which `draw` has prepared. */
  encode(pass: GPUComputePassEncoder, slots: number): void {
    const { gpu, slots: { nets } } = this.#plan;
    gpu.device.queue.writeBuffer(this.draws, 0, this.#drawData);
    if (this.#device) this.#choose!.dispatch(pass, this.#device.group, slots, 1, nets);
  }

  /** Encodes the kernel once, for a slot of absent rows. */
  encodeWarmUp(pass: GPUComputePassEncoder, empty: GPUBuffer): void {
    this.setRows(0, Uint32Array.of(ABSENT));
    this.#choose?.dispatch(pass, this.#bindChoose(empty, empty), 1);
  }

  /** Ends all runs. */
  unload(): void {
    for (const net of this.#nets.keys()) this.#end(net);
    this.#device?.populations.destroy();
    this.#device?.trainRows.destroy();
    this.#device = undefined;
  }

  destroy(): void {
    this.unload();
    this.rows.destroy();
    this.draws.destroy();
  }

  #end(net: number): void {
    this.#nets[net]?.drawer?.[Symbol.dispose]();
    this.#nets[net] = undefined;
  }

  #bindChoose(populations: GPUBuffer, trainRows: GPUBuffer): GPUBindGroup {
    return this.#choose!.bind(
      read(this.draws),
      read(populations, 0, this.#plan.slots.nets * POPULATION_BYTES),
      read(trainRows),
      write(this.rows),
    );
  }
}

/** Samples all rows of a step, and keeps them: `draw` is called once per slot of the step. */
function drawOnHost(train: TrainRows, step: Step): Uint32Array {
  if (train.drawn?.step !== step) train.drawn = { step, rows: train.drawer!.next() };
  return train.drawn.rows;
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
