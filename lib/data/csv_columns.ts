/** Determines what each column of a CSV file of images holds: pixels, labels, row numbers or nothing. */
import { printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";

/** What the header and the first rows tell about the columns. */
export interface Columns {
  /** Number of fields in each row. */
  count: number;
  /** The header's names, normalized; undefined without a header. */
  names?: readonly string[];
  /** Columns that hold row numbers or nothing. */
  ignored: ReadonlySet<number>;
  /** Whether each row ends with a separator, so that its last field is empty. */
  endsEmpty: boolean;
  /** Columns that may hold the label. */
  candidates: readonly number[];
  /** Whether a name or a flag identifies the label's column, which is then the only candidate. */
  isCertain: boolean;
}

/** Common names of the label's column. */
const LABEL_NAMES = ["label", "labels", "class", "target", "y", "digit"];
/** Common names of columns of row numbers (pandas writes the first two) or of file names. */
const INDEX_NAME =
  /^(|unnamed: \d+(\.\d+)?|index|idx|id|row|row_?id|row_?names?|image_?id|file|file_?name|path|image)$/;

/**
 * Whether the first record of a file names the columns.
 *
 * @param fields The record
 * @param label The value of `--label`, if given
 */
export function isHeader(fields: readonly string[], label?: string): boolean {
  const names = fields.map(normalized);
  const isName = (name: string) => name !== "" && isNaN(Number(name));
  // "y" is no proof of a header: in a file of letters it may be the label of the first image.
  if (names.some((name) => LABEL_NAMES.includes(name) && name !== "y")) return true;
  if (label !== undefined && isName(label) && names.includes(normalized(label))) return true;
  const numbers = names.filter((name) => name !== "" && !isName(name)).map(Number);
  // Pandas names columns 0, 1, 2... by default; a short row of pixels may look like that by chance.
  const areConsecutive = numbers[0] <= 1 &&
    numbers.every((number, i) => number === numbers[0] + i);
  if (areConsecutive && numbers.length >= (numbers.length < names.length ? 3 : 16)) return true;
  return names.filter(isName).length > names.length / 2;
}

/**
 * Determines what the columns hold, as far as the header and the first rows tell.
 *
 * @param header The first record if it is a header
 * @param rows The first two rows
 * @param label The value of `--label`: `first`, `last` or a name
 * @param width The value of `--image-width`
 * @throws {DataError} If there is no such column, or no column for the label; the caller adds the
 *   file's name to the message
 */
export function findColumns(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  { label, width }: { label?: string; width?: number },
): Columns {
  const [first] = rows;
  const count = first.length;
  const endsEmpty = count > 1 && first.at(-1)!.trim() === "";
  let names = header?.map(normalized);
  if (names && names.length === count - 1) {
    // R gives the column of row names no name. Some programs end each row but the header with a comma.
    names = endsEmpty ? [...names, ""] : ["", ...names];
  }
  if (names && names.length !== count) {
    throw new DataError(`its header has ${names.length} fields, but its first row ${count}`);
  }
  const isLabel = (name: string) => label !== undefined && name === normalized(label);
  const ignored = new Set<number>();
  if (endsEmpty) ignored.add(count - 1);
  names?.forEach((name, column) => {
    if (INDEX_NAME.test(name) && !isLabel(name) && (name !== "" || column === 0)) {
      ignored.add(column);
    }
  });
  if (!names && isRowNumber(rows, count - ignored.size, width)) ignored.add(0);

  const columns = [...first.keys()].filter((column) => !ignored.has(column));
  if (columns.length < 2) throw new DataError("it must have a label and pixels in each row");
  const certain = certainLabel(columns, names, label);
  const candidates = certain === undefined ? likelyLabels(columns, names, width) : [certain];
  return {
    count,
    names,
    ignored,
    endsEmpty,
    candidates,
    isCertain: certain !== undefined,
  };
}

/**
 * Decides whether `--label` applies to the test file, whose header may name the label differently.
 *
 * @param header The test file's header, if it has one
 * @param label The value of `--label`
 * @returns `label`, or undefined if the header itself identifies the label
 */
export function labelForTestFile(
  header: readonly string[] | undefined,
  label: string | undefined,
): string | undefined {
  const names = header?.map(normalized) ?? [];
  if (label !== undefined && names.includes(normalized(label))) return label;
  const isNamed = names.some((name) => LABEL_NAMES.includes(name));
  return !isNamed && (label === "first" || label === "last") ? label : undefined;
}

/** Returns the label's column by the flag or the header's names; undefined if neither decides. */
function certainLabel(
  columns: readonly number[],
  names: readonly string[] | undefined,
  label: string | undefined,
): number | undefined {
  if (label !== undefined) {
    const named = names?.indexOf(normalized(label)) ?? -1;
    if (named >= 0) return named;
    if (label === "first") return columns[0];
    if (label === "last") return columns.at(-1);
    const ends = [columns[0], columns.at(-1)!];
    throw new DataError(
      names
        ? `its header has no column ${printable(label)}: ${namesOf(ends, names)}`
        : `it has no column ${printable(label)}, as it has no header: give --label first or last`,
    );
  }
  const known = columns.filter((column) => names && LABEL_NAMES.includes(names[column]));
  if (known.length > 1) {
    throw new DataError(
      `several columns may be the label: choose one with --label NAME: ${namesOf(known, names!)}`,
    );
  }
  return known[0];
}

/** Returns the columns that may hold the label if neither a flag nor a name identifies it. */
function likelyLabels(
  columns: readonly number[],
  names: readonly string[] | undefined,
  width: number | undefined,
): number[] {
  const ends = [columns[0], columns.at(-1)!];
  const withoutLabel = columns.length;
  if (width === undefined && isSquare(withoutLabel) && !isSquare(withoutLabel - 1)) {
    throw noLabels(withoutLabel);
  }
  if (!names) return ends;
  const odd = oddColumns(columns, names);
  if (odd === undefined) return ends;
  if (odd.length === 0) throw noLabels(withoutLabel);
  if (odd.length === 1) return odd;
  throw new DataError(
    `its header has no column named ${LABEL_NAMES.join(", ")}: choose one with --label NAME: ` +
      namesOf(odd.slice(0, 4), names),
  );
}

/**
 * Returns the columns whose names differ in pattern from most names, which are those of pixels
 * (`pixel0`, `pixel1`...). Undefined if no pattern has a majority, or all names are plain numbers.
 */
function oddColumns(columns: readonly number[], names: readonly string[]): number[] | undefined {
  const patternOf = (column: number) => names[column].replace(/\d+/g, "#");
  const groups = [...Map.groupBy(columns, patternOf)];
  const [pattern, most] = groups.reduce((a, b) => b[1].length > a[1].length ? b : a);
  if (!pattern.includes("#") || most.length <= columns.length / 2) return undefined;
  const odd = columns.filter((column) => patternOf(column) !== pattern);
  return pattern === "#" && odd.length === 0 ? undefined : odd;
}

/** Whether the first column holds row numbers, and the others can be a label and an image's pixels. */
function isRowNumber(
  rows: readonly (readonly string[])[],
  columns: number,
  width: number | undefined,
): boolean {
  const fits = (pixels: number) => width === undefined ? isSquare(pixels) : pixels % width === 0;
  if (columns < 3 || fits(columns - 1) || !fits(columns - 2)) return false;
  const numbers = rows.map(([first]) => Number(first));
  return numbers.every((number, i) => Number.isInteger(number) && number === numbers[0] + i);
}

/**
 * Chooses the label's column among the candidates by their values: labels are whole numbers that
 * start at 0 or 1 without large gaps, or words that repeat.
 *
 * @param columns The result of `findColumns`
 * @param values The values of each candidate in all rows
 * @returns The column
 * @throws {DataError} If the choice is ambiguous
 */
export function chooseLabel(columns: Columns, values: ReadonlyMap<number, string[]>): number {
  const { candidates, names } = columns;
  const likely = candidates.filter((column) => areLikeLabels(values.get(column)!));
  if (likely.length === 1) return likely[0];
  // Pixels are never words.
  const words = likely.filter((column) => values.get(column)!.every(isWord));
  if (words.length === 1) return words[0];
  const choices = names && candidates.some((column) => names[column] !== "")
    ? `NAME: ${namesOf(candidates, names)}`
    : "first or last";
  throw new DataError(
    `the column of the labels is ambiguous${
      likely.length > 1 ? ", as it could be the first or the last" : ""
    }: give --label ${choices}`,
  );
}

function areLikeLabels(values: readonly string[]): boolean {
  const distinct = new Set(values);
  // If all values differ, they are identifiers, not labels, unless there are only a few rows.
  if (distinct.size < 2 || values.length >= 20 && distinct.size === values.length) return false;
  if ([...distinct].every(isWord)) return true;
  const numbers = [...distinct].map(Number);
  const most = Math.max(...numbers);
  return numbers.every((number) => Number.isInteger(number) && number >= 0) &&
    Math.min(...numbers) <= 1 && most < 2 * distinct.size;
}

/**
 * Whether a label is a word rather than a number.
 *
 * @param text The label
 * @returns False for numbers and for empty text
 */
export function isWord(text: string): boolean {
  return text.trim() !== "" && isNaN(Number(text));
}

/**
 * Creates the error for a file that holds only pixels.
 *
 * @param columns The number of columns
 * @returns The error; the caller adds the file's name to the message
 */
export function noLabels(columns: number): DataError {
  return new DataError(
    `it has no labels, as its ${columns} columns are all pixels (like Kaggle's test.csv): use a ` +
      `file with labels`,
  );
}

function namesOf(columns: readonly number[], names: readonly string[]): string {
  const list = columns.map((column) => `column ${column + 1} is ${printable(names[column], 20)}`);
  return list.join(", ");
}

function isSquare(count: number): boolean {
  return Number.isInteger(Math.sqrt(count));
}

/** Normalizes a column's name for comparison; NumPy writes "# " before a header. */
function normalized(name: string): string {
  return name.trim().replace(/^#\s*/, "").toLowerCase();
}
