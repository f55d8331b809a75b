/**
 * Reads NumPy's files, using only APIs of browsers: .npy is an array
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html), .npz a zip archive of
 * such files (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT).
 */
import { printable } from "../files/printable.ts";
import { fail } from "./metadata.ts";
import { FLOAT_BYTES, type FloatType, toFloats } from "./floats.ts";
import type { Tensor } from "./safetensors.ts";

/** Maximum decompressed size, larger than any net of three layers; a hostile file may claim any size. */
const MAX_BYTES = 2 ** 30;

const ENDING = ".npy";

/** The signature of the end of a ZIP archive's directory, and the sizes of the records' fixed parts. */
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_BYTES = 22;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;

/** NumPy's names of floating-point types. NumPy does not know bfloat16 and stores it as two opaque bytes. */
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
  const files = entries.filter(({ name }) => name.endsWith(ENDING));
  if (files.length === 0) {
    const names = entries.map(({ name }) => name).join(", ");
    fail("a zip archive must be an .npz file, with arrays in it", names);
  }
  const size = files.reduce((sum, { size }) => sum + size, 0);
  if (size > MAX_BYTES) fail(`its arrays must take at most ${MAX_BYTES} bytes`, size);
  const arrays = new Map<string, Tensor>();
  for (const file of files) {
    const array = decodeNpy(file.name, await unpack(bytes, file));
    if (array) arrays.set(file.name.slice(0, -ENDING.length), array);
  }
  return arrays;
}

/** A file's entry in an archive's directory. */
interface Entry {
  name: string;
  /** The compression method: 0 for none, 8 for deflate. */
  method: number;
  packedSize: number;
  size: number;
  /** Offset of the file's local header. */
  start: number;
}

/** Reads the directory at a ZIP archive's end (4.3.12 and 4.3.16 of the specification). */
function directory(bytes: Uint8Array): Entry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let end = bytes.length - DIRECTORY_END_BYTES;
  while (end >= 0 && view.getUint32(end, true) !== DIRECTORY_END) end--;
  if (end < 0) damaged("its directory is cut off");
  let at = view.getUint32(end + 16, true);
  return Array.from({ length: view.getUint16(end + 10, true) }, () => {
    if (at + ENTRY_BYTES > end) damaged("its directory is longer than it says");
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    const entry = {
      name: new TextDecoder().decode(bytes.subarray(at + ENTRY_BYTES, nameEnd)),
      method: view.getUint16(at + 10, true),
      packedSize: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      start: view.getUint32(at + 42, true),
    };
    at = nameEnd + view.getUint16(at + 30, true) + view.getUint16(at + 32, true);
    return entry;
  });
}

/** Decompresses a file of an archive, up to the size in the directory. */
async function unpack(
  bytes: Uint8Array,
  { name, method, packedSize, size, start }: Entry,
): Promise<Uint8Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (start + HEADER_BYTES > bytes.length) damaged(`${name} is not where its directory says`);
  const lengths = view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  const from = start + HEADER_BYTES + lengths;
  if (from + packedSize > bytes.length) damaged(`${name} is cut off`);
  const packed = bytes.slice(from, from + packedSize);
  if (method === 0 && packedSize === size) return packed;
  if (method !== 8) damaged(`${name} is packed by method ${method}`);
  const unpacked = new Uint8Array(size);
  let at = 0;
  try {
    const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
    const reader = stream.getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > size) throw new Error("it is larger than its directory says");
      unpacked.set(part.value, at);
      at += part.value.length;
    }
  } catch (error) {
    damaged(`${name}: ${(error as Error).message}`);
  }
  if (at < size) damaged(`${name} is smaller than its directory says`);
  return unpacked;
}

function damaged(how: string): never {
  fail("the .npz file must be whole and undamaged", how);
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
