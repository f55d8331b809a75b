/**
 * Reads and writes safetensors files: the header's length (8 bytes, little-endian), a JSON header
 * with each tensor's type, shape and position, then the tensors' numbers without gaps.
 *
 * Writes F32 and U32. Also reads F64, F16 and BF16 from files of other programs and converts them to
 * F32.
 *
 * Format: https://huggingface.co/docs/safetensors/index#format
 */

import { NUMBERS, toFloats } from "../files/numbers.ts";
import { printable } from "../files/printable.ts";
import { ModelError } from "./errors.ts";

/** Numbers with a shape, row-major. */
export interface Tensor {
  shape: readonly number[];
  data: Float32Array | Uint32Array;
}

/** The contents of a file. The format allows only strings as metadata. */
export interface TensorFile {
  tensors: Map<string, Tensor>;
  metadata: Record<string, string>;
}

/** The types of elements. */
const TYPES = { F64: "f8", F32: "f4", F16: "f2", BF16: "bf16", U32: "u4" } as const;
type ElementType = keyof typeof TYPES;
/** Maximum size of the header: a checkpoint's holds the learning curve, of 80 bytes a point. */
const MAX_HEADER_BYTES = 32_000_000;
/** Maximum number of tensors. */
const MAX_TENSORS = 1000;
const LENGTH_BYTES = 8;

/**
 * Encodes a file; the same input always gives the same bytes.
 *
 * @param file Tensors, stored in the map's order, and metadata
 * @returns The bytes; the numbers begin at a multiple of 8, as the format requires
 * @throws {TypeError} If a tensor's number of elements does not match its shape
 */
export function encodeSafetensors({ tensors, metadata }: TensorFile): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = { __metadata__: metadata };
  let offset = 0;
  for (const [name, { shape, data }] of tensors) {
    if (elements(shape) !== data.length) {
      throw new TypeError(
        `Cannot store ${name} as its data must have ${elements(shape)} elements for shape ` +
          `[${shape}]: current value is ${data.length}`,
      );
    }
    const dtype: ElementType = data instanceof Float32Array ? "F32" : "U32";
    header[name] = { dtype, shape, data_offsets: [offset, offset + data.byteLength] };
    offset += data.byteLength;
  }
  const json = new TextEncoder().encode(JSON.stringify(header));
  const headerBytes = Math.ceil(json.length / 8) * 8;
  const bytes = new Uint8Array(LENGTH_BYTES + headerBytes + offset);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerBytes), true);
  bytes.fill(0x20, LENGTH_BYTES, LENGTH_BYTES + headerBytes); // padding with spaces, as the format requires
  bytes.set(json, LENGTH_BYTES);
  let position = LENGTH_BYTES + headerBytes;
  for (const { data } of tensors.values()) {
    bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), position);
    position += data.byteLength;
  }
  return bytes;
}

/**
 * Decodes and validates a file.
 *
 * @returns Its tensors in the order of the file, and its metadata
 * @throws {ModelError} If the bytes are not a safetensors file, are corrupt or truncated, or
 *   contain an unsupported element type; the message gives the place and the value
 */
export function decodeSafetensors(bytes: Uint8Array): TensorFile {
  const { header, data } = splitFile(bytes);
  const { __metadata__: metadata = {}, ...entries } = header;
  checkMetadata(metadata);
  const count = Object.keys(entries).length;
  if (count > MAX_TENSORS) fail(`it must have at most ${MAX_TENSORS} tensors`, count);
  const descriptions = Object.entries(entries).map(([name, entry]) => checkEntry(name, entry));
  // An empty tensor begins where the next one begins, and must come first.
  descriptions.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const tensors = new Map<string, Tensor>();
  let position = 0;
  for (const { name, dtype, shape, begin, end } of descriptions) {
    if (begin !== position) {
      fail(`tensor ${name} must begin where the one before it ends, at ${position}`, begin);
    }
    if (end > data.length) fail(`tensor ${name} must end within ${data.length} bytes`, end);
    position = end;
    // Copy the bytes, as they may not be aligned in the file.
    const numbers = data.slice(begin, end);
    tensors.set(name, {
      shape,
      data: dtype === "U32"
        ? new Uint32Array(numbers.buffer)
        : dtype === "F32"
        ? new Float32Array(numbers.buffer)
        : toFloats(numbers, TYPES[dtype], true),
    });
  }
  if (position !== data.length) fail(`the tensors must fill ${data.length} bytes`, position);
  return { tensors, metadata };
}

/** Returns the parsed JSON header and the bytes after it. */
function splitFile(
  bytes: Uint8Array,
): { header: Record<string, unknown>; data: Uint8Array } {
  if (bytes.length < LENGTH_BYTES) fail("a file must have at least 8 bytes", bytes.length);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const headerBytes = Number(view.getBigUint64(0, true));
  const maxBytes = Math.min(MAX_HEADER_BYTES, bytes.length - LENGTH_BYTES);
  if (headerBytes > maxBytes) fail(`the header must have at most ${maxBytes} bytes`, headerBytes);
  const end = LENGTH_BYTES + headerBytes;
  let header: unknown;
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes.slice(LENGTH_BYTES, end));
    header = JSON.parse(text);
  } catch (error) {
    fail("the header must be JSON in UTF-8", (error as Error).message);
  }
  if (!isRecord(header)) fail("the header must be a JSON object", JSON.stringify(header));
  return { header, data: bytes.subarray(end) };
}

function checkMetadata(metadata: unknown): asserts metadata is Record<string, string> {
  if (!isRecord(metadata)) fail("__metadata__ must be an object", JSON.stringify(metadata));
  for (const [name, value] of Object.entries(metadata)) {
    if (typeof value !== "string") fail(`metadata ${name} must be a string`, JSON.stringify(value));
  }
}

/** A tensor's entry in the header. */
interface Description {
  name: string;
  dtype: ElementType;
  shape: number[];
  begin: number;
  end: number;
}

function checkEntry(name: string, entry: unknown): Description {
  if (!isRecord(entry)) fail(`tensor ${name} must be described by an object`, String(entry));
  const { dtype, shape, data_offsets: offsets } = entry;
  if (typeof dtype !== "string" || !Object.hasOwn(TYPES, dtype)) {
    const types = Object.keys(TYPES).join(", ");
    fail(`the type of tensor ${name} must be one of ${types}`, JSON.stringify(dtype));
  }
  if (!isSizes(shape)) {
    fail(`the shape of tensor ${name} must be a list of whole numbers`, JSON.stringify(shape));
  }
  if (!isSizes(offsets) || offsets.length !== 2) {
    fail(`data_offsets of tensor ${name} must be two whole numbers`, JSON.stringify(offsets));
  }
  const [begin, end] = offsets;
  const size = elements(shape) * NUMBERS[TYPES[dtype as ElementType]].bytes;
  if (end - begin !== size) {
    fail(
      `tensor ${name} must take ${size} bytes for shape [${shape}]`,
      end - begin,
    );
  }
  return { name, dtype: dtype as ElementType, shape, begin, end };
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function fail(rule: string, value: string | number | undefined): never {
  // Both may contain text from the file, of any length.
  throw new ModelError(
    `Cannot read safetensors as ${printable(rule, 200)}: current value is ${
      printable(String(value))
    }`,
  );
}
