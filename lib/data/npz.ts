/** Reads data sets in NumPy's files: Keras' mnist.npz, MedMNIST, Kuzushiji-MNIST, and own arrays. */
import { basename, dirname, join } from "node:path";
import { FileSource } from "../files/file_source.ts";
import { isNpy, isZip, type NpzArray, NpzError, openNpy, openNpz } from "../files/npz.ts";
import { byRows, NUMBERS, type NumberType, toFloats } from "../files/numbers.ts";
import { listed, printable } from "../files/printable.ts";
import { LUMA } from "../image/picture_to_row.ts";
import { type RowUse, useOf } from "./csv_columns.ts";
import type { NoticeOptions } from "./dataset.ts";
import { DataError } from "./errors.ts";
import type { RawPixels } from "./pixels.ts";
import { type RawDataset, type RawPart, readError } from "./raw.ts";
import { arranged, type PartsByUse, sideOf } from "./rows.ts";

const KIND = "as NumPy arrays of images";
/** A matrix with fewer columns holds labels, not pixels. */
const MIN_PIXELS = 16;
const IMAGES_NAME = /(^|[_-])(x|images?|imgs?|data|pixels)([_-]|$)/i;
const LABELS_NAME = /(^|[_-])(y|labels?|targets?|classes)([_-]|$)/i;

/** An array of a file, and the file. */
interface NamedArray extends NpzArray {
  path: string;
}

/**
 * Reads a data set from an .npz file, or from .npz or .npy files with one array each. The names of
 * arrays and files tell training, validation and test rows (`x_train`, `val_images`), the shapes
 * tell images from labels.
 *
 * @param path The file; if it lacks labels or test rows, files beside it whose names say that they
 *   hold them are read too
 * @param width Width of an image, if its pixels are in one dimension and do not form a square
 * @param onNotice Called with a message for the user about each assumption made
 * @throws {DataError} If arrays are missing, or a file is corrupt
 */
export async function readRawNpz(
  path: string,
  { width, onNotice }: NoticeOptions & { width?: number } = {},
): Promise<RawDataset> {
  try {
    const arrays = await openArrays(path);
    const uses: (RowUse | undefined)[] = ["train", "validation", "test"];
    const found = uses.map((use) => pairOf(arrays.filter((array) => useOfArray(array) === use)));
    const unnamed = pairOf(arrays.filter((array) => useOfArray(array) === undefined));
    const [named = unnamed, validation, test] = found;
    const train = named ?? test;
    if (!train) throw new DataError(`it must hold images and labels: it holds ${namesOf(arrays)}`);
    if (!named) onNotice?.(`${path}: it has only test rows, ${nameOf(train.images)}`);
    const { images } = train;
    const size = sizeOf(path, images, width);
    const parts: PartsByUse = { train: await readPart(train, size) };
    for (const [use, pair] of Object.entries(named ? { validation, test } : {})) {
      if (!pair) continue;
      const other = sizeOf(path, pair.images, width);
      if (other.width !== size.width || other.height !== size.height) {
        throw new DataError(
          `the images of ${pair.images.name} must be ${size.height} x ${size.width} like those of ` +
            `${images.name}: current value is ${other.height} x ${other.width}`,
        );
      }
      parts[use as RowUse] = await readPart(pair, size);
    }
    if (size.colors > 1) {
      onNotice?.(`${path}: its ${size.colors} colors are converted to gray`);
    }
    const { width: w, height } = size;
    return { name: path, kind: KIND, width: w, height, ...arranged(path, KIND, parts) };
  } catch (error) {
    throw error instanceof NpzError ||
        error instanceof DataError && !error.message.startsWith("Cannot ")
      ? readError(path, KIND, error.message)
      : error;
  }
}

/** The rows of a file of arrays that can be predicted. */
export interface ArrayRows {
  images: NamedArray;
  labels?: NamedArray;
  size: Size;
}

/**
 * Finds the rows to predict: those for testing, or the only images.
 *
 * @param path The file; labels may be in a file beside it
 * @param inputs Number of pixels of the net's images
 * @throws {DataError} If there are none, or several
 * @throws {NpzError} If a file is corrupt
 */
export async function findRows(path: string, inputs: number): Promise<ArrayRows> {
  const arrays = await openArrays(path);
  const images = arrays.filter((array) => array.path === path && hasImages(array));
  const width = (array: NamedArray) => array.shape.length === 2 ? array.shape[1] : undefined;
  const sizes = images.flatMap((array) => {
    const size = sizeOf(path, array, width(array));
    return size.width * size.height === inputs ? [{ images: array, size }] : [];
  });
  const tests = sizes.filter(({ images }) => useOfArray(images) === "test");
  const [found, another] = tests.length > 0 ? tests : sizes;
  if (!found || another) {
    throw new DataError(
      `it must hold x_test, test_images, or one array of rows of ${inputs} pixels: it holds ` +
        namesOf(arrays),
    );
  }
  const use = useOfArray(found.images);
  const labels = arrays.filter((array) =>
    !hasImages(array) && useOfArray(array) === use && LABELS_NAME.test(nameOf(array))
  );
  if (labels.length !== 1) return found;
  checkRows(found.images, labels[0]);
  return { ...found, labels: labels[0] };
}

