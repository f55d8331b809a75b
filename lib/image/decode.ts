/** Decodes PNG files, and JPEG files with jpeg-js. */
import jpeg from "jpeg-js";
import { foreignKind } from "../files/kinds.ts";
import { readOrientation, turn } from "./orientation.ts";
import { decodePng, PNG_MAGIC } from "./png.ts";

/** A decoded picture. */
export interface Picture {
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
  /** Red, green, blue and alpha with shape (height, width, 4). */
  pixels: Uint8Array;
}

/** Maximum size of a file; photographs are smaller. */
export const MAX_FILE_BYTES = 32 * 2 ** 20;
/** Maximum size of a picture: phones make photographs of 12 to 24 megapixels. */
const MAX_MEGAPIXELS = 25;
/** Maximum width and height; panoramas are narrower. */
const MAX_SIDE = 20_000;
/**
 * Maximum number of a JPEG file's samples in millions: photographs store colors at half the width
 * and height, which makes 1.5 samples per pixel.
 */
const MAX_MEGASAMPLES = 1.5 * MAX_MEGAPIXELS;
/** Maximum number of a JPEG file's scans. Progressive files have about 10. */
const MAX_SCANS = 16;
/** Maximum memory of jpeg-js. */
const MAX_JPEG_MEGABYTES = 500;

const JPEG_MAGIC = [0xff, 0xd8, 0xff];
const JPEG_END = [0xff, 0xd9];

/**
 * Decodes a PNG or JPEG file, which it recognizes by the first bytes. Turns photographs upright.
 *
 * @throws {SyntaxError} If the file is of another kind, is corrupt, or holds too large an image
 */
export function decodeImage(bytes: Uint8Array): Picture {
  if (bytes.length > MAX_FILE_BYTES) {
    fail(`a file must have at most ${MAX_FILE_BYTES} bytes`, String(bytes.length));
  }
  const begins = (magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
  if (!begins(PNG_MAGIC) && !begins(JPEG_MAGIC)) {
    const kind = foreignKind(bytes);
    if (kind) {
      throw new SyntaxError(`Cannot decode this image as it must be a PNG or JPEG file: ${kind}`);
    }
    const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
    fail("it must be a PNG or JPEG file", start.length === 0 ? "empty" : start.join(" "));
  }
  try {
    return begins(PNG_MAGIC) ? decodePng(bytes, checkSize) : jpegPicture(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    throw new SyntaxError(
      `Cannot decode this image as the file is corrupt or truncated: ${(error as Error).message}`,
    );
  }
}

function jpegPicture(bytes: Uint8Array): Picture {
  checkSegments(bytes);
  // The library's type declarations omit the Exif data.
  const image: ReturnType<typeof decodeJpeg> & { exifBuffer?: Uint8Array } = decodeJpeg(bytes);
  const { width, height, data: pixels, exifBuffer } = image;
  // jpeg-js strips "Exif" and one of the two zero bytes after it.
  return turn({ width, height, pixels }, exifBuffer ? readOrientation(exifBuffer.subarray(1)) : 1);
}

function decodeJpeg(bytes: Uint8Array) {
  // Some programs omit the end marker; without it, jpeg-js rejects the file as truncated.
  const ended = new Uint8Array(bytes.length + JPEG_END.length);
  ended.set(bytes);
  ended.set(JPEG_END, bytes.length);
  return jpeg.decode(ended, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: MAX_MEGAPIXELS,
    maxMemoryUsageInMB: MAX_JPEG_MEGABYTES,
  });
}

/** Checks what a JPEG file announces before anything is decoded: its size and its number of scans. */
function checkSegments(bytes: Uint8Array): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let scans = 0;
  for (let at = JPEG_MAGIC.length - 1; at + 4 <= bytes.length;) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === 0xff) {
      at++; // the pixels of a scan, or filling before a marker
      continue;
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame && at + 10 + 3 * bytes[at + 9] <= bytes.length) {
      const [width, height] = [view.getUint16(at + 7), view.getUint16(at + 5)];
      checkSize(width, height);
      checkSamples(width * height, bytes.subarray(at + 10, at + 10 + 3 * bytes[at + 9]));
    }
    if (marker === 0xda && ++scans > MAX_SCANS) {
      fail(`a JPEG file must have at most ${MAX_SCANS} scans`, "more");
    }
    // Markers without contents: an escaped byte of a scan's pixels, restarts, begin and end.
    const isBare = marker === 0 || marker === 1 || marker >= 0xd0 && marker <= 0xd9;
    at += 2 + (isBare ? 0 : view.getUint16(at + 2));
  }
}

/** Checks the number of samples, given each component's number and its 4-bit sampling factors. */
function checkSamples(pixels: number, components: Uint8Array): void {
  const factors = [...components.filter((_, i) => i % 3 === 1)].map((
    byte,
  ) => [byte >> 4, byte & 15]);
  const most = Math.max(...factors.map(([x]) => x)) * Math.max(...factors.map(([, y]) => y));
  const samples = factors.reduce((sum, [x, y]) => sum + pixels * x * y / most, 0);
  if (samples <= MAX_MEGASAMPLES * 1e6) return;
  fail(
    `a JPEG file must have at most ${MAX_MEGASAMPLES} million samples (scale the picture down, or ` +
      "save its colors at half the width and height, as phones do)",
    String(samples),
  );
}

function checkSize(width: number, height: number): void {
  const isTooLarge = width * height > MAX_MEGAPIXELS * 1e6 || Math.max(width, height) > MAX_SIDE;
  if (width > 0 && height > 0 && !isTooLarge) return;
  fail(
    `it must have 1 to ${MAX_MEGAPIXELS} million pixels, like a phone's photographs, and at most ` +
      `${MAX_SIDE} in a row or column (scale it down, or crop it to what it shows)`,
    `${width} x ${height}`,
  );
}

function fail(rule: string, value: string): never {
  throw new SyntaxError(`Cannot decode this image as ${rule}: current value is ${value}`);
}
