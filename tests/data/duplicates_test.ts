import { assertEquals } from "@std/assert";
import { trainedTestRows } from "../../lib/data/duplicates.ts";
import { dataset } from "./dataset.ts";

Deno.test("trainedTestRows() counts test images that are training or validation images, whatever their labels", () => {
  for (const width of [4, 3]) {
    // Rows 0 to 9 are all different, 10 to 14 repeat 0 to 4, and 15 differs from 0 in its last byte.
    const row = (i: number) =>
      Array.from({ length: width }, (_, pixel) => (i % 10) * pixel + (i === 15 ? -4 * pixel : 0));
    const images = Uint8Array.from(Array.from({ length: 16 }, (_, i) => row(i)).flat());
    images.set(row(0).with(-1, 9), 15 * width);
    const data = dataset([...Array(16).keys()], { width, images });
    const rows = (from: number, to: number) =>
      Uint32Array.from({ length: to - from }, (_, i) => from + i);
    const cases: [train: Uint32Array, validation: Uint32Array, test: Uint32Array, number][] = [
      [rows(0, 10), rows(0, 0), rows(10, 16), 5],
      [rows(0, 3), rows(3, 4), rows(10, 16), 4],
      [rows(0, 5), rows(0, 0), rows(5, 10), 0],
      [rows(0, 0), rows(0, 0), rows(5, 10), 0],
    ];
    for (const [train, validation, test, expected] of cases) {
      assertEquals(trainedTestRows(data, { train, validation, test }), expected);
    }
  }
});

Deno.test("trainedTestRows() compares images at any offset in their buffer", () => {
  const images = new Uint8Array(13).subarray(1);
  images.set([1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4]);
  const data = dataset([0, 1, 0], { width: 4, images });
  const none = new Uint32Array();
  const parts = { train: Uint32Array.of(0, 1), validation: none, test: Uint32Array.of(2) };
  assertEquals(trainedTestRows(data, parts), 1);
});

Deno.test("trainedTestRows() compares images, not only their hashes", () => {
  // Two images of two words with the same hash: the second word makes up for the first.
  const mixed = (word: number) => {
    const hash = Math.imul(1 ^ word, 0x9e3779b1);
    return hash ^ hash >>> 15;
  };
  const words = Uint32Array.of(0, 0, 5, mixed(0) ^ mixed(5));
  const data = dataset([0, 1], { width: 8, images: new Uint8Array(words.buffer) });
  const split = {
    train: Uint32Array.of(0),
    validation: new Uint32Array(),
    test: Uint32Array.of(1),
  };
  assertEquals(trainedTestRows(data, split), 0);
});
