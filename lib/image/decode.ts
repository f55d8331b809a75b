/**
 * PNG and JPEG files as pixels, by two libraries without native code: fast-png, which rests on
 * fflate as our npz files do, and jpeg-js, the decoder that image-js and Jimp use, too.
 */
import { convertIndexedToRgb, decode as decodePng, type DecodedPng } from "fast-png";
import jpeg from "jpeg-js";
import { readOrientation, turn } from "./orientation.ts";

/** An image, its pixels as red, green, blue and alpha: shape (height, width, 4). */
export interface Picture {
  width: number;
  height: number;
  pixels: Uint8Array;
}

/** More than any camera's photograph; a damaged or hostile file may claim more. */
const MAX_FILE_BYTES = 64 * 2 ** 20;
const MAX_MEGAPIXELS = 64;
/** What jpeg-js may allocate, which is about 12 bytes a pixel. */
const MAX_JPEG_MEGABYTES = 1024;

const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const JPEG_MAGIC = [0xff, 0xd8, 0xff];

/**
 * Decodes an image; its first bytes say which kind it is. A photograph is turned upright.
 *
 * @param bytes A whole PNG or JPEG file
 * @returns The pixels
 * @throws {SyntaxError} If the bytes are neither, are damaged, or make too large an image
 */
export function decodeImage(bytes: Uint8Array): Picture {
  if (bytes.length > MAX_FILE_BYTES) {
    fail(`a file must have at most ${MAX_FILE_BYTES} bytes`, String(bytes.length));
  }
  const begins = (magic: number[]) => magic.every((byte, i) => bytes[i] === byte);
  if (!begins(PNG_MAGIC) && !begins(JPEG_MAGIC)) {
    const start = [...bytes.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0"));
    fail("it must be a PNG or JPEG file", start.length === 0 ? "empty" : start.join(" "));
  }
  try {
    return begins(PNG_MAGIC) ? pngPicture(bytes) : jpegPicture(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) throw error;
    fail("the file must be whole and undamaged", (error as Error).message);
  }
}

function jpegPicture(bytes: Uint8Array): Picture {
  // The library's type declarations leave out the Exif data.
  const image: ReturnType<typeof decodeJpeg> & { exifBuffer?: Uint8Array } = decodeJpeg(bytes);
  const { width, height, data: pixels, exifBuffer } = image;
  // "Exif" and one zero byte are cut off, a second one is not.
  return turn({ width, height, pixels }, exifBuffer ? readOrientation(exifBuffer.subarray(1)) : 1);
}

function decodeJpeg(bytes: Uint8Array) {
  return jpeg.decode(bytes, {
    useTArray: true,
    tolerantDecoding: false,
    maxResolutionInMP: MAX_MEGAPIXELS,
    maxMemoryUsageInMB: MAX_JPEG_MEGABYTES,
  });
}

function pngPicture(bytes: Uint8Array): Picture {
  // The header comes first always, and must be looked at before anything is allocated by it.
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  if (width === 0 || height === 0 || width * height > MAX_MEGAPIXELS * 1e6) {
    fail(`it must have 1 to ${MAX_MEGAPIXELS} million pixels`, `${width} x ${height}`);
  }
  return { width, height, pixels: rgba(decodePng(bytes, { checkCrc: true })) };
}

/** Any of PNG's kinds of pixels as red, green, blue and alpha of 8 bits each. */
function rgba(png: DecodedPng): Uint8Array {
  const { depth, palette, transparency: hidden } = png;
  // Grey of 1, 2 or 4 bits is packed like numbers of colours: take it for such.
  const colours = palette ?? (depth < 8 ? greys(depth) : undefined);
  const samples = colours ? convertIndexedToRgb({ ...png, palette: colours }) : png.data;
  const channels = colours ? colours[0].length : png.channels;
  const shift = depth === 16 ? 8 : 0;
  const count = png.width * png.height;
  const pixels = new Uint8Array(4 * count);
  for (let i = 0; i < count; i++) {
    const at = i * channels;
    // One or two channels are grey, and grey with alpha.
    for (let c = 0; c < 3; c++) {
      pixels[4 * i + c] = samples[at + (channels < 3 ? 0 : c)] >> shift;
    }
    const hasAlpha = channels % 2 === 0;
    pixels[4 * i + 3] = hasAlpha
      ? samples[at + channels - 1] >> shift
      // One colour may stand for "transparent".
      : !colours && hidden?.every((value, c) => value === samples[at + c])
      ? 0
      : 255;
  }
  return pixels;
}

function greys(depth: number): number[][] {
  const most = 2 ** depth - 1;
  return Array.from({ length: most + 1 }, (_, level) => Array(3).fill(level * 255 / most));
}

function fail(rule: string, value: string): never {
  throw new SyntaxError(`Cannot decode this image as ${rule}: current value is ${value}`);
}
