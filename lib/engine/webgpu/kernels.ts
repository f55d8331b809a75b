/** Which kernels, in which shapes, for which adapter and which sizes. */
import type { EngineOptions } from "../engine.ts";
import { compileFused, fitsFused } from "./fused.ts";
import type { CompileNetwork } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { compileTiled, type TileShapes } from "./tiled.ts";

/** A choice of kernels. */
export interface Kernels {
  compileNetwork: CompileNetwork;
  /** Whether rows are drawn on the device (choose_rows.wgsl) rather than on the host. */
  drawsHere: boolean;
}

/**
 * A GPU hides its loads behind other lanes' work: many lanes, each with little to do, so that layers of 512
 * and 256 units and 100 rows still make 100 workgroups. Larger batches make enough of them with four rows a
 * lane, which then share its loads of weights.
 */
function hardwareTiles(batchSize: number): TileShapes {
  return {
    lanes: { x: 8, y: 8 },
    rows: batchSize > 400 ? 4 : 1,
    update: { words: 2, wordLanes: 16, parts: 4 },
  };
}

/**
 * A software adapter runs a workgroup as SIMD vectors of 8 lanes, one after the other on one core: workgroups
 * of 8 lanes, each with a larger tile, as its loads are dear.
 */
const SOFTWARE_TILES: TileShapes = {
  lanes: { x: 8, y: 1 },
  rows: 10,
  update: { words: 4, wordLanes: 8, parts: 1 },
};

/** For a software adapter; for a GPU; or for a GPU, and layer by layer whatever the size. */
export type KernelSet = "software" | "hardware" | "tiled";

/**
 * The kernels for a net. On a GPU, a small net takes two dispatches a step, since there a step is over before a
 * dispatch is; larger ones, and all on a software adapter, go layer by layer.
 */
export function kernelsFor(
  set: KernelSet,
  options: EngineOptions,
  layout: ParameterLayout,
): Kernels {
  if (set === "software") return { compileNetwork: compileTiled(SOFTWARE_TILES), drawsHere: false };
  const isSmall = set === "hardware" && fitsFused(options, layout);
  return {
    compileNetwork: isSmall ? compileFused : compileTiled(hardwareTiles(options.batchSize)),
    drawsHere: true,
  };
}
