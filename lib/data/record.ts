/** Records which data a run used: how to open it again, and how to recognize it. */
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

/** The fields of a record and their types; a question mark means optional. */
const FIELDS = {
  dataset: "string",
  dataDir: "string?",
  label: "string?",
  width: "number?",
  test: "string?",
  transpose: "boolean?",
  asPhoto: "boolean?",
  invert: "boolean?",
  maxPixel: "number?",
  add: "string?",
  trainRows: "number",
  testRows: "number",
  publishedSplit: "boolean?",
  validationRows: "number?",
  addedRows: "number?",
  classNames: "list of words?",
  pixels: "record of pixels?",
  hash: "string",
} satisfies Record<keyof DatasetRecord, string>;

/**
 * Validates a record that was read from a file.
 *
 * @throws {SyntaxError} If a field is missing or has the wrong type
 */
export function readDatasetRecord(value: object): DatasetRecord {
  const given = value as Record<string, unknown>;
  const fields = Object.entries(FIELDS).filter(([name, type]) => {
    const found = typeOf(given[name]);
    if (found === "undefined" && type.endsWith("?")) return false;
    if (found === type.replace("?", "")) return true;
    throw new SyntaxError(
      `Cannot read the record of the data as ${name} must be a ${type.replace("?", "")}: ` +
        `current value is of type ${found}`,
    );
  });
  return Object.fromEntries(
    fields.map(([name]) => [name, given[name]]),
  ) as unknown as DatasetRecord;
}

function typeOf(value: unknown): string {
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
    return "list of words";
  }
  return isPixelRecord(value) ? "record of pixels" : typeof value;
}

function isPixelRecord(value: unknown): value is PixelRecord {
  if (typeof value !== "object" || value === null) return false;
  const { inverted, ...numbers } = value as PixelRecord;
  const { smallest, largest, black, white, brightBackground } = numbers;
  return typeof inverted === "boolean" &&
    [smallest, largest, black, white, brightBackground].every(Number.isFinite);
}

async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
}