/**
 * Reads images in blocks.
 *
 * @param rows The result of \`findRows\`
 * @param count Number of images in a block
 * @returns Shape (rows of the block, height * width) each
 * @throws {DataError} If pixels are no numbers, or not finite
 * @throws {NpzError} If the file is corrupt
 */
export async function* readImageBlocks(
  { images, size }: ArrayRows,
  count: number,
): AsyncGenerator<RawPixels> {
  const [rows, ...sides] = images.shape;
  const items = sides.reduce((a, b) => a * b, 1);
  // In column-major order, the pixels of an image are spread over the whole file.
  const all = images.isColumnMajor ? await readNumbers(images) : undefined;
  const reader = images.open();
  try {
    for (let from = 0; from < rows; from += count) {
      const to = Math.min(from + count, rows);
      const block = all?.slice(from * items, to * items) ??
        decodeNumbers(images, await reader.take((to - from) * items));
      yield toGray(block, size);
    }
  } finally {
    await reader.close();
  }
}

/** Opens the arrays of a file and, if it is a single one, those of the files beside it. */
async function openArrays(path: string): Promise<NamedArray[]> {
  const arrays = await openFile(path);
  return arrays.length === 1 ? await withSiblings(path, arrays[0]) : arrays;
}

async function openFile(path: string): Promise<NamedArray[]> {
  const file = new FileSource(path);
  const arrays = path.endsWith(".npy")
    ? [await openNpy(basename(path), file)]
    : await openNpz(file);
  return arrays.map((array) => ({ ...array, path }));
}

/** Adds the arrays of files beside one with a single array, whose names differ in the usual words. */
async function withSiblings(path: string, array: NamedArray): Promise<NamedArray[]> {
  const [folder, file] = [dirname(path), basename(path)];
  const stem = (name: string) =>
    name.toLowerCase().replace(/train|test|valid(ation)?|val/, "*").split(/[_.-]/)
      .map((word) => IMAGES_NAME.test(word) || LABELS_NAME.test(word) ? "?" : word).join();
  const arrays = [array];
  for (const { name, isFile } of Deno.readDirSync(folder)) {
    if (!isFile || name === file || stem(name) !== stem(file)) continue;
    arrays.push(...await openFile(join(folder, name)));
  }
  return arrays.toSorted((a, b) => a.path < b.path ? -1 : 1);
}

/** Returns the words that name an array: its name, or its file's if NumPy numbered it. */
export function nameOf({ name, path }: NamedArray): string {
  return /^arr_\d+$/.test(name) || path.endsWith(".npy")
    ? basename(path).replace(/\.np[yz]$/, "")
    : name;
}

function useOfArray(array: NamedArray): RowUse | undefined {
  return nameOf(array).split(/[_.-]/).map(useOf).find((use) => use !== undefined);
}

/** Images and their labels. */
interface Pair {
  images: NamedArray;
  labels: NamedArray;
}

function hasImages({ shape }: NamedArray): boolean {
  return shape.length >= 3 || shape.length === 2 && shape[1] >= MIN_PIXELS;
}

function pairOf(arrays: readonly NamedArray[]): Pair | undefined {
  const choose = (candidates: NamedArray[], name: RegExp) =>
    candidates.length > 1 ? candidates.filter((array) => name.test(nameOf(array))) : candidates;
  const images = choose(arrays.filter(hasImages), IMAGES_NAME);
  const labels = choose(arrays.filter((array) => !hasImages(array)), LABELS_NAME);
  if (images.length !== 1 || labels.length !== 1) return undefined;
  checkRows(images[0], labels[0]);
  return { images: images[0], labels: labels[0] };
}

function checkRows(images: NamedArray, labels: NamedArray): void {
  const [rows, others] = [images.shape[0], labels.shape[0]];
  if (rows === others) return;
  throw new DataError(
    `${images.name} and ${labels.name} must have the same number of rows: current values are ` +
      `${rows} and ${others}`,
  );
}

function namesOf(arrays: readonly NamedArray[]): string {
  const names = arrays.map((array) => `${printable(nameOf(array), 30)} [${array.shape}]`);
  return listed(names, 8, 100);
}

/** The size of an array's images, and where its colors are. */
interface Size {
  width: number;
  height: number;
  colors: number;
  /** Whether each pixel's colors are side by side, not each color's pixels. */
  isInterleaved: boolean;
}

