/**
 * Reads NumPy's .npz files with APIs that browsers have too. An .npz file is a ZIP archive
 * (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) of .npy files, each with one array
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
import { printable } from "./printable.ts";

/** Thrown for a file that is no valid .npz file; the message follows "Cannot read FILE as ". */
export class NpzError extends Error {}

/** An array whose header is read, but not its items. */
export interface NpzArray {
  /** Its name in the archive, without `.npy`. */
  name: string;
  /** NumPy's name of the items' type without the byte order: `u1`, `i8`, `f4`, `U10`. */
  type: string;
  /** The items' byte order. */
  isLittleEndian: boolean;
  /** The sizes of its dimensions. */
  shape: number[];
  /** Whether the first index of a matrix varies fastest. */
  isColumnMajor: boolean;
  /** Decompresses the items; throws an NpzError if the file is corrupt. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
}

/** Maximum decompressed size in bytes, against files that claim huge sizes. */
const MAX_BYTES = 2 ** 30;
/** Maximum number of arrays. */
const MAX_ARRAYS = 1000;
/** The beginning of an array that is read for its header; NumPy's headers have 128 bytes. */
const START_BYTES = 1024;

const EXTENSION = ".npy";

/** The signature of the end of a ZIP archive's directory, and the sizes of the records' fixed parts. */
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_BYTES = 22;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;

/** Whether a file begins like a ZIP archive, as .npz files do. */
export function isZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 3, 4].every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the headers of all arrays of an .npz file.
 *
 * @param bytes A file written by `numpy.savez` or `numpy.savez_compressed`
 * @returns The arrays, in the file's order
 * @throws {NpzError} If the file is corrupt, too large, or another kind of archive
 */
export async function openNpz(bytes: Uint8Array): Promise<NpzArray[]> {
  const entries = directory(bytes);
  const files = entries.filter(({ name }) => name.endsWith(EXTENSION));
  if (files.length === 0) {
    const names = entries.map(({ name }) => name).join(", ");
    fail("a ZIP archive must be an .npz file with arrays", printable(names));
  }
  if (files.length > MAX_ARRAYS) fail(`it must have at most ${MAX_ARRAYS} arrays`, files.length);
  const size = files.reduce((sum, { size }) => sum + size, 0);
  if (size > MAX_BYTES) fail(`its arrays must take at most ${MAX_BYTES} bytes`, size);
  return await Promise.all(files.map((file) => openArray(bytes, file)));
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

async function openArray(bytes: Uint8Array, entry: Entry): Promise<NpzArray> {
  const { name, size } = entry;
  const start = await decompress(bytes, entry, Math.min(size, START_BYTES));
  return parseArray(name, start, () => decompress(bytes, entry, size));
}

/** Whether a file is a .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the header of a .npy file.
 *
 * @param name The file's name, for messages
 * @param bytes The file
 * @returns Its array
 * @throws {NpzError} If the file is corrupt
 */
export function openNpy(name: string, bytes: Uint8Array<ArrayBuffer>): NpzArray {
  return parseArray(name, bytes.slice(0, START_BYTES), () => Promise.resolve(bytes));
}

function parseArray(
  name: string,
  start: Uint8Array<ArrayBuffer>,
  readAll: () => Promise<Uint8Array<ArrayBuffer>>,
): NpzArray {
  const view = new DataView(start.buffer);
  if (start.length < 12 || !isNpy(start)) {
    fail(`${name} must be a numpy array`, printable(String.fromCharCode(...start.subarray(0, 6))));
  }
  const lengthBytes = start[6] === 1 ? 2 : 4;
  const headerBytes = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true);
  const first = 8 + lengthBytes + headerBytes;
  const header = new TextDecoder("latin1").decode(start.subarray(8 + lengthBytes, first));

  // The header is a Python dictionary with three entries.
  const type = header.match(/'descr': '([<>|=]?)(\w+)'/);
  const order = header.match(/'fortran_order': (True|False)/);
  const tuple = header.match(/'shape': \(([\d, ]*)\)/);
  if (!order || !tuple) fail(`${name} must have numpy's header`, printable(header.trim(), 100));
  const shape = tuple[1].split(",").filter((size) => size.trim() !== "").map(Number);
  return {
    name: name.endsWith(EXTENSION) ? name.slice(0, -EXTENSION.length) : name,
    type: type?.[2] ?? "",
    isLittleEndian: type?.[1] !== ">",
    shape,
    isColumnMajor: order[1] === "True",
    async read() {
      const items = (await readAll()).slice(first);
      // The number after the type's letter is the size in bytes, of a text in characters of four.
      const itemBytes = Number(type?.[2].slice(1)) * (type?.[2][0] === "U" ? 4 : 1);
      const expected = shape.reduce((product, size) => product * size, itemBytes);
      if (items.length !== expected) {
        fail(`${name} must take ${expected} bytes for shape [${shape}]`, items.length);
      }
      return items;
    },
  };
}

/** Decompresses the first bytes of a file of an archive, or all. */
async function decompress(
  bytes: Uint8Array,
  { name, method, compressedSize, size, start }: Entry,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (start + HEADER_BYTES > bytes.length) failCorrupt(`${name} begins after the end of the file`);
  const lengths = view.getUint16(start + 26, true) + view.getUint16(start + 28, true);
  const from = start + HEADER_BYTES + lengths;
  if (from + compressedSize > bytes.length) failCorrupt(`${name} is truncated`);
  if (method === 0 && compressedSize === size) return bytes.slice(from, from + length);
  if (method !== 8) failCorrupt(`${name} has the unsupported compression method ${method}`);
  const decompressed = new Uint8Array(length);
  let at = 0;
  // A short beginning needs few compressed bytes, of which the rest could unpack to gigabytes.
  const taken = length < size ? Math.min(compressedSize, 4 * length) : compressedSize;
  const compressed = new Blob([bytes.slice(from, from + taken)]);
  const reader = compressed.stream().pipeThrough(new DecompressionStream("deflate-raw"))
    .getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      if (at + part.value.length > length && length === size) {
        throw new Error("it is larger than its directory says");
      }
      decompressed.set(part.value.subarray(0, length - at), at);
      at = Math.min(length, at + part.value.length);
      if (at === length && length < size) break;
    }
  } catch (error) {
    failCorrupt(`${name}: ${(error as Error).message}`);
  } finally {
    await reader.cancel().catch(() => {}); // the error, if any, is already thrown
  }
  if (at < length) failCorrupt(`${name} is smaller than its directory says`);
  return decompressed;
}

function fail(rule: string, value: string | number): never {
  throw new NpzError(`${rule}: current value is ${value}`);
}

function failCorrupt(reason: string): never {
  throw new NpzError(`its .npz file is corrupt or truncated: ${printable(reason, 200)}`);
}
