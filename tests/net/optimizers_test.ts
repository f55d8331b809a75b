import { assertThrows } from "@std/assert";
import { OPTIMIZERS, updateParameters } from "../../lib/net/optimizers.ts";

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
