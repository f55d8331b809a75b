import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { OPTIMIZERS, updateParameters } from "../../lib/net/optimizers.ts";

Deno.test("updateParameters() subtracts the learning rate times the gradient for sgd", () => {
  const parameters = Float64Array.of(1, -2);
  updateParameters(
    OPTIMIZERS.sgd.defaults,
    parameters,
    new Float64Array(),
    Float64Array.of(4, 8),
    0.5,
    0,
  );
  assertEquals([...parameters], [-1, -6]);
});

Deno.test("updateParameters() moves by the learning rate in adam's first step for gradients of any size", () => {
  for (const g of [1e-3, 1, 1e6]) {
    const parameters = Float64Array.of(0);
    updateParameters(
      OPTIMIZERS.adam.defaults,
      parameters,
      new Float64Array(2),
      Float64Array.of(g),
      0.1,
      0,
    );
    assertAlmostEquals(parameters[0], -0.1, 1e-5);
  }
});

Deno.test("updateParameters() rejects moments that do not match the optimizer", () => {
  assertThrows(
    () =>
      updateParameters(
        OPTIMIZERS.adam.defaults,
        new Float64Array(3),
        new Float64Array(3),
        new Float64Array(3),
        1,
        0,
      ),
    Error,
    "current values are 3 and 3",
  );
});
