import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../lib/data/errors.ts";
import { checkLabels, parseIdxHeader } from "../../lib/data/idx.ts";
import { idx } from "./idx_files.ts";

function parse(bytes: Uint8Array, dimensions: 1 | 3): number[] {
  return parseIdxHeader(bytes, { file: "x", fileLength: bytes.length, dimensions });
}

Deno.test("parseIdxHeader() gives the sizes of a good file of images and of labels", () => {
  assertEquals(parse(idx([2, 3, 4], new Uint8Array(24)), 3), [2, 3, 4]);
  assertEquals(parse(idx([70000], new Uint8Array(70000)), 1), [70000]);
});

Deno.test("parseIdxHeader() names the header's field that is wrong, and its value", () => {
  const images = idx([2, 3, 4], new Uint8Array(24));
  const floats = images.slice();
  floats[2] = 0x0d;
  const cases: [Uint8Array, 1 | 3, string][] = [
    [new Uint8Array(0), 3, "its header must be 16 bytes: the file ends after 0"],
    [images.subarray(0, 15), 3, "its header must be 16 bytes: the file ends after 15"],
    [images, 1, "it must begin with 0x00000801: current value is 0x00000803"],
    [
      idx([24], new Uint8Array(24)),
      3,
      "it must begin with 0x00000803: current value is 0x00000801",
    ],
    [floats, 3, "it must begin with 0x00000803: current value is 0x00000d03"],
    [idx([0, 3, 4], []), 3, "the number of rows in its header must be at least 1"],
    [idx([2, 0, 4], []), 3, "the height in its header must be at least 1"],
    [idx([2, 3, 0], []), 3, "the width in its header must be at least 1"],
    [images.subarray(0, 39), 3, "must be 40 bytes: the file has 39"],
    [idx([2, 3, 4], new Uint8Array(25)), 3, "must be 40 bytes: the file has 41"],
    [idx([0xffffffff, 0xffff, 1], []), 3, "the file has 16"],
  ];
  for (const [bytes, dimensions, message] of cases) {
    assertThrows(() => parse(bytes, dimensions), DataError, message);
  }
});

Deno.test("checkLabels() names the first label out of range, and its row", () => {
  checkLabels(Uint8Array.of(0, 9, 5), 10, "x");
  assertThrows(
    () => checkLabels(Uint8Array.of(0, 9, 12, 200), 10, "x"),
    DataError,
    "Cannot read x as labels: they must be 0 to 9: current value in row 2 is 12",
  );
});
