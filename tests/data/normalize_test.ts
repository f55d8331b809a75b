import { assertEquals } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { rowScales } from "../../lib/data/normalize.ts";
import { dataset } from "./dataset.ts";

function rowsOf(...rows: number[][]): Dataset {
  const images = Uint8Array.from(rows.flat());
  return dataset(new Uint8Array(rows.length), { width: rows[0].length, images });
}

Deno.test("rowScales() with l2 returns 1 divided by each row's norm, in float32", () => {
  const scales = rowScales(rowsOf([1, 1, 1], [255, 255, 255], [0, 0, 7]), "l2");
  assertEquals(scales, Float32Array.of(1 / Math.sqrt(3), 1 / Math.sqrt(3 * 255 ** 2), 1 / 7));
});

Deno.test("rowScales() with l2 returns 0 for a row of zeros", () => {
  assertEquals(rowScales(rowsOf([0, 0], [0, 2]), "l2"), Float32Array.of(0, 0.5));
});

Deno.test("rowScales() with l2 is exact for sums of squares beyond 32 bits", () => {
  const row = new Array<number>(70_000).fill(255);
  assertEquals(rowScales(rowsOf(row), "l2"), Float32Array.of(1 / Math.sqrt(70_000 * 255 ** 2)));
});

Deno.test("rowScales() with unit returns 1/255 for every row", () => {
  assertEquals(rowScales(rowsOf([0, 0], [9, 2]), "unit"), Float32Array.of(1 / 255, 1 / 255));
});
