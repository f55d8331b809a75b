import { assertAlmostEquals, assertEquals } from "@std/assert";
import { crop, resize } from "../../lib/image/plane.ts";

const plane = { width: 3, height: 2, values: Float32Array.of(1, 2, 3, 4, 5, 6) };

Deno.test("resize() weights pixels that a new pixel covers in part by that part", () => {
  // Each new pixel covers one and a half old columns.
  assertEquals(resize(plane, 2, 2).values, Float32Array.from([4 / 3, 8 / 3, 13 / 3, 17 / 3]));
});

Deno.test("resize() enlarges by repeating pixels", () => {
  assertEquals(
    resize({ width: 2, height: 1, values: Float32Array.of(1, 2) }, 4, 2).values,
    Float32Array.of(1, 1, 2, 2, 1, 1, 2, 2),
  );
});

Deno.test("resize() preserves the mean for all sizes", () => {
  for (let width = 1; width < 8; width++) {
    for (let height = 1; height < 8; height++) {
      const { values } = resize(plane, width, height);
      assertAlmostEquals(values.reduce((sum, value) => sum + value) / values.length, 3.5, 1e-5);
    }
  }
});

Deno.test("crop() copies a rectangle", () => {
  assertEquals(
    crop(plane, { left: 1, top: 0, width: 2, height: 2 }),
    { width: 2, height: 2, values: Float32Array.of(2, 3, 5, 6) },
  );
});
