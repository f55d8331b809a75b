import { assertEquals } from "@std/assert";
import golden from "../golden/random.json" with { type: "json" };
import { erfInv } from "../../lib/random/erf_inv.ts";
import { sha256 } from "./golden.ts";

Deno.test("erfInv() equals XLA's for every argument that normal() can pass", () => {
  const low = -1 + 2 ** -24;
  const values = new Float32Array(2 ** 23);
  for (let i = 0; i < values.length; i++) {
    values[i] = erfInv(Math.max(low, Math.fround(i * 2 ** -22 + low)));
  }
  assertEquals(sha256(values), golden.erfInv);
});
