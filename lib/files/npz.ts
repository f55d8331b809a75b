/**
 * Reads NumPy's .npz files with APIs that browsers have too. An .npz file is a ZIP archive
 * (https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT) of .npy files, each with one array
 * (https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html).
 */
import { ByteReader, type ByteSource } from "./byte_source.ts";
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
  /** The size of an item. */
  itemBytes: number;
  /** Reads all items; throws an NpzError if the file is corrupt. */
  read(): Promise<Uint8Array<ArrayBuffer>>;
  /** Reads the items in order, as many at a time as asked for. */
  open(): ItemReader;
}

/** Reads the items of an array in order. */
export interface ItemReader {
  /**
   * Returns the bytes of the next items.
   *
   * @param count Number of items; the array has as many left
   * @throws {NpzError} If the file is corrupt
   */
  take(count: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Closes the file. */
  close(): Promise<void>;
}

/** Maximum size in bytes of an array that is read whole, against files that claim huge sizes. */
const MAX_BYTES = 2 ** 30;
/** Maximum number of arrays. */
const MAX_ARRAYS = 1000;
/** The beginning of an array that is read for its header; NumPy's headers have 128 bytes. */
const START_BYTES = 1024;

const EXTENSION = ".npy";

/** The signatures of the end of a ZIP archive's directory, and the sizes of records' fixed parts. */
const DIRECTORY_END = 0x06054b50;
const DIRECTORY_END_64 = 0x07064b50;
const DIRECTORY_END_BYTES = 22;
const ENTRY_BYTES = 46;
const HEADER_BYTES = 30;
/** Maximum length of the comment at an archive's end. */
const MAX_COMMENT = 2 ** 16;
/** The field of an entry that holds what needs 64 bits, and the value that stands for it elsewhere. */
const EXTRA_64 = 1;
const IN_EXTRA_64 = 2 ** 32 - 1;

/** Whether a file begins like a ZIP archive, as .npz files do. */
export function isZip(bytes: Uint8Array): boolean {
  return [0x50, 0x4b, 3, 4].every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the headers of all arrays of an .npz file.
 *
 * @param file A file written by `numpy.savez` or `numpy.savez_compressed`
 * @returns The arrays, in the file's order
 * @throws {NpzError} If the file is corrupt, or another kind of archive
 */
export async function openNpz(file: ByteSource): Promise<NpzArray[]> {
  const entries = await directory(file);
  const files = entries.filter(({ name }) => name.endsWith(EXTENSION));
  if (files.length === 0) {
    const names = entries.map(({ name }) => name).join(", ");
    fail("a ZIP archive must be an .npz file with arrays", printable(names));
  }
  if (files.length > MAX_ARRAYS) fail(`it must have at most ${MAX_ARRAYS} arrays`, files.length);
  return await Promise.all(files.map((entry) => openArray(file, entry)));
}

/** A file's entry in an archive's directory. */
interface Entry {
  name: string;
  /** The compression method: 0 for none, 8 for deflate. */
  method: number;
  compressedSize: number;
  size: number;
  /** The CRC-32 of the decompressed file. */
  checksum: number;
  /** Offset of the file's local header. */
  start: number;
}

/** Reads the directory at a ZIP archive's end (4.3.12 to 4.3.16 of the specification). */
async function directory(file: ByteSource): Promise<Entry[]> {
  const last = Math.max(0, file.size - DIRECTORY_END_BYTES - MAX_COMMENT);
  const tail = await viewOf(file, last, file.size);
  let end = tail.byteLength - DIRECTORY_END_BYTES;
  while (end >= 0 && tail.getUint32(end, true) !== DIRECTORY_END) end--;
  if (end < 0) failCorrupt("its directory is missing");
  let count = tail.getUint16(end + 10, true);
  let first = tail.getUint32(end + 16, true);
  if (end >= 20 && tail.getUint32(end - 20, true) === DIRECTORY_END_64) {
    const at = Number(tail.getBigUint64(end - 12, true));
    const record = await viewOf(file, at, at + 56);
    if (record.byteLength < 56) failCorrupt("its directory is missing");
    count = Number(record.getBigUint64(32, true));
    first = Number(record.getBigUint64(48, true));
  }
  const view = await viewOf(file, first, last + end);
  let at = 0;
  return Array.from({ length: Math.min(count, 2 ** 16) }, () => {
    if (at + ENTRY_BYTES > view.byteLength) {
      failCorrupt("its directory has fewer entries than it says");
    }
    const nameEnd = at + ENTRY_BYTES + view.getUint16(at + 28, true);
    const extraEnd = nameEnd + view.getUint16(at + 30, true);
    const entry = {
      name: new TextDecoder().decode(view.buffer.slice(at + ENTRY_BYTES, nameEnd)),
      method: view.getUint16(at + 10, true),
      checksum: view.getUint32(at + 16, true),
      size: view.getUint32(at + 24, true),
      compressedSize: view.getUint32(at + 20, true),
      start: view.getUint32(at + 42, true),
    };
    readExtra64(view, nameEnd, extraEnd, entry);
    at = extraEnd + view.getUint16(at + 32, true);
    return entry;
  });
}

/** Replaces what an entry's 32 bits cannot hold by the numbers of its extra field (4.5.3). */
function readExtra64(view: DataView, from: number, to: number, entry: Entry): void {
  for (let at = from; at + 4 <= to; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) !== EXTRA_64) continue;
    let field = at + 4;
    for (const name of ["size", "compressedSize", "start"] as const) {
      if (entry[name] !== IN_EXTRA_64 || field + 8 > view.byteLength) continue;
      entry[name] = Number(view.getBigUint64(field, true));
      field += 8;
    }
  }
}

