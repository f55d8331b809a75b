/**
 * Decodes PNG files (https://www.w3.org/TR/png-3/) with fast-png. Uses only the chunks that define
 * pixels, and decompresses no more than the header announces.
 */
import { convertIndexedToRgb, decode, type DecodedPng } from "fast-png";
import { crc32, inflateSync } from "node:zlib";
import { zlibSync } from "fflate";
import type { Picture } from "./decode.ts";

/** The contents of a file's header. */
interface Header {
  width: number;
  height: number;
  bitsPerPixel: number;
  isInterlaced: boolean;
}

/** A chunk of a file. */
interface Chunk {
  name: string;
  /** The contents, without length, name and checksum. */
  data: Uint8Array;
  /** The whole chunk. */
  bytes: Uint8Array;
}

/** The signature with which every PNG file begins. */
export const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The chunks that define pixels. Others hold times, texts, color profiles and animations. */
const PIXEL_CHUNKS = ["IHDR", "PLTE", "tRNS", "IDAT", "IEND"];
/** Samples per pixel, by the header's color type. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };
/** The size of the smallest piece that zlib accepts. */
const MIN_PIECE = 64;

/** Adam7's passes: the first column and row of each, and the steps to the next column and row. */
const PASSES = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
];

/**
 * Decodes a PNG file.
 *
 * @param checkSize Called before decompression; throws if width and height are too large
 * @throws {Error} If the file is corrupt, or its contents do not match its header
 */
export function decodePng(
  bytes: Uint8Array,
  checkSize: (width: number, height: number) => void,
): Picture {
  const chunks = [...readChunks(bytes)].filter(({ name }) => PIXEL_CHUNKS.includes(name));
  const header = readHeader(chunks[0]);
  checkSize(header.width, header.height);
  const rows = unpack(chunks.filter(({ name }) => name === "IDAT"), unpackedSize(header));
  // fast-png misreads interlaced pixels of less than 8 bits as bytes.
  const isMisread = header.isInterlaced && header.bitsPerPixel < 8;
  const file = isMisread
    ? withoutInterlacing(chunks, header, rows)
    : join([Uint8Array.from(PNG_MAGIC), ...chunks.map(({ bytes }) => bytes)]);
  return { width: header.width, height: header.height, pixels: rgba(decode(file)) };
}

function* readChunks(bytes: Uint8Array): Generator<Chunk, void> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = PNG_MAGIC.length, name = ""; name !== "IEND";) {
    const end = at + 12 <= bytes.length ? at + 12 + view.getUint32(at) : Infinity;
    if (end > bytes.length) throw new Error("it ends within a chunk");
    name = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (crc32(bytes.subarray(at + 4, end - 4)) !== view.getUint32(end - 4)) {
      throw new Error("the checksum of a chunk is wrong");
    }
    yield { name, data: bytes.subarray(at + 8, end - 4), bytes: bytes.subarray(at, end) };
    at = end;
  }
}

function readHeader({ name, data }: Chunk): Header {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const samples = SAMPLES[data[9]];
  if (name !== "IHDR" || data.length !== 13 || samples === undefined) {
    throw new Error("it does not begin with a header");
  }
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    bitsPerPixel: samples * data[8],
    isInterlaced: data[12] === 1,
  };
}

/** Returns the nonempty passes over the picture, each with its width and height. */
function passesOf({ width, height, isInterlaced }: Header) {
  return (isInterlaced ? PASSES : [[0, 0, 1, 1]])
    .map(([left, top, stepX, stepY]) => ({
      left,
      top,
      stepX,
      stepY,
      width: Math.ceil((width - left) / stepX),
      height: Math.ceil((height - top) / stepY),
    }))
    .filter(({ width, height }) => width > 0 && height > 0);
}

/** Returns the bytes in a row of the given number of pixels. */
function rowBytes(width: number, { bitsPerPixel }: Header): number {
  return Math.ceil(width * bitsPerPixel / 8);
}

/** Returns the decompressed size: each row of each pass has one more byte, for its filter. */
function unpackedSize(header: Header): number {
  return passesOf(header).reduce(
    (sum, { width, height }) => sum + height * (1 + rowBytes(width, header)),
    0,
  );
}

