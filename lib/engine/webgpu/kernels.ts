/** Which kernels, in which shapes, for which adapter and which sizes. */
import type { EngineOptions } from "../engine.ts";
import type { Gpu } from "./device.ts";
import { fusedSoftware } from "./fused_software.ts";
import type { NetworkKind } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";

/** A choice of kernels. */
export interface Kernels {
  network: NetworkKind;
  /** Invocations that draw one step's rows. */
  chooseLanes: number;
}

/** The kernels for a net on a device. */
export function kernelsFor(_gpu: Gpu, _options: EngineOptions, _layout: ParameterLayout): Kernels {
  return { network: fusedSoftware, chooseLanes: 8 };
}
