/** Which kernels for which adapter and which sizes. */
import type { EngineOptions } from "../engine.ts";
import { fused } from "./fused.ts";
import type { NetworkKind } from "./network.ts";
import type { ParameterLayout } from "./parameter_layout.ts";
import { tiled } from "./tiled.ts";

/** A choice of kernels. */
export interface Kernels {
  network: NetworkKind;
  /** Whether rows are drawn on the device (choose_rows.wgsl) rather than on the host. */
  drawsHere: boolean;
}

/**
 * The kernels for a net on a kind of adapter.
 *
 * - On a GPU, a small net takes two dispatches a step, since there a step is over before a dispatch is;
 *   larger ones go layer by layer.
 * - A software adapter goes layer by layer always: it shares workgroups out among a few cores, and the
 *   many small ones of the other kernels serve it badly.
 */
export function kernelsFor(
  adapter: "software" | "hardware",
  options: EngineOptions,
  layout: ParameterLayout,
): Kernels {
  if (adapter === "software") return { network: tiled({ x: 8, y: 1 }), drawsHere: false };
  return {
    network: fused.fits(options, layout) ? fused : tiled({ x: 8, y: 8 }),
    drawsHere: true,
  };
}
