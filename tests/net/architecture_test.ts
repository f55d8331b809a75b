import { assertEquals, assertThrows } from "@std/assert";
import {
  type Architecture,
  flatParameters,
  parameterCount,
  parameterRanges,
} from "../../lib/net/architecture.ts";
import { parameterViews } from "../../lib/net/maths.ts";

const NET: Architecture = {
  inputs: 4,
  hidden: [3, 2],
  classes: 2,
  activation: "relu",
  head: "softmax",
};

Deno.test("flatParameters() returns what parameterViews() divided", () => {
  const flat = Float32Array.from({ length: parameterCount(NET) }, (_, i) => i);
  assertEquals(flatParameters(NET, parameterViews(NET, flat)), flat);
});

Deno.test("flatParameters() rejects a parameter with too few or too many numbers", () => {
  const views = parameterViews(NET, new Float32Array(parameterCount(NET)));
  for (const { name, length } of parameterRanges(NET)) {
    for (const wrong of [length - 1, length + 1]) {
      const parameters = { ...views, [name]: new Float32Array(wrong) };
      assertThrows(() => flatParameters(NET, parameters), RangeError, name);
    }
  }
});
