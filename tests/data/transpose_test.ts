import { assertEquals } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { transposeImages } from "../../lib/data/transpose.ts";

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