function sizeOf(path: string, { name, shape }: NamedArray, width?: number): Size {
  const [rows, ...sides] = shape;
  const isColors = (count: number) => count === 1 || count === 3 || count === 4;
  const gray = { colors: 1, isInterleaved: true };
  if (rows > 0 && sides.length === 1) return { ...sideOf(path, KIND, sides[0], width), ...gray };
  if (rows > 0 && sides.length === 2) return { height: sides[0], width: sides[1], ...gray };
  if (rows > 0 && sides.length === 3 && isColors(sides[2])) {
    return { height: sides[0], width: sides[1], colors: sides[2], isInterleaved: true };
  }
  if (rows > 0 && sides.length === 3 && isColors(sides[0])) {
    return { height: sides[1], width: sides[2], colors: sides[0], isInterleaved: false };
  }
  throw new DataError(
    `${name} must hold images, with shape (rows, height, width) or with colors: current value is ` +
      `[${shape}]`,
  );
}

async function readPart({ images, labels }: Pair, size: Size): Promise<RawPart> {
  return {
    path: `${images.path} (${printable(images.name, 30)})`,
    pixels: toGray(await readNumbers(images), size),
    labels: await readLabels(labels),
    placeOf: (index) => `row ${Math.floor(index / (size.width * size.height))}`,
    placeOfLabel: (row) => `row ${row} of ${printable(labels.name, 30)}`,
  };
}

/**
 * Reads the items of an array in row-major order.
 *
 * @returns Bytes, or 32-bit floats for all other types
 * @throws {DataError} If they are no numbers, or not finite
 */
async function readNumbers(array: NpzArray): Promise<RawPixels> {
  const { shape, isColumnMajor } = array;
  const numbers = decodeNumbers(array, await array.read());
  return isColumnMajor && shape.length > 1 ? byRows(numbers, shape) : numbers;
}

/** Converts the bytes of some items to numbers. */
function decodeNumbers(
  { name, type, isLittleEndian }: NpzArray,
  items: Uint8Array<ArrayBuffer>,
): RawPixels {
  if (!Object.hasOwn(NUMBERS, type)) {
    throw new DataError(`${name} must hold numbers: its type is ${printable(type, 20)}`);
  }
  if (type === "u1" || type === "b1") return items;
  const numbers = toFloats(items, type as NumberType, isLittleEndian);
  const wrong = numbers.findIndex((number) => !Number.isFinite(number));
  if (wrong >= 0) throw new DataError(`${name} must hold finite numbers: one is ${numbers[wrong]}`);
  return numbers;
}

function toGray(pixels: RawPixels, { width, height, colors, isInterleaved }: Size): RawPixels {
  if (colors === 1) return pixels;
  const area = width * height;
  const gray = new (pixels instanceof Uint8Array ? Uint8Array : Float32Array)(
    pixels.length / colors,
  );
  for (let i = 0; i < gray.length; i++) {
    const first = isInterleaved ? i * colors : Math.floor(i / area) * area * colors + i % area;
    const step = isInterleaved ? 1 : area;
    const value = LUMA.reduce(
      (sum, weight, color) => sum + weight * pixels[first + color * step],
      0,
    );
    gray[i] = pixels instanceof Uint8Array ? Math.round(value) : value;
  }
  return gray;
}

/**
 * Reads labels: numbers, texts, or one-hot rows.
 *
 * @throws {DataError} If it holds something else
 */
export async function readLabels(array: NpzArray): Promise<string[]> {
  const { name, type, shape, isLittleEndian } = array;
  const [rows, columns = 1] = shape;
  if (type.startsWith("U") || type.startsWith("S")) {
    const items = await array.read();
    const encoding = type.startsWith("U") ? utf32 : latin1;
    const bytes = items.length / rows;
    return Array.from(
      { length: rows },
      (_, row) => encoding(items.slice(row * bytes, (row + 1) * bytes), isLittleEndian),
    );
  }
  const numbers = await readNumbers(array);
  if (shape.length <= 1 || columns === 1) return Array.from(numbers, String);
  return Array.from({ length: rows }, (_, row) => {
    const values = [...numbers.subarray(row * columns, (row + 1) * columns)];
    const isOneHot = values.every((value) => value === 0 || value === 1) &&
      values.filter((value) => value === 1).length === 1;
    if (isOneHot) return String(values.indexOf(1));
    throw new DataError(
      `${name} must hold one label per row, or one-hot rows: row ${row} has ` +
        `${columns} numbers of which not exactly one is 1`,
    );
  });
}

function utf32(bytes: Uint8Array<ArrayBuffer>, isLittleEndian: boolean): string {
  const view = new DataView(bytes.buffer);
  const codes = Array.from(
    { length: bytes.length / 4 },
    (_, i) => view.getUint32(4 * i, isLittleEndian),
  );
  return String.fromCodePoint(...codes.filter((code) => code > 0 && code <= 0x10ffff));
}

function latin1(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes.filter((code) => code > 0));
}

/**
 * Whether a file is one of NumPy's.
 *
 * @returns Whether it is a .npy file or a ZIP archive of them
 */
export function isNumpy(start: Uint8Array): boolean {
  const name = new TextDecoder("latin1").decode(start.subarray(26, 200));
  return isNpy(start) || isZip(start) && name.includes(".npy");
}
