import { assertAlmostEquals, assertEquals } from "@std/assert";
import { relativeError } from "../../lib/engine/reference.ts";

Deno.test("relativeError() is the length of the difference, relative to that of the expected change", () => {
  assertAlmostEquals(relativeError([3, 4.5], [3, 4]), 0.1);
  assertAlmostEquals(relativeError([3, 4.5], [3, 4], [3, 2]), 0.25);
  assertEquals(relativeError([3, 4], [3, 4]), 0);
  assertEquals(relativeError([0, 0], [0, 0]), 0); // no rounding of nothing
  assertEquals(relativeError([0, 1], [0, 0]), Infinity);
});
