/**
 * Decides what the pixels of a file mean, for all formats: which value is the background and which
 * is full ink, and whether the background is bright. What is assumed is reported.
 */
import { percent } from "../files/printable.ts";
import type { DatasetSource, NoticeOptions, PixelRecord } from "./dataset.ts";
import { DataError } from "./errors.ts";

/** Pixels as a file gives them, with shape (rows, pixels). */
export type RawPixels = Uint8Array<ArrayBuffer> | Float32Array<ArrayBuffer>;

/** Options for the pixels of any data set. */
export type PixelOptions = NoticeOptions & Pick<DatasetSource, "invert" | "maxPixel">;

/** The pixels of one file. */
export interface PixelPart {
  /** The file's path, for messages. */
  path: string;
  /** Row-major. */
  pixels: RawPixels;
  /** Where a pixel is, for messages: `line 4, column 2`; by default, messages do not say it. */
  placeOf?: (index: number) => string;
}

/** How most data sets store pixels: as bytes, of which 255 is full ink on a background of 0. */
export const BYTE_PIXELS: Readonly<PixelRecord> = {
  smallest: 0,
  largest: 255,
  black: 0,
  white: 255,
  inverted: false,
  brightBackground: 0,
};

/** Of whole numbers from 0, a largest one below this is taken as full ink: few images are so dim. */
const DIM = 128;
/** PyTorch's usual normalization of MNIST, (x / 255 - mean) / deviation, of the pixels 0 and 255. */
const STANDARDIZED = [0, 1].map((x) => (x - 0.1307) / 0.3081);
/** Pixels may exceed a range by its length divided by this, since they were computed. */
const RANGE_PARTS = 500;
/** The share of images with a bright background from which it is reported. */
const NOTICEABLE = 0.2;
/** Smaller images are no pictures: they have no background, and may well lack bright pixels. */
const SMALLEST_SIDE = 5;

/** Options for the pixels of a file that is converted in blocks. */
export interface BlockOptions extends PixelOptions {
  /** The record of the file's first block, which decides the range of the others. */
  like?: PixelRecord;
}

/** The extremes of a file's pixels. */
interface Extremes {
  smallest: number;
  largest: number;
  isWhole: boolean;
}

/** The values that become the bytes 0 and 255, and what was assumed to choose them. */
interface Range {
  black: number;
  white: number;
  assumption?: string;
}

/** The range of pixels that are bytes. */
const BYTES: Range = { black: 0, white: 255 };

/**
 * Converts pixels to bytes: 0 is background, 255 full ink. The range of values is decided for each
 * file; a second file has the first one's if its values fit.
 *
 * @param parts The files, of which the first decides
 * @param size Width and height of an image
 * @param options What the user says about the pixels, and what was decided for earlier rows
 * @returns The bytes of all files, in order, and what the first one's pixels look like. If nothing
 *   changes, the bytes are those of the only part, not a copy
 * @throws {DataError} If the range cannot be known; the message names the flag that gives it
 */
export function toBytes(
  parts: readonly PixelPart[],
  size: { width: number; height: number },
  { invert = false, maxPixel, like, onNotice = () => {} }: BlockOptions = {},
): { images: Uint8Array<ArrayBuffer>; record: PixelRecord } {
  const ranges: Range[] = [];
  const found = parts.map(({ pixels }) => extremesOf(pixels));
  const isTiny = Math.min(size.width, size.height) < SMALLEST_SIDE;
  for (const [i, part] of parts.entries()) {
    const range = like
      ? rangeLike(like, found[i])
      : chooseRange(part, found[i], maxPixel, ranges[0] ?? (isTiny ? BYTES : undefined));
    ranges.push(range);
    if (range.assumption) onNotice(`${part.path}: ${range.assumption}`);
  }
  const converted = parts.map(({ pixels }, i) => convert(pixels, ranges[i], invert));
  const images = joinBytes(converted);
  const brightBackground = brightBackgrounds(images, size);
  reportBackground(parts[0].path, brightBackground, invert, onNotice);
  const { smallest, largest } = found[0];
  const { black, white } = ranges[0];
  return {
    images,
    record: { smallest, largest, black, white, inverted: invert, brightBackground },
  };
}

/**
 * Compares the pixels of data with those that a net was trained on.
 *
 * @param trained The record of the net's data
 * @param found The record of the other data
 * @returns What differs so that the net cannot be judged by these data, one line for each
 */
