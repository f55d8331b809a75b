/** Counts the floating-point operations of a training step. */
import { type Architecture, layerSizes } from "../lib/net/architecture.ts";

/**
 * Counts the floating-point operations of a step: for every row and weight, a multiplication and an
 * addition in the forward pass, as many for the weight's gradient, and as many for the previous
 * layer's deltas, which the first layer does not have:
 *
 *     2 B (3 (D H1 + H1 H2 + H2 C) - D H1)
 *
 * Biases, activations and the update are few and not counted. Pixels that are 0 are counted like
 * others, so an engine that skips them may exceed its processor's peak.
 *
 * @param architecture The net's sizes
 * @param batchSize B, the number of rows per step
 *
 * @example
 * ```ts
 * import { operationsOfStep } from "./operations.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const net = {
 *   inputs: 784, hidden: [50, 100], classes: 10, activation: "tanh", head: "notebook",
 * } as const;
 * assertEquals(operationsOfStep(net, 100), 19_280_000);
 * ```
 */
export function operationsOfStep(architecture: Architecture, batchSize: number): number {
  const [D, H1, H2, C] = layerSizes(architecture);
  return 2 * batchSize * (3 * (D * H1 + H1 * H2 + H2 * C) - D * H1);
}
