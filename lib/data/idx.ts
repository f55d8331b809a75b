/**
 * Reads and writes IDX, the format of MNIST's four files: a big-endian header of two zero bytes, the
 * type of the items (8: unsigned byte), the number of dimensions and the size of each; then the
 * items in row-major order.
 *
 * Format: http://yann.lecun.com/exdb/mnist/ ("the IDX file format").
 */
import { foreignKind } from "../files/kinds.ts";
import { NUMBERS, type NumberType } from "../files/numbers.ts";
import { DataError } from "./errors.ts";

const UNSIGNED_BYTE = 8;
/** The types of items by their numbers; all are big-endian. */
const TYPES: Readonly<Record<number, NumberType>> = {
  [UNSIGNED_BYTE]: "u1",
  9: "i1",
  11: "i2",
  12: "i4",
  13: "f4",
  14: "f8",
};
/** Length of the longest header, that of images. */
export const IDX_HEADER_BYTES = 16;

/** What an IDX file holds. */
export type IdxKind = "images" | "labels";

/**
 * Recognizes IDX files of images and of labels by their first four bytes.
 *
 * @param start The file's first bytes, decompressed
 * @returns What the file holds, or undefined if it is another kind of file
 */
export function idxKind([zero, alsoZero, type, dimensions]: Uint8Array): IdxKind | undefined {
  if (zero !== 0 || alsoZero !== 0) return undefined;
  if (!(type in TYPES)) return undefined;
  if (dimensions === 3) return "images";
  return dimensions === 1 || dimensions === 2 ? "labels" : undefined;
}

/** The file of `parseIdxHeader`. */
export interface IdxFileInfo {
  /** The file's name in error messages. */
  file: string;
  /** Length of the file including the header; if omitted, the length is not checked. */
  fileLength?: number;
  /** What the file must hold. */
  kind: IdxKind;
}

/** The contents of an IDX header. */
export interface IdxHeader {
  /** `[rows, height, width]` of images, `[rows]` of labels. */
  shape: number[];
  /** Length of the header in bytes. */
  headerLength: number;
  /** Length of the file in bytes. */
  fileLength: number;
  /** The type of the items. */
  type: number;
  /** For labels: numbers per row, of which the first is the label. Otherwise 1. */
  columns: number;
}

/**
 * Reads an IDX header, and checks every field and the file's length. Items may have any type. As in
 * QMNIST, each label may be followed by other numbers.
 *
 * @param start The file's first bytes: at least the header, or the whole file if it is shorter
 * @throws {DataError} If a field is wrong, or the file's length does not match the header
 */
export function parseIdxHeader(
  start: Uint8Array,
  { file, fileLength, kind }: IdxFileInfo,
): IdxHeader {
  const fail = (what: string): never => {
    throw new DataError(`Cannot read ${file} as IDX ${kind}: ${what}`);
  };
  const foreign = start[0] === 0 && start[1] === 0 ? undefined : foreignKind(start);
  if (foreign) fail(foreign);
  const usual = UNSIGNED_BYTE << 8 | (kind === "images" ? 3 : 1);
  const magic = start.length < 4
    ? usual
    : new DataView(start.buffer, start.byteOffset).getUint32(0);
  if (idxKind(start) !== kind && start.length >= 4) {
    fail(`it must begin with ${hex(usual)}: current value is ${hex(magic)}`);
  }
  const dimensions = magic & 0xff;
  const headerLength = 4 + 4 * dimensions;
  if (start.length < headerLength) {
    fail(`its header must be ${headerLength} bytes: the file ends after ${start.length}`);
  }
  const view = new DataView(start.buffer, start.byteOffset, headerLength);
  const sizes = Array.from({ length: dimensions }, (_, axis) => view.getUint32(4 + 4 * axis));
  const names = ["number of rows", "height", "width"];
  sizes.forEach((size, axis) => {
    if (size === 0) fail(`the ${names[axis]} in its header must be at least 1: current value is 0`);
  });
  const type = magic >> 8 & 0xff;
  const { bytes } = NUMBERS[TYPES[type]];
  const length = sizes.reduce((product, size) => product * size, bytes) + headerLength;
  if (fileLength !== undefined && fileLength !== length) {
    fail(
      `a header and ${sizes.join(" x ")} items must be ${length} bytes: the file has ${fileLength}`,
    );
  }
  return {
    shape: kind === "images" ? sizes : [sizes[0]],
    headerLength,
    fileLength: length,
    type,
    columns: kind === "labels" ? sizes[1] ?? 1 : 1,
  };
}

/**
 * Whether the items of a file are pixels or labels as they are: unsigned bytes, one per label.
 *
 * @returns Whether `decodeIdx` would only copy
 */
export function isPlainIdx({ type, columns }: IdxHeader): boolean {
  return type === UNSIGNED_BYTE && columns === 1;
}

/**
 * Converts a file's items to numbers. Of the numbers of each label, it keeps the first.
 *
 * @param items The target, with one element per pixel or label
 * @param file The file's name in error messages
 * @throws {DataError} If a label is not from 0 to 255, or a pixel is not finite
 */
export function decodeIdx(
  raw: Uint8Array,
  header: IdxHeader,
  items: Uint8Array | Float32Array,
  file: string,
): void {
  if (isPlainIdx(header)) return items.set(raw);
  const { bytes, read } = NUMBERS[TYPES[header.type]];
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let i = 0; i < items.length; i++) {
    const value = read(view, i * header.columns * bytes, false);
    items[i] = value;
    const isRight = items instanceof Uint8Array ? items[i] === value : Number.isFinite(items[i]);
    if (isRight) continue;
    throw new DataError(
      items instanceof Uint8Array
        ? `Cannot read ${file} as labels: they must be 0 to 255: the label in row ${i} is not`
        : `Cannot read ${file} as images: its pixels must be finite: pixel ${i} is ${value}`,
    );
  }
}

/**
 * Encodes an IDX file of unsigned bytes.
 *
 * @param shape `[rows]` or `[rows, height, width]`
 * @param items Row-major; their number is the product of the shape
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
 * @param file The file's name in error messages
 * @throws {DataError} If a label is too large; the message gives the first such label and its row
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
