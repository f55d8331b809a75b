/**
 * Decodes PNG and JPEG files with two libraries written in JavaScript: fast-png and jpeg-js.
 */
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
const MAX_FILE_BYTES = 64 * 2 ** 20;
const MAX_MEGAPIXELS = 64;
/** Maximum memory of jpeg-js, which needs about 12 bytes per pixel. */
const MAX_JPEG_MEGABYTES = 1024;

const JPEG_MAGIC = [0xff, 0xd8, 0xff];
const JPEG_END = [0xff, 0xd9];

/**
 * Decodes a PNG or JPEG file, which it recognizes by the first bytes. Turns photographs upright.
 *
 * @param bytes The whole file
 * @returns The pixels
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

function checkSize(width: number, height: number): void {
  if (width === 0 || height === 0 || width * height > MAX_MEGAPIXELS * 1e6) {
    fail(`it must have 1 to ${MAX_MEGAPIXELS} million pixels`, `${width} x ${height}`);
  }
}

function fail(rule: string, value: string): never {
  throw new SyntaxError(`Cannot decode this image as ${rule}: current value is ${value}`);
}
