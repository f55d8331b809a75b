/** Records which data a run used: how to open it again, and how to recognize it. */
import {
  type Field,
  type Fields,
  fromValues,
  NUMBER,
  OPTIONAL_NUMBER,
  OPTIONAL_TEXT,
  TEXT,
} from "../files/fields.ts";
import type { Dataset, DatasetSource, PixelRecord } from "./dataset.ts";

/** Enough to open a data set again and to verify that it is the same. */
export interface DatasetRecord extends DatasetSource {
  /** Number of training rows, which come first. */
  trainRows: number;
  /** Number of test rows. */
  testRows: number;
  /** See `Dataset`. */
  publishedSplit?: boolean;
  /** See `Dataset`. */
  validationRows?: number;
  /** See `Dataset`. */
  addedRows?: number;
  /** See `Dataset`. Recorded because a file that lacks some classes numbers the others differently. */
  classNames?: readonly string[];
  /** What the pixels look like, as the run's net expects them. */
  pixels?: PixelRecord;
  /** The result of `hashDataset`. */
  hash: string;
}

/**
 * Describes a data set so that it can be opened again and recognized.
 *
 * @returns Its source, row counts and hash; for a data set built in code, the source is its name
 */
export async function recordDataset(data: Dataset): Promise<DatasetRecord> {
  const { source = { dataset: data.name }, trainRows, labels } = data;
  const { publishedSplit, validationRows, addedRows, classNames, pixels } = data;
  return {
    ...source,
    trainRows,
    testRows: labels.length - trainRows,
    ...publishedSplit !== undefined && { publishedSplit },
    ...validationRows && { validationRows },
    ...addedRows && { addedRows },
    ...classNames && { classNames },
    ...pixels && { pixels },
    hash: await hashDataset(data),
  };
}

/**
 * Hashes the images and labels of a data set. Two data sets with the same hash hold the same rows
 * in the same order, regardless of name and origin. The hash does not cover which rows are for
 * training.
 *
 * @returns In hexadecimal: the SHA-256 of the images' SHA-256, the labels' SHA-256 and the shape
 */
export async function hashDataset({ images, labels, width, height }: Dataset): Promise<string> {
  const shape = new TextEncoder().encode(`${labels.length} x ${height} x ${width}`);
  const parts = await Promise.all([sha256(images), sha256(labels)]);
  return (await sha256(await new Blob([...parts, shape]).bytes())).toHex();
}

const OPTIONAL_FLAG: Field = { kind: "flag", optional: true };

/** The fields of a record. */
const FIELDS: Fields<keyof DatasetRecord> = {
  dataset: TEXT,
  dataDir: OPTIONAL_TEXT,
  label: OPTIONAL_TEXT,
  width: OPTIONAL_NUMBER,
  test: OPTIONAL_TEXT,
  transpose: OPTIONAL_FLAG,
  asPhoto: OPTIONAL_FLAG,
  invert: OPTIONAL_FLAG,
  maxPixel: OPTIONAL_NUMBER,
  add: OPTIONAL_TEXT,
  trainRows: NUMBER,
  testRows: NUMBER,
  publishedSplit: OPTIONAL_FLAG,
  validationRows: OPTIONAL_NUMBER,
  addedRows: OPTIONAL_NUMBER,
  classNames: { kind: "json", optional: true, read: readWords },
  pixels: {
    kind: "json",
    optional: true,
    read: (value) => fromValues<PixelRecord>(PIXEL_FIELDS, { ...value }, refuse),
  },
  hash: TEXT,
};

const PIXEL_FIELDS: Fields<keyof PixelRecord> = {
  smallest: NUMBER,
  largest: NUMBER,
  black: NUMBER,
  white: NUMBER,
  inverted: { kind: "flag" },
  brightBackground: NUMBER,
};

/**
 * Validates a record that was read from a file.
 *
 * @param value Parsed JSON
 * @returns The known fields
 * @throws {SyntaxError} If a field is missing or has the wrong type
 */
export function readDatasetRecord(value: object): DatasetRecord {
  return fromValues<DatasetRecord>(FIELDS, { ...value }, refuse);
}

function readWords(value: object): object {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value;
  throw new SyntaxError("it must be a list of words");
}

function refuse(rule: string, value: unknown): never {
  throw new SyntaxError(
    `Cannot read the record of the data as ${rule}: current value is ${value}`,
  );
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