export function comparePixels(trained: PixelRecord, found: PixelRecord, name: string): string[] {
  const differences: string[] = [];
  const [own, other] = [trained.brightBackground, found.brightBackground];
  if (Math.abs(own - other) > 0.5) {
    const [kind, share] = own < other ? ["dark", other] : ["bright", 1 - other];
    const opposite = kind === "dark" ? "bright" : "dark";
    differences.push(
      `The net was trained on images with a ${kind} background, but ${percent(share, 0)} of the ` +
        `images of ${name} have a ${opposite} one, so this accuracy says little about the net; ` +
        (found.inverted ? "without `invert` they would not" : "`invert` exchanges dark and bright"),
    );
  }
  const isDim = found.white === 255 && found.black === 0 && found.largest < DIM;
  if (isDim || !isUsual(found) && rangeOf(trained) !== rangeOf(found)) {
    differences.push(
      `The net was trained on pixels from ${rangeOf(trained)}, those of ${name} are taken as ` +
        `${rangeOf(found)} (its largest is ${short(found.largest)}); \`maxPixel\` overrides this`,
    );
  }
  return differences;
}

/** Whether a range leaves no doubt: bytes, or fractions of 1. */
function isUsual({ black, white }: PixelRecord): boolean {
  return black === 0 && (white === 255 || white === 1);
}

function rangeOf({ black, white }: PixelRecord): string {
  return `${short(black)} to ${short(white)}`;
}

function extremesOf(pixels: RawPixels): Extremes {
  let smallest = Infinity;
  let largest = -Infinity;
  let isWhole = true;
  if (pixels instanceof Uint8Array) {
    const isPresent = new Uint8Array(256);
    // An index is several times as fast as an iterator.
    for (let i = 0; i < pixels.length; i++) isPresent[pixels[i]] = 1;
    smallest = isPresent.indexOf(1);
    largest = isPresent.lastIndexOf(1);
  } else {
    for (let i = 0; i < pixels.length; i++) {
      const pixel = pixels[i];
      if (pixel < smallest) smallest = pixel;
      if (pixel > largest) largest = pixel;
      if (isWhole && !Number.isInteger(pixel)) isWhole = false;
    }
  }
  return { smallest, largest, isWhole };
}

/** Chooses the range of a file's pixels; throws if it cannot be known. */
function chooseRange(
  part: PixelPart,
  extremes: Extremes,
  maxPixel: number | undefined,
  first: Range | undefined,
): Range {
  const { smallest, largest } = extremes;
  if (maxPixel !== undefined) return givenRange(part, extremes, maxPixel);
  const fits = first && smallest >= first.black && largest <= first.white;
  // Fractions up to 1 are on their own scale even if the first file's pixels are bytes.
  if (fits && (first.white <= 1 || largest > 1)) return { ...first, assumption: undefined };
  const range = assumedRange(extremes);
  if (range) return range;
  const at = smallest < 0 ? smallest : largest;
  const place = part.placeOf?.(part.pixels.indexOf(at));
  const found = `its pixels are from ${short(smallest)} to ${short(largest)}` +
    (place ? ` (${place})` : "");
  throw new DataError(
    smallest < 0
      ? `${found}, perhaps standardized: store them as 0 to 255 or, if -N is the background and N ` +
        `full ink, give \`maxPixel\` N`
      : `${found}: give the value of full ink with \`maxPixel\`, such as ` +
        (largest > 255 ? nextMaximum(largest) : Math.ceil(largest)),
  );
}

/** Returns the range of a file's first rows; throws if other rows exceed it. */
function rangeLike(like: PixelRecord, { smallest, largest }: Extremes): Range {
  const { black, white } = like;
  const tolerance = (white - black) / RANGE_PARTS;
  const wrong = [largest, smallest].find((x) => x > white + tolerance || x < black - tolerance);
  if (wrong === undefined) return { black, white };
  throw new DataError(
    `its pixels must be ${rangeOf(like)} as its first rows suggest: one is ${short(wrong)}; give ` +
      `the value of full ink with \`maxPixel\``,
  );
}