/** Decompresses a zlib stream of known size; fails as soon as there is more. */
function unpack(chunks: Chunk[], size: number): Uint8Array {
  // One piece, and never a full one: pieces would be joined, and after a full one zlib allocates
  // another, either of which takes twice the memory.
  const chunkSize = size + MIN_PIECE;
  let unpacked: Uint8Array;
  try {
    unpacked = inflateSync(join(chunks.map(({ data }) => data)), {
      chunkSize,
      maxOutputLength: size,
    });
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new Error("it holds more pixels than its header says");
  }
  if (unpacked.length < size) throw new Error("it holds fewer pixels than its header says");
  return unpacked;
}

/** Encodes the same picture as a file without interlacing. */
function withoutInterlacing(chunks: Chunk[], header: Header, rows: Uint8Array): Uint8Array {
  const { width, height, bitsPerPixel } = header;
  const inOrder = new Uint8Array(height * (1 + rowBytes(width, header)));
  let at = 0;
  for (const pass of passesOf(header)) {
    const bytesPerRow = rowBytes(pass.width, header);
    const size = pass.height * (1 + bytesPerRow);
    // Decode the pass as a separate picture without palette, which returns its bits.
    const file = pngOf(chunks, pass, rows.subarray(at, at + size), ["IHDR", "IEND"]);
    const bits = decode(file).data;
    for (let i = 0; i < pass.width * pass.height; i++) {
      const [column, row] = [i % pass.width, Math.floor(i / pass.width)];
      const from = column * bitsPerPixel;
      const shift = 8 - bitsPerPixel - from % 8;
      const value = bits[row * bytesPerRow + (from >> 3)] >> shift & (2 ** bitsPerPixel - 1);
      const to = (pass.left + column * pass.stepX) * bitsPerPixel;
      const line = (pass.top + row * pass.stepY) * (1 + rowBytes(width, header));
      inOrder[line + 1 + (to >> 3)] |= value << (8 - bitsPerPixel - to % 8);
    }
    at += size;
  }
  return pngOf(chunks, header, inOrder, PIXEL_CHUNKS);
}

/** Encodes rows as a file without interlacing, with some chunks of a given file. */
function pngOf(
  chunks: Chunk[],
  { width, height }: { width: number; height: number },
  rows: Uint8Array,
  names: string[],
): Uint8Array {
  const header = chunks[0].data.slice();
  new DataView(header.buffer).setUint32(0, width);
  new DataView(header.buffer).setUint32(4, height);
  header[12] = 0;
  const others = chunks.filter(({ name }) => names.includes(name) && /PLTE|tRNS/.test(name));
  return join([
    Uint8Array.from(PNG_MAGIC),
    chunkBytes("IHDR", header),
    ...others.map(({ bytes }) => bytes),
    chunkBytes("IDAT", zlibSync(rows, { level: 0 })),
    chunkBytes("IEND", new Uint8Array(0)),
  ]);
}

function chunkBytes(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(new TextEncoder().encode(name), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function join(parts: Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Converts any of PNG's pixel formats to red, green, blue and alpha with 8 bits each. */
function rgba(png: DecodedPng): Uint8Array {
  const { depth, palette, transparency } = png;
  // Gray of 1, 2 or 4 bits is packed like palette indices, so it is decoded with a palette of grays.
  const colors = palette ?? (depth < 8 ? grays(depth) : undefined);
  const samples = colors ? convertIndexedToRgb({ ...png, palette: colors }) : png.data;
  const channels = colors ? colors[0].length : png.channels;
  const shift = depth === 16 ? 8 : 0;
  const count = png.width * png.height;
  const pixels = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) {
    const at = i * channels;
    // One channel is gray; two are gray and alpha.
    for (let c = 0; c < 3; c++) {
      pixels[4 * i + c] = samples[at + (channels < 3 ? 0 : c)] >> shift;
    }
    const hasAlpha = channels % 2 === 0;
    pixels[4 * i + 3] = hasAlpha
      ? samples[at + channels - 1] >> shift
      // A file may declare one color to be transparent.
      : !colors && transparency?.every((value, c) => value === samples[at + c])
      ? 0
      : 255;
  }
  return pixels;
}

function grays(depth: number): number[][] {
  const most = 2 ** depth - 1;
  return Array.from({ length: most + 1 }, (_, level) => Array(3).fill(level * 255 / most));
}
