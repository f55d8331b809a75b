/**
 * IDX, the format of MNIST's four files: a big-endian header of two zero
 * bytes, the type of the items (8: unsigned byte), the number of dimensions
 * and each dimension's size; then the items, the last dimension fastest.
 *
 * Format: http://yann.lecun.com/exdb/mnist/ ("the IDX file format").
 */
import { DataError } from "./errors.ts";

const UNSIGNED_BYTE = 8;
/** Shape (rows) in a file of labels, (rows, height, width) in a file of images. */
export type IdxDimensions = 1 | 3;

/**
 * Length of an IDX header.
 *
 * @param dimensions 1 for labels, 3 for images
 * @returns Bytes before the first item
 *
 * @example
 * ```ts
 * import { idxHeaderLength } from "./idx.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(idxHeaderLength(3), 16);
 * ```
 */
export function idxHeaderLength(dimensions: IdxDimensions): number {
  return 4 + 4 * dimensions;
}

/** What `parseIdxHeader` must know beforehand. */
export interface IdxFacts {
  /** What to call the file in an error. */
  file: string;
  /** Bytes of the whole file, header included. */
  fileLength: number;
  /** 1 for labels, 3 for images. */
  dimensions: IdxDimensions;
}

/**
 * Reads an IDX header and checks every field of it, and the file's length
 * against it.
 *
 * @param start The file's first bytes, the header at least (or the whole file, if that is shorter)
 * @param about The file
 * @returns The size of each dimension: `[rows]` or `[rows, height, width]`
 * @throws {DataError} If a field is wrong, or the length is another than the header's
 *
 * @example
 * ```ts
 * import { parseIdxHeader } from "./idx.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const twoLabels = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 3);
 * assertEquals(parseIdxHeader(twoLabels, { file: "labels", fileLength: 10, dimensions: 1 }), [2]);
 * ```
 */
export function parseIdxHeader(
  start: Uint8Array,
  { file, fileLength, dimensions }: IdxFacts,
): number[] {
  const kind = dimensions === 1 ? "labels" : "images";
  const fail = (what: string): never => {
    throw new DataError(`Cannot read ${file} as IDX ${kind}: ${what}`);
  };
  const headerLength = idxHeaderLength(dimensions);
  if (start.length < headerLength) {
    fail(`its header must be ${headerLength} bytes: the file ends after ${start.length}`);
  }
  const view = new DataView(start.buffer, start.byteOffset, headerLength);
  const magic = UNSIGNED_BYTE << 8 | dimensions;
  if (view.getUint32(0) !== magic) {
    fail(`it must begin with ${hex(magic)}: current value is ${hex(view.getUint32(0))}`);
  }
  const shape = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  const names = ["number of rows", "height", "width"];
  shape.forEach((size, axis) => {
    if (size === 0) fail(`the ${names[axis]} in its header must be at least 1: current value is 0`);
  });
  const length = shape.reduce((product, size) => product * size, 1) + headerLength;
  if (fileLength !== length) {
    fail(
      `${shape.join(" x ")} items and a header must be ${length} bytes: the file has ${fileLength}`,
    );
  }
  return shape;
}

/**
 * An IDX file of unsigned bytes.
 *
 * @param shape `[rows]` or `[rows, height, width]`
 * @param items As many as the shape says
 * @returns The file's bytes
 *
 * @example
 * ```ts
 * import { encodeIdx } from "./idx.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(encodeIdx([2], Uint8Array.of(7, 3)), Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 3));
 * ```
 */
export function encodeIdx(
  shape: readonly number[],
  items: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const headerLength = 4 + 4 * shape.length;
  const bytes = new Uint8Array(headerLength + items.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, UNSIGNED_BYTE << 8 | shape.length);
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(items, headerLength);
  return bytes;
}

/**
 * Checks that no label is out of range.
 *
 * @param labels Shape (rows)
 * @param classes Labels are 0 to classes - 1
 * @param file What to call the file in an error
 * @throws {DataError} Naming the first label that is too large, and its row
 *
 * @example
 * ```ts
 * import { checkLabels } from "./idx.ts";
 * import { assertThrows } from "@std/assert";
 *
 * assertThrows(() => checkLabels(Uint8Array.of(9, 10), 10, "labels"), Error, "row 1");
 * ```
 */
export function checkLabels(labels: Uint8Array, classes: number, file: string): void {
  const row = labels.findIndex((label) => label >= classes);
  if (row >= 0) {
    throw new DataError(
      `Cannot read ${file} as labels: they must be 0 to ${classes - 1}: ` +
        `current value in row ${row} is ${labels[row]}`,
    );
  }
}

function hex(word: number): string {
  return "0x" + word.toString(16).padStart(8, "0");
}
