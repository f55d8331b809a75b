/** Chooses kernels and their shapes for an adapter and a net. */
import type { DeviceDescription, EngineOptions } from "../engine.ts";
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

/** Kernels for a GPU, for a GPU that is part of a processor, or for a software adapter. */
export type KernelSet = "hardware" | "integrated" | "software";

/**
 * How GPUs that are part of a processor call themselves in Deno (`Intel(R) UHD Graphics 630`,
 * `AMD Radeon Graphics (RADV RENOIR)`) and in browsers (`apple metal-3`). Not all do: an AMD one is
 * `amd gcn-5` in Chromium.
 */
const INTEGRATED =
  /\b(?:apple|intel|arm|mali|qualcomm|adreno|powervr|img-tec)\b|\bradeon(?:\(tm\))? (?:vega \d+ )?(?:graphics|\d{3}m)\b/i;
/** Cards by Intel. */
const CARD = /\barc(?:\(tm\))? [ab]\d{3}\b/i;

/** The rows per workgroup of forward_backward.wgsl, best first: the first that fits is used. */
const FUSED_ROWS: Record<KernelSet, readonly number[]> = {
  hardware: [2],
  integrated: [4, 2],
  software: [],
};

/** Returns the set of kernels for an adapter. */
export function kernelSetFor({ name, software }: DeviceDescription): KernelSet {
  if (software) return "software";
  return INTEGRATED.test(name) && !CARD.test(name) ? "integrated" : "hardware";
}

/**
 * Returns the kernels for a net. On a GPU, a small net takes two dispatches per step, since
 * dispatching takes longer than computing; larger nets are computed layer by layer. So are all nets
 * on a software adapter, which runs many lanes one after another and dispatches quickly; and the
 * processor samples rows faster in WebAssembly.
 *
 * The first of the two dispatches has a workgroup for a few rows. With two rows, the 100 rows of the
 * notebook's batch are 50 workgroups, which a card computes all at once, in the time of one. A GPU
 * with few cores computes some after others, so what counts there is the work in all: AMD's compiler
 * estimates that a workgroup of four rows takes an integrated GPU 1.16 times as long as one of two, and
 * keeps its arithmetic units busy 1.27 times as long; and it loads no more weights.
 */
export function kernelsFor(
  set: KernelSet,
  options: EngineOptions,
  layout: ParameterLayout,
  limits: GPUSupportedLimits,
): Kernels {
  const rows = FUSED_ROWS[set].find((rows) => fitsFused(options, layout, limits, rows));
  return {
    compileNetwork: rows ? (plan) => compileFused(plan, rows) : compileTiled,
    samplesOnDevice: set !== "software",
  };
}
