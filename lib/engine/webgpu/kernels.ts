/** Chooses kernels and their shapes for an adapter and a net. */
import type { EngineOptions } from "../engine.ts";
import { compileFused, fitsFused } from "./fused.ts";
import type { CompileNetwork } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { compileTiled } from "./tiled.ts";

/** A choice of kernels. */
export interface Kernels {
  compileNetwork: CompileNetwork;
  /** Whether rows are sampled on the device (choose_rows.wgsl) rather than on the host. */
  samplesOnDevice: boolean;
}

/** Kernels for a GPU, or for a software adapter. */
export type KernelSet = "hardware" | "software";

/**
 * Returns the kernels for a net. On a GPU, a small net takes two dispatches per step, since
 * dispatching takes longer than computing; larger nets are computed layer by layer. So are all nets
 * on a software adapter, which runs many lanes one after another and dispatches quickly; and the
 * processor samples rows faster in WebAssembly.
 */
export function kernelsFor(
  set: KernelSet,
  options: EngineOptions,
  layout: ParameterLayout,
  limits: GPUSupportedLimits,
): Kernels {
  const isSmall = set === "hardware" && fitsFused(options, layout, limits);
  return {
    compileNetwork: isSmall ? compileFused : compileTiled,
    samplesOnDevice: set === "hardware",
  };
}
