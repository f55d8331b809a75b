/**
 * Decodes PNG and JPEG files with two libraries without native code: fast-png, which uses fflate as
 * our npz files do, and jpeg-js, which image-js and Jimp use as well.
 */
import jpeg from "jpeg-js";
import { foreignKind } from "../files/kinds.ts";
import { readOrientation, turn } from "./orientation.ts";
import { decodePng, PNG_MAGIC } from "./png.ts";

/** An image; its pixels are red, green, blue and alpha with shape (height, width, 4). */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** Maximum size of a file, larger than any photograph; a corrupt or hostile file may be larger. */
const MAX_FILE_BYTES = 64 * 2 ** 20;
const MAX_MEGAPIXELS = 64;
/** Maximum memory of jpeg-js, which needs about 12 bytes per pixel. */
const MAX_JPEG_MEGABYTES = 1024;

const JPEG_MAGIC = [0xff, 0xd8, 0xff];
const JPEG_END = [0xff, 0xd9];

/**
 * Decodes an image, whose first bytes tell its format. Turns photographs upright.
 *
 * @param bytes A whole PNG or JPEG file
 * @returns The pixels
 * @throws {SyntaxError} If the file is neither, is corrupt, or contains too large an image
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
    fail("the file must be whole and undamaged", (error as Error).message);
  }
}

function jpegPicture(bytes: Uint8Array): Picture {
  // The library's type declarations omit the Exif data.
  const image: ReturnType<typeof decodeJpeg> & { exifBuffer?: Uint8Array } = decodeJpeg(bytes);
  const { width, height, data: pixels, exifBuffer } = image;
  // "Exif" and one zero byte are cut off, a second one is not.
  return turn({ width, height, pixels }, exifBuffer ? readOrientation(exifBuffer.subarray(1)) : 1);
}

function decodeJpeg(bytes: Uint8Array) {
  // Some programs omit the end marker, without which jpeg-js considers the file truncated.
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
