/** Which kernels, in which shapes, for which adapter and which sizes. */
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import { fusedSoftware } from "./fused_software.ts";
import type { NetworkKind } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { tiled } from "./tiled.ts";

/** A choice of kernels. */
export interface Kernels {
  network: NetworkKind;
  /** Invocations that draw one step's rows. */
  chooseLanes: number;
}

/** The kernels for a net on a device. */
export function kernelsFor(_gpu: Gpu, options: EngineOptions, layout: ParameterLayout): Kernels {
  const small = fusedSoftware.fits(options, layout);
  return { network: small ? fusedSoftware : tiled({ x: 8, y: 1 }), chooseLanes: 8 };
}
