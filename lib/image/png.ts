/**
 * Decodes PNG files (https://www.w3.org/TR/png-3/). Uses only the chunks that define pixels, and
 * decompresses no more than the header announces. fast-png, which encodes, misreads interlaced
 * pixels of less than 8 bits, and decompresses without a limit.
 */
import { Buffer } from "node:buffer";
import { crc32, inflateSync } from "node:zlib";
import type { Picture } from "./decode.ts";

/** The contents of a file's header. */
interface Header {
  width: number;
  height: number;
  /** Bits per sample. */
  depth: number;
  /** Samples per pixel. */
  samples: number;
  hasPalette: boolean;
  isInterlaced: boolean;
}

/** A chunk of a file: its contents without length, name and checksum. */
interface Chunk {
  name: string;
  data: Uint8Array;
}

/** The signature with which every PNG file begins. */
export const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The samples per pixel and the bits per sample that each color type may have. */
const COLOR_TYPES: Record<number, { samples: number; depths: number[] }> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};
const PALETTE = 3;
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

/** What each filter of rows predicts for a byte, by those to the left, above, and above that left. */
const FILTERS: readonly ((left: number, up: number, corner: number) => number)[] = [
  () => 0,
  (left) => left,
  (_, up) => up,
  (left, up) => left + up >> 1,
  (left, up, corner) => {
    // Whichever of the three is closest to left + up - corner (Paeth).
    const [a, b] = [Math.abs(up - corner), Math.abs(left - corner)];
    const c = Math.abs(left + up - 2 * corner);
    return a <= b && a <= c ? left : b <= c ? up : corner;
  },
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
  const chunks = [...readChunks(bytes)];
  const header = readHeader(chunks[0]);
  const { width, height, depth, samples } = header;
  checkSize(width, height);
  const rows = unpack(chunks.filter(({ name }) => name === "IDAT"), unpackedSize(header));
  const paint = painter(header, chunks);
  const pixels = new Uint8Array(4 * width * height);
  const step = Math.ceil(samples * depth / 8);
  let at = 0;
  for (const pass of passesOf(header)) {
    let above: Uint8Array = new Uint8Array(rowBytes(pass.width, header));
    for (let y = 0; y < pass.height; y++) {
      const row = rows.subarray(at + 1, at + 1 + above.length);
      unfilter(row, above, rows[at], step);
      const first = (pass.top + y * pass.stepY) * width + pass.left;
      for (let x = 0; x < pass.width; x++) paint(row, x, pixels, 4 * (first + x * pass.stepX));
      at += 1 + above.length;
      above = row;
    }
  }
  return { width, height, pixels };
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
    yield { name, data: bytes.subarray(at + 8, end - 4) };
    at = end;
  }
}

function readHeader({ name, data }: Chunk): Header {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const [depth, colorType, compression, filter, interlacing] = data.subarray(8);
  const { samples, depths } = COLOR_TYPES[colorType] ?? { samples: 0, depths: [] };
  const isValid = depths.includes(depth) && compression === 0 && filter === 0 && interlacing <= 1;
  if (name !== "IHDR" || data.length !== 13 || !isValid) {
    throw new Error("it does not begin with a header");
  }
  return {
    width: view.getUint32(0),
    height: view.getUint32(4),
    depth,
    samples,
    hasPalette: colorType === PALETTE,
    isInterlaced: interlacing === 1,
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
function rowBytes(width: number, { samples, depth }: Header): number {
  return Math.ceil(width * samples * depth / 8);
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
  const options = { chunkSize: size + MIN_PIECE, maxOutputLength: size };
  let unpacked: Uint8Array;
  try {
    unpacked = inflateSync(Buffer.concat(chunks.map(({ data }) => data)), options);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== "ERR_BUFFER_TOO_LARGE") throw error;
    throw new Error("it holds more pixels than its header says");
  }
  if (unpacked.length < size) throw new Error("it holds fewer pixels than its header says");
  return unpacked;
}

/** Adds to each byte what the row's filter predicts; `step` bytes are a pixel. */
function unfilter(row: Uint8Array, above: Uint8Array, filter: number, step: number): void {
  const predict = FILTERS[filter];
  if (!predict) throw new Error("a row has an unknown filter");
  if (filter === 0) return;
  for (let i = 0; i < row.length; i++) {
    const hasLeft = i >= step;
    row[i] += predict(hasLeft ? row[i - step] : 0, above[i], hasLeft ? above[i - step] : 0);
  }
}

/** Returns a function that writes pixel x of a row as red, green, blue and alpha of 8 bits each. */
function painter({ depth, samples, hasPalette }: Header, chunks: Chunk[]) {
  const dataOf = (wanted: string) => chunks.find(({ name }) => name === wanted)?.data;
  const [palette = new Uint8Array(), transparent] = [dataOf("PLTE"), dataOf("tRNS")];
  const most = 2 ** depth - 1;
  const read16 = (row: Uint8Array, i: number) => row[2 * i] << 8 | row[2 * i + 1];
  const read = depth === 16
    ? read16
    : depth === 8
    ? (row: Uint8Array, i: number) => row[i]
    : (row: Uint8Array, i: number) => row[i * depth >> 3] >> 8 - depth - i * depth % 8 & most;
  if (hasPalette) {
    return (row: Uint8Array, x: number, pixels: Uint8Array, to: number) => {
      const color = read(row, x);
      if (3 * color + 3 > palette.length) throw new Error("a pixel has no color");
      for (let c = 0; c < 3; c++) pixels[to + c] = palette[3 * color + c];
      pixels[to + 3] = transparent?.[color] ?? 255;
    };
  }
  const scale = 255 / most; // a whole number for up to 8 bits
  const level = (sample: number) => depth === 16 ? sample >> 8 : sample * scale;
  // A file may declare one color to be transparent, with 16 bits per sample.
  const isTransparent = (row: Uint8Array, first: number) =>
    transparent !== undefined &&
    Array(samples).keys().every((c) => read(row, first + c) === read16(transparent, c));
  return (row: Uint8Array, x: number, pixels: Uint8Array, to: number) => {
    const first = x * samples;
    // One sample is gray; two are gray and alpha.
    if (samples < 3) pixels[to] = pixels[to + 1] = pixels[to + 2] = level(read(row, first));
    else for (let c = 0; c < 3; c++) pixels[to + c] = level(read(row, first + c));
    const hasAlpha = samples % 2 === 0;
    pixels[to + 3] = hasAlpha
      ? level(read(row, first + samples - 1))
      : isTransparent(row, first)
      ? 0
      : 255;
  };
}
