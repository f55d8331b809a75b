import { assertEquals } from "@std/assert";
import type { SparseMatrix } from "../../../lib/engine/cpu/products.ts";
import { packRows, SparseBatch } from "../../../lib/engine/cpu/sparse_batch.ts";
import { generatedData } from "../../../lib/engine/reference.ts";

/** A sparse matrix with its zeros, row by row. */
function dense({ starts, columns, values }: SparseMatrix, shape: [number, number]): number[][] {
  return Array.from({ length: shape[0] }, (_, row) => {
    const line = Array(shape[1]).fill(0);
    for (let k = starts[row]; k < starts[row + 1]; k++) line[columns[k]] += values[k];
    return line;
  });
}

for (const [width, height] of [[28, 28], [4, 1], [7, 3], [5, 5], [1, 1], [2, 3]]) {
  Deno.test(`SparseBatch holds the rows it is given, and transposed, for images of ${width} x ${height}`, () => {
    const pixels = width * height;
    const data = generatedData({ rows: 40, width, height, classes: 2 });
    data.images.fill(255, 5 * pixels, 6 * pixels);
    const words = packRows(data);
    const batch = new SparseBatch(6, pixels);
    for (const rows of [[5, 5, 5, 5, 5, 5], [39, 0, 7, 5], [12]]) {
      batch.clear();
      for (const row of rows) batch.add(words, row, 1 / 4);
      batch.transpose();
      const expected = rows.map((row) =>
        Array.from(data.images.subarray(row * pixels, (row + 1) * pixels), (byte) => byte / 4)
      );
      assertEquals(batch.rows, rows.length);
      assertEquals(dense(batch.byRow, [rows.length, pixels]), expected);
      assertEquals(
        dense(batch.byPixel, [pixels, rows.length]),
        Array.from({ length: pixels }, (_, pixel) => expected.map((row) => row[pixel])),
      );
      assertEquals(batch.byRow.values.subarray(0, batch.byRow.starts[rows.length]).indexOf(0), -1);
    }
  });
}

Deno.test("shiftLast() moves the last row only and drops what leaves the image on each side", () => {
  const [width, height] = [4, 3];
  const image = Uint8Array.from({ length: 12 }, (_, i) => i + 1);
  const data = { ...generatedData({ rows: 1, width, height, classes: 2 }), images: image };
  const words = packRows(data);
  for (let dy = -3; dy <= 3; dy++) {
    for (let dx = -4; dx <= 4; dx++) {
      const batch = new SparseBatch(3, 12);
      batch.add(words, 0, 1);
      batch.add(words, 0, 1);
      batch.shiftLast({ dx, dy }, width);
      batch.add(words, 0, 1);
      const moved = Array.from(image, (_, i) => {
        const [x, y] = [i % width - dx, Math.floor(i / width) - dy];
        return x >= 0 && x < width && y >= 0 && y < height ? image[y * width + x] : 0;
      });
      assertEquals(dense(batch.byRow, [3, 12]), [[...image], moved, [...image]], `${dx} ${dy}`);
    }
  }
});

Deno.test("packRows() copies nothing where rows are whole words, and takes bytes at any offset", () => {
  const data = generatedData({ rows: 3, width: 4, height: 2, classes: 2 });
  assertEquals(packRows(data).buffer, data.images.buffer);
  const bytes = new Uint8Array(25);
  const images = bytes.subarray(1);
  images.set(data.images);
  assertEquals(packRows({ ...data, images }), packRows(data));
});
