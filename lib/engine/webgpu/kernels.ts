/** Chooses kernels and their shapes for an adapter and a net. */
import type { EngineOptions } from "../engine.ts";
import { compileFused, fitsFused } from "./fused.ts";
import type { CompileNetwork } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { compileTiled, type TileShapes } from "./tiled.ts";

/** A choice of kernels. */
export interface Kernels {
  compileNetwork: CompileNetwork;
  /** Whether rows are sampled on the device (choose_rows.wgsl) rather than on the host. */
  samplesOnDevice: boolean;
}

/**
 * A GPU hides latency by switching between lanes, so it needs many lanes with little work each:
 * layers of 512 and 256 units and 100 rows then still make 100 workgroups. Larger batches make
 * enough workgroups with four rows per lane, which share the lane's loads of weights.
 */
function hardwareTiles(batchSize: number): TileShapes {
  return {
    lanes: { x: 8, y: 8 },
    rows: batchSize > 400 ? 4 : 1,
    update: { words: 2, wordLanes: 16, parts: 4 },
  };
}

/**
 * A software adapter runs a workgroup on one core as SIMD vectors of 8 lanes, in sequence. So
 * workgroups have 8 lanes, each with a larger tile, since loads are expensive.
 */
const SOFTWARE_TILES: TileShapes = {
  lanes: { x: 8, y: 1 },
  rows: 10,
  update: { words: 4, wordLanes: 8, parts: 1 },
};

/** Kernels for a software adapter, for a GPU, or for a GPU but always layer by layer. */
export type KernelSet = "software" | "hardware" | "tiled";

/**
 * Returns the kernels for a net. On a GPU, a small net takes two dispatches per step, since
 * dispatching takes longer than computing. Larger nets, and all nets on a software adapter, are
 * computed layer by layer.
 */
export function kernelsFor(
  set: KernelSet,
  options: EngineOptions,
  layout: ParameterLayout,
): Kernels {
  if (set === "software") {
    return { compileNetwork: compileTiled(SOFTWARE_TILES), samplesOnDevice: false };
  }
  const isSmall = set === "hardware" && fitsFused(options, layout);
  return {
    compileNetwork: isSmall ? compileFused : compileTiled(hardwareTiles(options.batchSize)),
    samplesOnDevice: true,
  };
}
