import { assertEquals } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { transposeImages } from "../../lib/data/raw.ts";
import { dataset } from "./dataset.ts";

Deno.test("transposeImages() swaps x and y of each image, and undoes itself", () => {
  const data = syntheticDigits({ trainRows: 8, testRows: 2 });
  const transposed = transposeImages(data);
  for (const row of [0, 9]) {
    for (const [x, y] of [[3, 11], [14, 14], [20, 7]]) {
      const at = row * 784;
      assertEquals(transposed.images[at + 28 * y + x], data.images[at + 28 * x + y]);
    }
  }
  assertEquals(transposeImages(transposed), data);
});

Deno.test("transposeImages() swaps the sides of images that are not square", () => {
  const images = Uint8Array.from({ length: 2 * 3 * 5 }, (_, i) => i);
  const transposed = transposeImages(dataset([0, 1], { width: 5, height: 3, images }));
  assertEquals([transposed.width, transposed.height], [3, 5]);
  // The second image, row by row: its columns before.
  assertEquals([...transposed.images.subarray(15)], [
    ...[15, 20, 25],
    ...[16, 21, 26],
    ...[17, 22, 27],
    ...[18, 23, 28],
    ...[19, 24, 29],
  ]);
});
