import { assert, assertEquals } from "@std/assert";
import { tanh } from "../../../lib/engine/cpu/tanh.ts";

Deno.test("tanh() is within 3e-7 of the true one, odd, and a float32", () => {
  for (let x = 1e-9; x < 20; x = x * 1.001 + 1e-9) {
    const y = tanh(x);
    assert(Math.abs(y / Math.tanh(x) - 1) < 3e-7, `tanh(${x}) = ${y}`);
    assertEquals([tanh(-x), Math.fround(y)], [-y, y]);
  }
});

Deno.test("tanh() is exactly 1 from its bound on, and below 1 just before", () => {
  assertEquals([7.90531110763549805, 8, 1e30, Infinity].map(tanh), [1, 1, 1, 1]);
  assertEquals([-7.90531110763549805, -Infinity].map(tanh), [-1, -1]);
  assert(tanh(7.9053) < 1);
});

Deno.test("tanh() keeps what is no number, and zero", () => {
  assertEquals([tanh(NaN), tanh(0), tanh(-0)], [NaN, 0, -0]);
});