function givenRange({ pixels, placeOf }: PixelPart, extremes: Extremes, maxPixel: number): Range {
  const { smallest, largest } = extremes;
  if (!(maxPixel > 0 && Number.isFinite(maxPixel))) {
    throw new DataError(`\`maxPixel\` must be above 0: current value is ${maxPixel}`);
  }
  const wrong = [largest, smallest].find((pixel) => Math.abs(pixel) > maxPixel);
  if (wrong !== undefined) {
    const place = placeOf?.(pixels.indexOf(wrong));
    throw new DataError(
      `its pixels must be at most \`maxPixel\` ${maxPixel}: one is ${short(wrong)}` +
        (place ? ` (${place})` : ""),
    );
  }
  return { black: smallest < 0 ? -maxPixel : 0, white: maxPixel };
}

/** Returns the range that extremes suggest; undefined if none does. */
function assumedRange({ smallest, largest, isWhole }: Extremes): Range | undefined {
  const upTo = (white: number, assumption?: string): Range => ({ black: 0, white, assumption });
  if (smallest >= 0) {
    if (largest === 0) return upTo(255, "all its pixels are 0");
    if (largest <= 1) return upTo(1, "its pixels are between 0 and 1 and are multiplied by 255");
    if (largest >= DIM && largest <= 255) {
      return upTo(255, isWhole ? undefined : "its pixels have fractions, which are rounded");
    }
    if (largest > 255 || !Number.isInteger(largest)) return undefined;
    const assumption = `its largest pixel is ${largest}, which is taken as full ink; `;
    return upTo(largest, `${assumption}\`maxPixel\` overrides this`);
  }
  // In images of ink, the background is the smallest value, and common.
  for (const [black, white] of [[-1, 1], [-0.5, 0.5], [-128, 127], STANDARDIZED]) {
    const tolerance = (white - black) / RANGE_PARTS;
    const isWithin = Math.abs(smallest - black) <= tolerance && largest <= white + tolerance;
    if (isWithin && largest > black + (white - black) / 2 && (black > -100 || isWhole)) {
      return {
        black,
        white,
        assumption: `its pixels are taken as ${short(black)} (background) to ${short(white)}`,
      };
    }
  }
  return undefined;
}

/** Returns the largest value of the smallest number of bits that holds a value. */
function nextMaximum(value: number): number {
  return 2 ** Math.ceil(Math.log2(value + 1)) - 1;
}

function convert(
  pixels: RawPixels,
  { black, white }: Range,
  invert: boolean,
): Uint8Array<ArrayBuffer> {
  const factor = 255 / (white - black);
  const isByte = pixels instanceof Uint8Array;
  if (isByte && black === 0 && factor === 1 && !invert) return pixels;
  const convertOne = (value: number) => {
    const byte = Math.max(0, Math.min(255, Math.round(factor * (value - black))));
    return invert ? 255 - byte : byte;
  };
  const bytes = new Uint8Array(pixels.length);
  const table = Uint8Array.from({ length: 256 }, (_, value) => convertOne(value));
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = isByte ? table[pixels[i]] : convertOne(pixels[i]);
  }
  return bytes;
}

/** Joins arrays; a single one is returned, not copied. */
export function joinBytes(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  if (parts.length === 1) return parts[0] as Uint8Array<ArrayBuffer>;
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** Returns the share of the images whose outermost pixels are, on average, bright. */
export function brightBackgrounds(
  images: Uint8Array,
  { width, height }: { width: number; height: number },
): number {
  if (Math.min(width, height) < SMALLEST_SIDE) return 0;
  const pixels = width * height;
  const border = [...Array(pixels).keys()].filter((i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    return x === 0 || y === 0 || x === width - 1 || y === height - 1;
  });
  let bright = 0;
  for (let first = 0; first < images.length; first += pixels) {
    let sum = 0;
    for (const i of border) sum += images[first + i];
    if (sum >= DIM * border.length) bright++;
  }
  return bright / (images.length / pixels);
}

function reportBackground(
  path: string,
  share: number,
  inverted: boolean,
  onNotice: (line: string) => void,
): void {
  if (share < NOTICEABLE) return;
  const which = share === 1 ? "all its images have" : `${percent(share, 0)} of its images have`;
  onNotice(
    inverted
      ? `${path}: after \`invert\`, ${which} a bright background; without it, less`
      : `${path}: ${which} a bright background, as dark ink on paper has; they are used as they ` +
        `are, and \`invert\` exchanges dark and bright`,
  );
}

/** Formats a number with at most four digits after the point. */
function short(value: number): string {
  return String(Number(value.toFixed(4)));
}
