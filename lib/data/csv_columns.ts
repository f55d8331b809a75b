/** What the columns of a CSV file of images are: pixels, the label, row numbers, or nothing. */
import { printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";

/** What may be told of the columns before the rows are read. */
export interface Columns {
  /** How many fields each row has. */
  count: number;
  /** The header's, trimmed; without one, none. */
  names?: readonly string[];
  /** Which hold row numbers, or nothing. */
  ignored: ReadonlySet<number>;
  /** Whether each row ends with a separator, so that its last field is empty. */
  endsEmpty: boolean;
  /** Which may hold the label. */
  candidates: readonly number[];
  /** Whether a name or a flag says that the only candidate is the label. */
  isCertain: boolean;
}

/** The usual names of the column of labels. */
const LABEL_NAMES = ["label", "labels", "class", "target", "y", "digit"];
/** The usual names of a column of row numbers, of which pandas writes the first two, or of files. */
const INDEX_NAME =
  /^(|unnamed: \d+(\.\d+)?|index|idx|id|row|row_?id|row_?names?|image_?id|file|file_?name|path|image)$/;

/**
 * Whether the first record of a file names the columns.
 *
 * @param fields The record
 * @param label What `--label` says, if it says anything
 */
export function isHeader(fields: readonly string[], label?: string): boolean {
  const names = fields.map(normalized);
  const isName = (name: string) => name !== "" && isNaN(Number(name));
  // "y" alone may as well be the label of a first row that shows the letter.
  if (names.some((name) => LABEL_NAMES.includes(name) && name !== "y")) return true;
  if (label !== undefined && isName(label) && names.includes(normalized(label))) return true;
  const numbers = names.filter((name) => name !== "" && !isName(name)).map(Number);
  // Numbers that count on as pandas names columns; in a short row of pixels they may do so by chance.
  const counts = numbers[0] <= 1 && numbers.every((number, i) => number === numbers[0] + i);
  if (counts && numbers.length >= (numbers.length < names.length ? 3 : 16)) return true;
  return names.filter(isName).length > names.length / 2;
}

/**
 * Finds out what the columns are, as far as the header and the first row show it.
 *
 * @param header The first record if it is a header
 * @param rows The first two rows
 * @param label What `--label` says: `first`, `last` or a name
 * @param width What `--image-width` says
 * @throws {DataError} If the label has no such column, or there is none; the message goes on from
 *   "Cannot read FILE: "
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
    // R names no column of row names, and some programs end each row but the header with a comma.
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
 * What `--label` says of a second file, whose header may call the label otherwise.
 *
 * @param header Of the second file, if it has one
 * @param label What `--label` says
 * @returns The same, or undefined if the header has a better word in this
 */
export function labelOfSecond(
  header: readonly string[] | undefined,
  label: string | undefined,
): string | undefined {
  const names = header?.map(normalized) ?? [];
  if (label !== undefined && names.includes(normalized(label))) return label;
  const isNamed = names.some((name) => LABEL_NAMES.includes(name));
  return !isNamed && (label === "first" || label === "last") ? label : undefined;
}

/** The column that a flag or its name in the header says is the label. */
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
        ? `its header names no column ${printable(label)}: ${namesOf(ends, names)}`
        : `it has no header that could name a column ${
          printable(label)
        }: give --label first or last`,
    );
  }
  const known = columns.filter((column) => names && LABEL_NAMES.includes(names[column]));
  if (known.length > 1) {
    throw new DataError(
      `which of its columns is the label must be said with --label NAME: ${namesOf(known, names!)}`,
    );
  }
  return known[0];
}

/** The columns that may be the label where nothing says so for certain. */
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
    `which column is the label must be said with --label NAME, as its header names none ` +
      `${LABEL_NAMES.join(", ")}: ${namesOf(odd.slice(0, 4), names)}`,
  );
}

/**
 * The columns whose names are not as those of most, which then are pixels: `pixel0`, `pixel1`...;
 * undefined if most names have nothing in common but that they are numbers.
 */
function oddColumns(columns: readonly number[], names: readonly string[]): number[] | undefined {
  const patternOf = (column: number) => names[column].replace(/\d+/g, "#");
  const groups = [...Map.groupBy(columns, patternOf)];
  const [pattern, most] = groups.reduce((a, b) => b[1].length > a[1].length ? b : a);
  if (!pattern.includes("#") || most.length <= columns.length / 2) return undefined;
  const odd = columns.filter((column) => patternOf(column) !== pattern);
  return pattern === "#" && odd.length === 0 ? undefined : odd;
}

/** Whether the first column counts the rows, and the others are as many as a label and pixels. */
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
 * Decides which candidate is the label, by what is in them: labels are whole numbers from 0 or 1
 * without great gaps, or words that repeat.
 *
 * @param columns As `findColumns` gives them
 * @param values Of each candidate, all rows
 * @returns The column
 * @throws {DataError} If that cannot be told
 */
export function chooseLabel(columns: Columns, values: ReadonlyMap<number, string[]>): number {
  const { candidates, names } = columns;
  const likely = candidates.filter((column) => areLikeLabels(values.get(column)!));
  if (likely.length === 1) return likely[0];
  const words = likely.filter((column) => values.get(column)!.every(isWord)); // so not pixels
  if (words.length === 1) return words[0];
  const asked = names && candidates.some((column) => names[column] !== "")
    ? `NAME: ${namesOf(candidates, names)}`
    : "first or last";
  throw new DataError(
    `it cannot be told which column holds the labels${
      likely.length > 1 ? ", as the first and the last could" : ""
    }: give --label ${asked}`,
  );
}

function areLikeLabels(values: readonly string[]): boolean {
  const distinct = new Set(values);
  // A name or number of its own for each row is no label, unless the file is a handful of samples.
  if (distinct.size < 2 || values.length >= 20 && distinct.size === values.length) return false;
  if ([...distinct].every(isWord)) return true;
  const numbers = [...distinct].map(Number);
  const most = Math.max(...numbers);
  return numbers.every((number) => Number.isInteger(number) && number >= 0) &&
    Math.min(...numbers) <= 1 && most < 2 * distinct.size;
}

/**
 * Whether a label is a word and not a number.
 *
 * @param text The label
 */
export function isWord(text: string): boolean {
  return text.trim() !== "" && isNaN(Number(text));
}

/**
 * The error about a file that has nothing but pixels.
 *
 * @param columns How many
 */
export function noLabels(columns: number): DataError {
  return new DataError(
    `it has no column of labels, as its ${columns} columns are all pixels (Kaggle's test.csv is ` +
      `such a file): use the file that has the labels`,
  );
}

function namesOf(columns: readonly number[], names: readonly string[]): string {
  const list = columns.map((column) => `column ${column + 1} is ${printable(names[column], 20)}`);
  return list.join(", ");
}

function isSquare(count: number): boolean {
  return Number.isInteger(Math.sqrt(count));
}

/** A column's name as it is compared; NumPy puts "# " before a header. */
function normalized(name: string): string {
  return name.trim().replace(/^#\s*/, "").toLowerCase();
}
