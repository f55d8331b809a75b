/** Samples rows of a data set on the device, and packs them into slots. */
import layers from "../../../shaders/functions/layers.wgsl" with { type: "text" };
import threefry from "../../../shaders/functions/threefry.wgsl" with { type: "text" };
import chooseRowsSource from "../../../shaders/rows/choose_rows.wgsl" with { type: "text" };
import distortSource from "../../../shaders/rows/distort.wgsl" with { type: "text" };
import gatherSource from "../../../shaders/rows/gather.wgsl" with { type: "text" };
import type { Dataset } from "../../data/dataset.ts";
import { fillRoundKeys, sortingRounds } from "../../random/row_selector.ts";
import { RowDrawer } from "../cpu/row_drawer.ts";
import type { Augmentation, EngineOptions, Step } from "../engine.ts";
import type { Gpu } from "./device.ts";
import { layerConstants, type NetworkBuffers, type SlotShape } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { inPass, Program, type ProgramDescription, read, write } from "./program.ts";
import { PART_BYTES, uploadRows } from "./upload_rows.ts";

/** The row number of an absent row, if a batch does not fill its slot. */
const ABSENT = 0xffffffff;
/** Words of the Draw struct of choose_rows.wgsl. */
const DRAW_WORDS = 8;
const GATHER_LANES = 64;
/** An invocation of gather.wgsl takes further words where there are more than in so many workgroups. */
const MOST_GATHER_GROUPS = 4096;

/** Keys of a bin of choose_rows.wgsl, with 60,000 rows: so many have to be kept for each wanted rank. */
const KEYS_A_RANK = 4;
/** The kernel's workgroup memory besides kept keys and wanted ranks, each variable's rounded up to 16 bytes. */
const FIXED_BYTES = 16384 + 1024 + 2048 + 2048 + 32;
const KEPT_KEY_BYTES = 12;
const WANTED_RANK_BYTES = 8;
/** More than a bin ever holds. */
const LEAST_KEPT = 512;
/** Maximum number of rows to sample from; with more, a bin may hold more keys than a byte can count. */
const MOST_ROWS = 131_072;

/** Maximum number of rows sampled on the device, by selection; more are sampled on the host in advance. */
const MOST_CHOSEN = 256;

/** What is on the device of a loaded data set. */
interface LoadedRows {
  buffers: GPUBuffer[];
  /** Of each part of the images. */
  gather: GPUBindGroup[];
  gatherPlain: GPUBindGroup[];
  count: number;
}

/** What is on the device of the rows to train on. */
interface TrainRows {
  count: number;
  buffers: GPUBuffer[];
  /** Sorting rounds that a draw from them stands for. */
  rounds: number;
  choose: GPUBindGroup | undefined;
  /** Draws on the host, where `choose` does not. */
  drawer: RowDrawer | undefined;
  /** What it drew last. */
  drawn?: { step: Step; rows: Uint32Array };
}

/** Samples rows of a data set on the device, and packs them into slots. */
export class RowPacker {
  readonly #gpu: Gpu;
  readonly #options: EngineOptions;
  readonly #layout: ParameterLayout;
  readonly #slots: SlotShape;
  readonly #buffers: NetworkBuffers;
  readonly #gather: Program;
  /** The same without changes to the images, for evaluations. */
  readonly #gatherPlain: Program;
  readonly #choose: Program | undefined;
  readonly #rows: GPUBuffer;
  readonly #draws: GPUBuffer;
  readonly #hostDraws: Uint32Array<ArrayBuffer>;
  #loaded: LoadedRows | undefined;
  #train: TrainRows | undefined;

  private constructor(
    gpu: Gpu,
    options: EngineOptions,
    layout: ParameterLayout,
    slots: SlotShape,
    buffers: NetworkBuffers,
    gather: Program,
    gatherPlain: Program,
    choose: Program | undefined,
  ) {
    this.#gpu = gpu;
    this.#options = options;
    this.#layout = layout;
    this.#slots = slots;
    this.#buffers = buffers;
    this.#gather = gather;
    this.#gatherPlain = gatherPlain;
    this.#choose = choose;
    const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
    this.#rows = gpu.buffer("rows", slots.count * slots.rows * 4, usage);
    this.#draws = gpu.buffer("draws", slots.count * DRAW_WORDS * 4, usage);
    this.#hostDraws = new Uint32Array(slots.count * DRAW_WORDS);
  }

