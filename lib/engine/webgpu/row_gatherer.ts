/** Copies rows of a data set, their inputs and labels, into slots on the device. */
import draw from "../../../shaders/functions/draw.wgsl" with { type: "text" };
import layers from "../../../shaders/functions/layers.wgsl" with { type: "text" };
import rowFunctions from "../../../shaders/functions/rows.wgsl" with { type: "text" };
import threefry from "../../../shaders/functions/threefry.wgsl" with { type: "text" };
import distort from "../../../shaders/rows/distort.wgsl" with { type: "text" };
import gather from "../../../shaders/rows/gather.wgsl" with { type: "text" };
import type { Dataset } from "../../data/dataset.ts";
import { SHIFT_CODES } from "../augment.ts";
import type { Augmentation } from "../engine.ts";
import { type EnginePlan, layerConstants, type NetworkBuffers } from "./network.ts";
import { Program, type ProgramDescription, read, write } from "./program.ts";
import type { RowSampler } from "./row_sampler.ts";
import { PART_BYTES, uploadRows } from "./upload_rows.ts";

const LANES = 64;
/**
 * The maximum number of workgroups of gather.wgsl per slot; with more quads, each invocation copies
 * several.
 */
const MAX_GROUPS = 4096;

/** The kernels. */
export interface GatherPrograms {
  /** Copies the rows of training steps, with their augmentation. */
  augmented: Program;
  /** Copies rows unchanged, for evaluations. */
  plain: Program;
}

/** A data set on the device. */
interface LoadedRows {
  buffers: GPUBuffer[];
  /** A bind group for each part of the images, by kernel. */
  groups: Record<keyof GatherPrograms, GPUBindGroup[]>;
  count: number;
}

/** Holds a data set, and copies its rows into the slots' traces. */
export class RowGatherer {
  readonly #plan: EnginePlan;
  readonly #buffers: NetworkBuffers;
  readonly #sampled: Pick<RowSampler, "rows" | "draws">;
  readonly #programs: GatherPrograms;
  #loaded: LoadedRows | undefined;

  /**
   * @param plan What the engine is compiled for
   * @param buffers The slots
   * @param sampled Which rows the slots get
   * @param programs The kernels: see `compileGather`
   */
  constructor(
    plan: EnginePlan,
    buffers: NetworkBuffers,
    sampled: Pick<RowSampler, "rows" | "draws">,
    programs: GatherPrograms,
  ) {
    this.#plan = plan;
    this.#buffers = buffers;
    this.#sampled = sampled;
    this.#programs = programs;
  }

  /** Copies a data set to the device, replacing an earlier one. */
  load(data: Dataset): void {
    this.unload();
    const { gpu, options, layout } = this.#plan;
    const { parts, facts } = uploadRows(gpu, layout.quads[0], data, options.scale);
    const bind = (program: Program) =>
      parts.map(({ images, info }) => this.#bind(program, images, facts, info));
    this.#loaded = {
      buffers: [facts, ...parts.flatMap(({ images, info }) => [images, info])],
      count: data.labels.length,
      groups: { augmented: bind(this.#programs.augmented), plain: bind(this.#programs.plain) },
    };
  }

  /** The number of rows in the loaded data set; undefined if none is loaded. */
  get loadedRows(): number | undefined {
    return this.#loaded?.count;
  }

  /**
   * Encodes the copying of the rows of each net's first slots.
   *
   * @param which Whether the rows are those of steps or of an evaluation
   */
  encode(pass: GPUComputePassEncoder, slots: number, which: keyof GatherPrograms): void {
    const { options, layout, slots: { rows, nets } } = this.#plan;
    const distorts = which === "augmented" && typeof options.augment === "object";
    const groups = distorts
      ? rows
      : Math.min(MAX_GROUPS, Math.ceil(layout.quads[0] * rows / LANES));
    for (const part of this.#loaded!.groups[which]) {
      this.#programs[which].dispatch(pass, part, groups, slots * nets);
    }
  }

  /** Encodes each kernel once, for a slot of absent rows; needs no data. */
  encodeWarmUp(pass: GPUComputePassEncoder, empty: GPUBuffer): void {
    for (const program of new Set(Object.values(this.#programs) as Program[])) {
      program.dispatch(pass, this.#bind(program, empty, empty, empty), 1);
    }
  }

  /** Frees the data set. */
  unload(): void {
    for (const buffer of this.#loaded?.buffers ?? []) buffer.destroy();
    this.#loaded = undefined;
  }

  #bind(program: Program, images: GPUBuffer, facts: GPUBuffer, info: GPUBuffer): GPUBindGroup {
    return program.bind(
      read(images),
      read(facts),
      read(this.#sampled.rows),
      read(this.#sampled.draws),
      read(info, 0, PART_BYTES),
      write(this.#buffers.traces),
      write(this.#buffers.labels),
    );
  }
}

/** Compiles the kernels. */
export async function compileGather(plan: EnginePlan): Promise<GatherPrograms> {
  const { gpu, options: { augment }, layout, slots } = plan;
  const compile = (augment: Augmentation) =>
    Program.compile(gpu, {
      ...gatherKernel(augment, layerConstants(layout, slots)),
      bindings: ["read", "read", "read", "read", "read", "write", "write"],
    });
  const plain = await compile("none");
  return { plain, augmented: augment === "none" ? plain : await compile(augment) };
}

/** Describes the kernel that copies rows with an augmentation. */
function gatherKernel(
  augment: Augmentation,
  constants: Record<string, number>,
): Pick<ProgramDescription, "entryPoint" | "sources" | "constants"> {
  if (typeof augment === "string") {
    return {
      entryPoint: "gather",
      sources: [threefry, draw, layers, rowFunctions, gather],
      constants: { ...constants, AUGMENT: SHIFT_CODES[augment] },
    };
  }
  const { rotate, zoom, shear, shift, warp } = augment;
  return {
    entryPoint: "distort",
    sources: [threefry, draw, layers, rowFunctions, distort],
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