async function openArray(file: ByteSource, entry: Entry): Promise<NpzArray> {
  const { name, method, compressedSize, start } = entry;
  const header = await viewOf(file, start, start + HEADER_BYTES);
  if (header.byteLength < HEADER_BYTES) failCorrupt(`${name} begins after the end of the file`);
  const from = start + HEADER_BYTES + header.getUint16(26, true) + header.getUint16(28, true);
  const isStored = method === 0 && compressedSize === entry.size;
  if (!isStored && method !== 8) {
    failCorrupt(`${name} has the unsupported compression method ${method}`);
  }
  return await parseArray(entry, (length) => {
    // The beginning needs few compressed bytes, of which the rest could unpack to gigabytes.
    const taken = Math.min(compressedSize, 4 * length);
    const bytes = file.slice(from, from + taken).stream();
    return isStored ? bytes : bytes.pipeThrough(new DecompressionStream("deflate-raw"));
  });
}

/** Whether a file is a .npy file. */
export function isNpy(bytes: Uint8Array): boolean {
  return [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59].every((byte, i) => bytes[i] === byte);
}

/**
 * Reads the header of a .npy file.
 *
 * @param name The file's name, for messages
 * @throws {NpzError} If the file is corrupt
 */
export async function openNpy(name: string, file: ByteSource): Promise<NpzArray> {
  return await parseArray({ name, size: file.size }, () => file.stream());
}

/** Reads an array's header; `stream` returns at least the first bytes of its file. */
async function parseArray(
  { name, size, checksum }: Pick<Entry, "name" | "size"> & Partial<Entry>,
  stream: (length: number) => ReadableStream<Uint8Array<ArrayBuffer>>,
): Promise<NpzArray> {
  const start = await bytesOf(stream(START_BYTES), START_BYTES)
    .catch((error) => failCorrupt(name, error));
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
  // The number after the type's letter is the size in bytes, of a text in characters of four.
  const itemBytes = Number(type?.[2].slice(1)) * (type?.[2][0] === "U" ? 4 : 1);
  const count = shape.reduce((product, size) => product * size, 1);
  const open = (): ItemReader => {
    if (size - first !== count * itemBytes) {
      fail(`${name} must take ${count * itemBytes} bytes for shape [${shape}]`, size - first);
    }
    const reader = new ByteReader(stream(size));
    const takeBytes = async (length: number) =>
      await reader.take(length).catch((error) => failCorrupt(name, error));
    const takeAll = async (length: number) => {
      const bytes = await takeBytes(length);
      if (bytes.length < length) failCorrupt(`${name} is smaller than its directory says`);
      if (checksum !== undefined) found = crc32(bytes, found);
      return bytes;
    };
    let found = 0;
    let left = count;
    let isAtHeader = true;
    return {
      async take(count) {
        if (isAtHeader) await takeAll(first);
        isAtHeader = false;
        const items = await takeAll(count * itemBytes);
        left -= count;
        if (left === 0 && (await takeBytes(1)).length > 0) {
          failCorrupt(`${name} is larger than its directory says`);
        }
        if (left === 0 && checksum !== undefined && found !== checksum) {
          failCorrupt(`the CRC-32 of ${name} must be ${hex(checksum)}: it is ${hex(found)}`);
        }
        return items;
      },
      close: () => reader.cancel(),
    };
  };
  return {
    name: name.endsWith(EXTENSION) ? name.slice(0, -EXTENSION.length) : name,
    type: type?.[2] ?? "",
    isLittleEndian: type?.[1] !== ">",
    shape,
    isColumnMajor: order[1] === "True",
    itemBytes,
    open,
    async read() {
      if (size > MAX_BYTES) fail(`${name} must take at most ${MAX_BYTES} bytes`, size);
      const items = open();
      try {
        return await items.take(count);
      } finally {
        await items.close();
      }
    },
  };
}

/** Reads the first bytes of a stream, and closes it. */
async function bytesOf(
  stream: ReadableStream<Uint8Array>,
  length: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new ByteReader(stream);
  const bytes = await reader.take(length);
  await reader.cancel();
  return bytes;
}

/** Continues the CRC-32 of bytes, which is 0 before the first. */
function crc32(bytes: Uint8Array, before: number): number {
  // Node.js before 22.2 and browsers have no such function, which is ten times as fast.
  const zlib = globalThis.process?.getBuiltinModule?.("node:zlib");
  if (zlib?.crc32) return zlib.crc32(bytes, before);
  let sum = ~before;
  for (let i = 0; i < bytes.length; i++) sum = CRC_TABLE[(sum ^ bytes[i]) & 255] ^ sum >>> 8;
  return ~sum >>> 0;
}

/** The CRC-32 of each byte. */
const CRC_TABLE = new Int32Array(256).map((_, byte) => {
  for (let bit = 0; bit < 8; bit++) byte = byte & 1 ? 0xedb88320 ^ byte >>> 1 : byte >>> 1;
  return byte;
});

function hex(sum: number): string {
  return sum.toString(16).padStart(8, "0");
}

/** Reads a part of a file. */
async function viewOf(file: ByteSource, from: number, to: number): Promise<DataView<ArrayBuffer>> {
  const part = file.slice(from, Math.max(from, Math.min(to, file.size)));
  const bytes = await bytesOf(part.stream(), part.size);
  return new DataView(bytes.buffer, 0, bytes.length);
}

function fail(rule: string, value: string | number): never {
  throw new NpzError(`${rule}: current value is ${value}`);
}

function failCorrupt(what: string, error?: Error): never {
  const reason = error ? `${what}: ${error.message}` : what;
  throw new NpzError(`its .npz file is corrupt or truncated: ${printable(reason, 200)}`);
}