  /**
   * Compiles the kernels; the result makes the packer.
   *
   * @param drawsHere Whether rows are drawn on the device, where it can, rather than on the host
   */
  static async compile(
    gpu: Gpu,
    options: EngineOptions,
    layout: ParameterLayout,
    slots: SlotShape,
    drawsHere: boolean,
  ): Promise<(buffers: NetworkBuffers) => RowPacker> {
    const compileGather = (augment: Augmentation) =>
      Program.compile(gpu, {
        ...gatherKernel(augment, layerConstants(layout, slots)),
        bindings: ["read", "read", "read", "read", "read", "write", "write"],
      });
    const gatherPlain = await compileGather("none");
    const gather = options.augment === "none" ? gatherPlain : await compileGather(options.augment);
    const room = gpu.device.limits.maxComputeWorkgroupStorageSize - FIXED_BYTES -
      slots.rows * WANTED_RANK_BYTES;
    // With less room than for all that is wanted, a kernel takes more turns.
    const kept = Math.min(
      mostKept(options.batchSize),
      Math.floor(room / (4 * KEPT_KEY_BYTES)) * 4,
    );
    const choose = drawsHere && options.batchSize <= MOST_CHOSEN && kept >= LEAST_KEPT
      ? await Program.compile(gpu, {
        entryPoint: "choose_rows",
        sources: [threefry, chooseRowsSource],
        constants: {
          THREEFRY_LAYOUT: options.threefry === "partitionable" ? 1 : 0,
          SLOT_ROWS: slots.rows,
          KEPT: kept,
        },
        bindings: ["read", "read", "read", "write"],
      })
      : undefined;
    return (buffers) =>
      new RowPacker(
        gpu,
        options,
        layout,
        slots,
        buffers,
        gather,
        gatherPlain,
        choose,
      );
  }

