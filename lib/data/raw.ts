/** Turns what a reader found in files into a Dataset, in the same way for every format. */
import { nodePath } from "../files/node.ts";
import { printable } from "../files/printable.ts";
import type { Dataset, DatasetSource } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { isWord, type NumberedLabels, numberLabels, parseMapping } from "./labels.ts";
import { BYTE_PIXELS, joinBytes, type PixelOptions, type PixelPart, toBytes } from "./pixels.ts";

/** The rows of one file. */
export interface RawPart extends PixelPart {
  /** One label a row: numbers, or texts, all parts alike. */
  labels: Uint8Array | readonly string[];
  /** Where a row's label is, for messages: `line 3`. */
  placeOfLabel?: (row: number) => string;
}

/** What a file or folder holds: pixels and labels as they are stored. */
export interface RawDataset extends
  Pick<
    Dataset,
    "name" | "width" | "height" | "trainRows" | "publishedSplit" | "validationRows" | "hasNamedTest"
  > {
  /** The files, in the order of the rows. */
  parts: readonly RawPart[];
  /** What the data were, for messages: `as a CSV file of images`. */
  kind?: string;
  /**
   * Number of classes, if it is known.
   * @default the number of `classNames`, or the largest label plus 1
   */
  classes?: number;
  /** Whether checksums prove that the pixels are bytes on a background of 0. */
  isVerified?: boolean;
  /** The names of the classes, if the labels are numbers. */
  classNames?: readonly string[];
  /** Whether the format stores images column by column. */
  isTransposed?: boolean;
  /** The options that open the same rows again. */
  source?: DatasetSource;
}

/** What the user says about data, whatever their format. */
export type FinishOptions = PixelOptions & Pick<DatasetSource, "transpose">;

/**
 * Turns raw rows into a data set: numbers the labels, converts the pixels to bytes, and transposes.
 *
 * @param options What the user says about them
 * @throws {DataError} If a label is no label, or the range of the pixels cannot be known
 */
export function finishDataset(raw: RawDataset, options: FinishOptions = {}): Dataset {
  const { name, parts, width, height, trainRows } = raw;
  const { publishedSplit, validationRows, hasNamedTest } = raw;
  const { onNotice, transpose = raw.isTransposed ?? false } = options;
  const numbered = inFile(raw, () => labelsOf(raw, onNotice));
  const isKnown = raw.isVerified && parts[0].pixels instanceof Uint8Array && !options.invert &&
    options.maxPixel === undefined;
  const { images, record } = isKnown
    ? { images: parts[0].pixels as Uint8Array<ArrayBuffer>, record: { ...BYTE_PIXELS } }
    : inFile(raw, () => toBytes(parts, { width, height }, options));
  const data: Dataset = {
    name,
    width,
    height,
    ...numbered,
    images,
    trainRows,
    ...publishedSplit === false && { publishedSplit },
    ...validationRows && { validationRows },
    ...hasNamedTest && { hasNamedTest },
    pixels: record,
    ...raw.source && { source: raw.source },
  };
  if (!transpose) return data;
  if (options.transpose === undefined) {
    onNotice?.(
      `${name}: EMNIST stores its images transposed; rows and columns are swapped back`,
    );
  }
  return transposeImages(data);
}

/**
 * Swaps the rows and columns of each image.
 *
 * @returns A new data set with the same labels, and width and height exchanged
 */
export function transposeImages(data: Dataset): Dataset {
  const { width, height, images } = data;
  const transposed = new Uint8Array(images.length);
  const pixels = width * height;
  for (let first = 0; first < images.length; first += pixels) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        transposed[first + x * height + y] = images[first + y * width + x];
      }
    }
  }
  return { ...data, width: height, height: width, images: transposed };
}

function labelsOf(raw: RawDataset, onNotice?: (line: string) => void): NumberedLabels {
  const { parts, classes, classNames } = raw;
  const numbered = parts[0].labels instanceof Uint8Array
    ? joinedLabels(parts.map(({ labels }) => labels as Uint8Array))
    : numberLabels({
      texts: parts.flatMap(({ labels }) => labels as readonly string[]),
      placeOf: placeOfLabel(parts),
      onNotice: onNotice && ((line) => onNotice(`${raw.name}: ${line}`)),
    });
  if (numbered.classNames) {
    checkSameKind(parts);
    return numbered;
  }
  if (classNames && classNames.length < numbered.classes) {
    throw new DataError(
      `the names of its classes must include every label: there is none for ${classNames.length}`,
    );
  }
  return {
    labels: numbered.labels,
    classes: classes ?? classNames?.length ?? numbered.classes,
    ...classNames && { classNames },
  };
}

