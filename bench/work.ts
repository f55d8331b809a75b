/** How much arithmetic a step of training is. */
import { type Architecture, layerSizes } from "../lib/net/architecture.ts";

/**
 * The floating-point operations of a step: for every row and weight a multiplication and an addition
 * on the way forward, as many for the weight's gradient, and as many again for the deltas of the
 * layer below, which the first layer does not need as nothing lies below it:
 *
 *     2 B (3 (D H1 + H1 H2 + H2 C) - D H1)
 *
 * Biases, activations and the update are left out, being few, and zero pixels are counted as if
 * they were multiplied, so that an engine that skips them may show more than its processor can do.
 *
 * @param architecture The net's sizes
 * @param batchSize B, the rows of a step
 *
 * @example
 * ```ts
 * import { operationsOfStep } from "./work.ts";
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