  /** Copies a data set to the device, replacing an earlier one. */
  load(data: Dataset): void {
    this.#unload();
    const words = this.#layout.words[0];
    const { parts, facts } = uploadRows(this.#gpu, words, data, this.#options.scale);
    const bind = (program: Program) =>
      parts.map(({ images, info }) => this.#bindGather(program, images, facts, info));
    this.#loaded = {
      buffers: [facts, ...parts.flatMap(({ images, info }) => [images, info])],
      count: data.labels.length,
      gather: bind(this.#gather),
      gatherPlain: bind(this.#gatherPlain),
    };
  }

  /** The rows to train on, by their numbers in the loaded data set. */
  start(rows: Uint32Array): void {
    this.#endRun();
    const { device } = this.#gpu;
    const rounds = sortingRounds(rows.length);
    const buffers: GPUBuffer[] = [];
    let choose: GPUBindGroup | undefined;
    if (this.#choose && rounds <= 2 && rows.length <= MOST_ROWS) {
      const train = this.#gpu.buffer(
        "train rows",
        rows.byteLength,
        GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      );
      device.queue.writeBuffer(train, 0, rows.slice());
      const population = this.#gpu.buffer(
        "population",
        8,
        GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
      );
      device.queue.writeBuffer(population, 0, Uint32Array.of(rows.length, rounds));
      buffers.push(train, population);
      choose = this.#choose.bind(
        read(this.#draws),
        read(population, 0, 8),
        read(train),
        write(this.#rows),
      );
    }
    const { batchSize, threefry } = this.#options;
    const drawer = choose
      ? undefined
      : new RowDrawer({ trainRows: rows, largest: batchSize, layout: threefry });
    this.#train = { count: rows.length, buffers, rounds, choose, drawer };
  }

  /** Whether the loaded data and the run to draw for are there. */
  get loadedRows(): number | undefined {
    return this.#loaded?.count;
  }

  /** How many rows there are to train on. */
  get trainRows(): number | undefined {
    return this.#train?.count;
  }

  /** Announces steps whose slots will be prepared, in this order. */
  announce(steps: readonly Step[]): void {
    this.#train!.drawer?.push(steps);
  }

  /**
   * Prepares slots, from this one on, for rows of a step.
   *
   * @param begin The first of the step's rows, and how many; less than all where they do not fit into the slots at once
   */
  draw(slot: number, step: Step, begin: number, count: number): void {
    const { rounds, choose } = this.#train!;
    const slotRows = this.#slots.rows;
    if (!choose) this.setRows(slot, this.#drawOnHost(step).subarray(begin, begin + count));
    const draws = this.#hostDraws;
    for (let done = 0; done < count; done += slotRows, slot++) {
      const at = slot * DRAW_WORDS;
      draws.fill(0, at, at + DRAW_WORDS);
      draws.set(step.key, at);
      draws[at + 2] = step.from + begin + done;
      if (!choose) continue;
      draws[at + 3] = count;
      const roundKeys = draws.subarray(at + 4, at + 4 + 2 * rounds);
      fillRoundKeys(step.key, roundKeys, this.#options.threefry);
    }
  }

  /** Fills slots, from this one on, with rows of the loaded data set. */
  setRows(slot: number, rows: Uint32Array): void {
    const slotRows = this.#slots.rows;
    const slots = Math.ceil(rows.length / slotRows);
    const padded = new Uint32Array(slots * slotRows).fill(ABSENT);
    padded.set(rows);
    this.#gpu.device.queue.writeBuffer(this.#rows, slot * slotRows * 4, padded);
  }

  /** Encodes the packing of the first so many slots: of rows drawn here for steps, or of rows as they are. */
  encode(encoder: GPUCommandEncoder, slots: number, drawn: boolean): void {
    const words = this.#layout.words[0] * this.#slots.rows;
    const distorts = drawn && typeof this.#options.augment === "object";
    const groups = distorts
      ? this.#slots.rows
      : Math.min(MOST_GATHER_GROUPS, Math.ceil(words / GATHER_LANES));
    const { gather, gatherPlain } = this.#loaded!;
    if (drawn) this.#gpu.device.queue.writeBuffer(this.#draws, 0, this.#hostDraws);
    inPass(encoder, (pass) => {
      const choose = drawn ? this.#train!.choose : undefined;
      if (choose) this.#choose!.dispatch(pass, choose, slots);
      for (const part of drawn ? gather : gatherPlain) {
        (drawn ? this.#gather : this.#gatherPlain).dispatch(pass, part, groups, slots);
      }
    });
  }

  /** Encodes each kernel on a slot of rows that are not there, with no data loaded. */
  encodeWarmUp(encoder: GPUCommandEncoder): void {
    const nothing = this.#gpu.buffer("nothing", PART_BYTES, GPUBufferUsage.STORAGE);
    this.setRows(0, Uint32Array.of(ABSENT));
    inPass(encoder, (pass) => {
      if (this.#choose) {
        const rows = write(this.#rows);
        const group = this.#choose.bind(read(this.#draws), read(nothing), read(nothing), rows);
        this.#choose.dispatch(pass, group, 1);
      }
      for (const program of new Set([this.#gather, this.#gatherPlain])) {
        const group = this.#bindGather(program, nothing, nothing, nothing);
        program.dispatch(pass, group, 1);
      }
    });
    // Destroyed once the commands that use it are done.
    this.#gpu.device.queue.onSubmittedWorkDone().then(() => nothing.destroy());
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

  /** All rows of a step; the last step's are remembered, for when its slots are filled in turns. */
  #drawOnHost(step: Step): Uint32Array {
    const train = this.#train!;
    if (train.drawn?.step !== step) train.drawn = { step, rows: train.drawer!.next() };
    return train.drawn.rows;
  }
}

/** The kernel that copies rows, changed in this way or not. */
function gatherKernel(
  augment: Augmentation,
  constants: Record<string, number>,
): Pick<ProgramDescription, "entryPoint" | "sources" | "constants"> {
  if (typeof augment === "string") {
    return {
      entryPoint: "gather",
      sources: [threefry, layers, gatherSource],
      constants: { ...constants, AUGMENT: augment === "shift" ? 1 : 0 },
    };
  }
  const { rotate, zoom, shear, shift, warp } = augment;
  return {
    entryPoint: "distort",
    sources: [threefry, layers, distortSource],
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

/** Keys to be kept for so many ranks, in fours: what there are on average, and eight deviations more. */
function mostKept(count: number): number {
  const others = count * KEYS_A_RANK;
  return 4 * Math.ceil(Math.max(LEAST_KEPT, count + others + 8 * Math.sqrt(others)) / 4);
}