/** Throws if the labels of some parts are words and those of others numbers. */
function checkSameKind(parts: readonly RawPart[]): void {
  const texts = parts.map(({ labels }) => new Set(labels as readonly string[]));
  const wordy = texts.findIndex((some) => some.values().some(isWord));
  const plain = texts.findIndex((some) => !some.values().some(isWord));
  if (wordy < 0 || plain < 0 || texts[plain].isSubsetOf(texts[wordy])) return;
  const [word] = texts[wordy].values().filter(isWord);
  const [number] = texts[plain];
  throw new DataError(
    `labels must be all numbers or all words: those of ${parts[wordy].path} include ` +
      `${printable(word, 20)}, those of ${parts[plain].path} ${printable(number, 20)}`,
  );
}

function joinedLabels(parts: readonly Uint8Array[]): NumberedLabels {
  const labels = joinBytes(parts);
  return { labels, classes: labels.reduce((most, label) => Math.max(most, label), 0) + 1 };
}

/** Says where a row's label is, of all parts' rows. */
function placeOfLabel(parts: readonly RawPart[]): (row: number) => string {
  return (row) => {
    let first = 0;
    const part = parts.find(({ labels }) => row < (first += labels.length)) ?? parts[0];
    const own = row - (first - part.labels.length);
    const place = part.placeOfLabel?.(own) ?? `row ${own + 1}`;
    return part === parts[0] ? place : `${part.path}, ${place}`;
  };
}

/** Adds the file's name to an error's message. */
function inFile<T>({ name, kind }: RawDataset, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof DataError ? readError(name, kind, error.message) : error;
  }
}

/** Creates the error for a file that cannot be read. */
export function readError(path: string, kind: string | undefined, what: string): DataError {
  return new DataError(`Cannot read ${path}${kind ? ` ${kind}` : ""}: ${what}`);
}

/**
 * Reads the names of the classes from the file `*-mapping.txt` beside a data set's file, as EMNIST
 * has it, or from `mapping.txt`. If the data set's files have MNIST's names and the folder holds
 * one mapping, which belongs to no other files, it is theirs.
 *
 * @param path A file of the data set
 * @param onNotice Called with a message if the mapping is taken though its name is not the data set's
 * @returns The names by label; undefined without such a file
 * @throws {DataError} If there is one that cannot be read
 */
export function readMappingBeside(
  path: string,
  onNotice?: (line: string) => void,
): string[] | undefined {
  if (typeof Deno === "undefined") return undefined; // a browser has no folders
  const { basename, dirname, join } = nodePath();
  const [folder, file] = [dirname(path), basename(path)];
  let others: string[] = []; // if the folder cannot be read, the reader of the files reports it
  try {
    others = [...Deno.readDirSync(folder)].filter(({ isFile }) => isFile).map(({ name }) => name);
  } catch { /* see above */ }
  const prefixOf = (name: string) => /^(.*?)[-_ ]?mapping\.txt$/i.exec(name)?.[1].toLowerCase();
  const isOf = (prefix: string, name: string) => name.toLowerCase().startsWith(prefix);
  const mappings = others.filter((name) => prefixOf(name) !== undefined);
  // The longest prefix is that of this data set.
  const names = mappings.filter((name) => isOf(prefixOf(name)!, file))
    .sort((a, b) => b.length - a.length);
  // EMNIST's files are often renamed to MNIST's names, but not the mapping.
  const isRenamed = /^train-images/i.test(file) && mappings.length === 1 &&
    others.every((name) => name === mappings[0] || !isOf(prefixOf(mappings[0])!, name));
  const [found] = isRenamed ? mappings : names;
  if (found === undefined) return undefined;
  if (isRenamed) {
    onNotice?.(`${printable(folder, 200)}: the classes are named by ${printable(found, 200)}`);
  }
  const mapping = join(folder, found);
  try {
    return parseMapping(Deno.readTextFileSync(mapping));
  } catch (error) {
    if (!(error instanceof DataError)) throw error;
    throw readError(printable(mapping, 200), "as names of classes", error.message);
  }
}
