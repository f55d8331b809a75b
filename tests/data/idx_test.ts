import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../lib/data/errors.ts";
import { checkLabels, decodeIdx, idxKind, parseIdxHeader } from "../../lib/data/idx.ts";
import { assertMentions } from "../mentions.ts";
import { idx } from "./idx_files.ts";

function parse(bytes: Uint8Array, dimensions: 1 | 3): number[] {
  const kind = dimensions === 1 ? "labels" : "images";
  return parseIdxHeader(bytes, { file: "x", fileLength: bytes.length, kind }).shape;
}

/** Encodes labels like QMNIST's: several integers per row, the label first. */
function wideLabels(labels: number[], type = 12, columns = 8): Uint8Array {
  const itemBytes = { 9: 1, 11: 2, 12: 4 }[type]!;
  const file = new DataView(new ArrayBuffer(12 + labels.length * columns * itemBytes));
  [type << 8 | 2, labels.length, columns].forEach((word, i) => file.setUint32(4 * i, word));
  labels.forEach((label, row) => {
    for (let column = 0; column < columns; column++) {
      const at = 12 + (row * columns + column) * itemBytes;
      const value = column === 0 ? label : 1000 * row + column;
      if (itemBytes === 4) file.setInt32(at, value);
      else if (itemBytes === 2) file.setInt16(at, value);
      else file.setInt8(at, value % 100);
    }
  });
  return new Uint8Array(file.buffer);
}

Deno.test("parseIdxHeader() returns the shape of images and of labels", () => {
  assertEquals(parse(idx([2, 3, 4], new Uint8Array(24)), 3), [2, 3, 4]);
  assertEquals(parse(idx([70000], new Uint8Array(70000)), 1), [70000]);
});

Deno.test("parseIdxHeader() names the wrong field of the header, and its value", () => {
  const images = idx([2, 3, 4], new Uint8Array(24));
  const floats = images.slice();
  floats[2] = 0x0f;
  const cases: [Uint8Array, 1 | 3, (string | number)[]][] = [
    [new Uint8Array(0), 3, ["header", 16, 0]],
    [images.subarray(0, 15), 3, ["header", 16, 15]],
    [images, 1, ["0x00000801", "0x00000803"]],
    [idx([24], new Uint8Array(24)), 3, ["0x00000803", "0x00000801"]],
    [floats, 3, ["0x00000803", "0x00000f03"]],
    [idx([0, 3, 4], []), 3, ["rows", "header"]],
    [idx([2, 0, 4], []), 3, ["height", "header"]],
    [idx([2, 3, 0], []), 3, ["width", "header"]],
    [images.subarray(0, 39), 3, [40, 39]],
    [idx([2, 3, 4], new Uint8Array(25)), 3, [40, 41]],
    [idx([0xffffffff, 0xffff, 1], []), 3, ["bytes", 16]],
  ];
  for (const [bytes, dimensions, words] of cases) {
    const { message } = assertThrows(() => parse(bytes, dimensions), DataError);
    assertMentions(message, words);
  }
});

Deno.test("checkLabels() names the first label out of range, and its row", () => {
  checkLabels(Uint8Array.of(0, 9, 5), 10, "x");
  assertThrows(
    () => checkLabels(Uint8Array.of(0, 9, 12, 200), 10, "x"),
    DataError,
    "0 to 9: current value in row 2 is 12",
  );
});

/** Returns the labels of a file. */
function labelsOf(bytes: Uint8Array): [number[], Uint8Array] {
  const header = parseIdxHeader(bytes, { file: "x", fileLength: bytes.length, kind: "labels" });
  const labels = new Uint8Array(header.shape[0]);
  decodeIdx(bytes.subarray(header.headerLength), header, labels, "x");
  return [header.shape, labels];
}

Deno.test("decodeIdx() returns floats of any type as pixels", () => {
  for (const [type, bytes] of [[9, 1], [11, 2], [12, 4], [13, 4], [14, 8]]) {
    const values = type < 13 ? [0, -1, 100, 7] : [0, -0.5, 1.5, 0.25];
    const view = new DataView(new ArrayBuffer(16 + 4 * bytes));
    [type << 8 | 3, 1, 2, 2].forEach((word, i) => view.setUint32(4 * i, word));
    const write = {
      9: "setInt8",
      11: "setInt16",
      12: "setInt32",
      13: "setFloat32",
      14: "setFloat64",
    }[type] as "setFloat64";
    values.forEach((value, i) => view[write](16 + i * bytes, value));
    const file = new Uint8Array(view.buffer);
    const header = parseIdxHeader(file, { file: "x", fileLength: file.length, kind: "images" });
    const pixels = new Float32Array(4);
    decodeIdx(file.subarray(16), header, pixels, "x");
    assertEquals([...pixels], values, String(type));
  }
});

Deno.test("decodeIdx() returns the first number of each label, of any integer size", () => {
  for (const type of [9, 11, 12]) {
    for (const columns of [1, 8]) {
      const bytes = wideLabels([5, 0, 9], type, columns);
      assertEquals(labelsOf(bytes), [[3], Uint8Array.of(5, 0, 9)]);
    }
  }
  for (const label of [256, -1, 70_000]) {
    const bytes = wideLabels([0, label]);
    assertThrows(
      () => labelsOf(bytes),
      DataError,
      "0 to 255: the label in row 1",
    );
  }
});

Deno.test("idxKind() distinguishes images, labels and other files", () => {
  const cases: [number[], string | undefined][] = [
    [[0, 0, 8, 3], "images"],
    [[0, 0, 8, 1], "labels"],
    [[0, 0, 12, 2], "labels"],
    [[0, 0, 13, 3], "images"],
    [[0, 0, 15, 3], undefined],
    [[0, 0, 8, 4], undefined],
    [[0x1f, 0x8b, 8, 3], undefined],
    [[0, 0], undefined],
    [[], undefined],
  ];
  for (const [start, kind] of cases) assertEquals(idxKind(Uint8Array.from(start)), kind);
});
