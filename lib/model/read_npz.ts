/**
 * Reads NumPy's .npz files with APIs that browsers have too. An .npz file is a ZIP archive
 * (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) of .npy files, each with one array
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
import { printable } from "../files/printable.ts";
import { ModelError } from "./errors.ts";
import { fail } from "./metadata.ts";
import { FLOAT_BYTES, type FloatType, toFloats } from "./floats.ts";
import type { Tensor } from "./safetensors.ts";

/** Maximum decompressed size in bytes, against files that claim huge sizes. */
const MAX_BYTES = 2 ** 30;

const EXTENSION = ".npy";

/** The signature of the end of a ZIP archive's directory, and the sizes of the records' fixed parts. */
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_BYTES = 22;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;

/** Floating-point types by NumPy's names. NumPy stores bfloat16 as two bytes without a type (V2). */
const TYPES: Record<string, FloatType> = { f8: "F64", f4: "F32", f2: "F16", V2: "BF16" };

/** Whether a file begins like a ZIP archive, as .npz files do. */
export function isZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 3, 4].every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the floating-point arrays of an .npz file; ignores others.
 *
 * @param bytes A file written by `numpy.savez` or `numpy.savez_compressed`
 * @returns The arrays by name, row-major
 * @throws {ModelError} If the file is corrupt, or another kind of archive
 */
export async function decodeNpz(bytes: Uint8Array): Promise<Map<string, Tensor>> {
  const entries = directory(bytes);
  const files = entries.filter(({ name }) => name.endsWith(EXTENSION));
  if (files.length === 0) {
    const names = entries.map(({ name }) => name).join(", ");
    fail("a ZIP archive must be an .npz file with arrays", names);
  }
  const size = files.reduce((sum, { size }) => sum + size, 0);
  if (size > MAX_BYTES) fail(`its arrays must take at most ${MAX_BYTES} bytes`, size);
  const arrays = new Map<string, Tensor>();
  for (const file of files) {
    const array = decodeNpy(file.name, await decompress(bytes, file));
    if (array) arrays.set(file.name.slice(0, -EXTENSION.length), array);
  }
  return arrays;
}

/** A file's entry in an archive's directory. */
interface Entry {
  name: string;
  /** The compression method: 0 for none, 8 for deflate. */
  method: number;
  compressedSize: number;
  size: number;
  /** Offset of the file's local header. */
  start: number;
}

/** Reads the directory at a ZIP archive's end (4.3.12 and 4.3.16 of the specification). */
function directory(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - DIRECTORY_END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== DIRECTORY_END) end--;
  if (end < 0) failCorrupt("its directory is missing");
  let at = view.getUint32(end + 16, true);
  return Array.from({ length: view.getUint16(end + 10, true) }, () => {
    if (at + ENTRY_BYTES > end) failCorrupt("its directory has fewer entries than it says");
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    const entry = {
      name: new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, nameEnd)),
      method: view.getUint16(at + 10, true),
      compressedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
    };
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    return entry;
  });
}

/** Decompresses a file of an archive, up to the size in the directory. */
async function decompress(
  bytes: Uint8Array,
  { name, method, compressedSize, size, start }: Entry,
): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (start + HEADER_BYTES > bytes.length) failCorrupt(`${name} begins after the end of the file`);
  const lengths = view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  const from = start + HEADER_BYTES + lengths;
  if (from + compressedSize > bytes.length) failCorrupt(`${name} is truncated`);
  const compressed = bytes.slice(from, from + compressedSize);
  if (method === 0 && compressedSize === size) return compressed;
  if (method !== 8) failCorrupt(`${name} has the unsupported compression method ${method}`);
  const decompressed = new Uint8Array(size);
  let at = 0;
  try {
    const stream = new Blob([compressed]).stream().pipeThrough(
      new DecompressionStream("deflate-raw"),
    );
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > size) throw new Error("it is larger than its directory says");
      decompressed.set(part.value, at);
      at += part.value.length;
    }
  } catch (error) {
    failCorrupt(`${name}: ${(error as Error).message}`);
  }
  if (at < size) failCorrupt(`${name} is smaller than its directory says`);
  return decompressed;
}

function failCorrupt(reason: string): never {
  throw new ModelError(
    `Cannot read this model as its .npz file is corrupt or truncated: ${printable(reason, 200)}`,
  );
}

/** Decodes an array; undefined if its elements are not floating-point numbers. */
function decodeNpy(name: string, bytes: Uint8Array): Tensor | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const magic = String.fromCharCode(...bytes.subarray(0, 6));
  if (bytes.length < 12 || magic !== "\x93NUMPY") fail(`${name} must be a numpy array`, magic);
  const lengthBytes = bytes[6] === 1 ? 2 : 4;
  const start = 8 + lengthBytes;
  const headerBytes = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  const header = new TextDecoder("latin1").decode(bytes.subarray(start, start + headerBytes));

  // The header is a Python dictionary with three entries.
  const type = header.match(/'descr': '([<>|=]?)(\w+)'/);
  const order = header.match(/'fortran_order': (True|False)/);
  const tuple = header.match(/'shape': \(([\d, ]*)\)/);
  if (!order || !tuple) fail(`${name} must have numpy's header`, printable(header.trim(), 100));
  if (!type || !Object.hasOwn(TYPES, type[2])) return undefined;
  const shape = tuple[1].split(",").filter((size) => size.trim() !== "").map(Number);
  const dtype = TYPES[type[2]];
  const numbers = bytes.subarray(start + headerBytes);
  const expected = shape.reduce((product, size) => product * size, FLOAT_BYTES[dtype] as number);
  if (numbers.length !== expected) {
    fail(`${name} must take ${expected} bytes for shape [${shape}]`, numbers.length);
  }
  const data = toFloats(numbers, dtype, type[1] !== ">");
  return { shape, data: order[1] === "True" && shape.length === 2 ? byRows(data, shape) : data };
}

/** Converts a column-major matrix to row-major. */
function byRows(data: Float32Array, [height, width]: number[]): Float32Array {
  return data.map((_, i) => data[(i % width) * height + Math.floor(i / width)]);
}
