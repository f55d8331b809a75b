/** Which kernels, in which shapes, for which adapter and which sizes. */
import type { EngineOptions } from "../engine.ts";
import { fused } from "./fused.ts";
import { fusedSoftware } from "./fused_software.ts";
import type { NetworkKind } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import type { ChooseLanes } from "./row_packer.ts";
import { tiled } from "./tiled.ts";

/** A choice of kernels. */
export interface Kernels {
  network: NetworkKind;
  /** What draws one step's rows. */
  chooseLanes: ChooseLanes;
}

/**
 * The table. `small` nets and batches take two dispatches a step, since there a step is over before a
 * dispatch is; what does not fit goes layer by layer.
 *
 * - A processor standing in for a GPU runs a workgroup as SIMD vectors of 8 lanes, one after the other
 *   on one core: workgroups of 8 lanes, each with a large register tile, as its loads are dear.
 * - A GPU hides its loads behind other lanes' work: many lanes, each with little to do.
 */
const KERNELS = {
  software: { small: fusedSoftware, large: tiled({ x: 8, y: 1 }), chooseLanes: "vector" as const },
  hardware: { small: fused, large: tiled({ x: 8, y: 8 }), chooseLanes: 256 },
};

/** The kernels for a net on a kind of adapter. */
export function kernelsFor(
  adapter: keyof typeof KERNELS,
  options: EngineOptions,
  layout: ParameterLayout,
): Kernels {
  const { small, large, chooseLanes } = KERNELS[adapter];
  return { network: small.fits(options, layout) ? small : large, chooseLanes };
}
