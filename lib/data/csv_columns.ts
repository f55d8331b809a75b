/** Determines what each column of a CSV file of images holds: pixels, labels, row numbers or nothing. */
import { printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";
import { isWord } from "./labels.ts";

/** A label that is spread over columns, of which exactly one is 1 in each row. */
export interface OneHot {
  columns: readonly number[];
  /** The label for which each column stands. */
  names: readonly string[];
}

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
  /** Columns that are ignored as their names are unlike the pixels' names. */
  odd?: readonly number[];
  /** The columns of a one-hot label; then there are no candidates. */
  oneHot?: OneHot;
  /** The column that says for each row whether it is for training or testing. */
  use?: number;
}

/** Common names of the label's column. */
export const LABEL_NAMES: readonly string[] = ["label", "labels", "class", "target", "y", "digit"];
/** Common names of the column that says what a row is for. */
const USE_NAME = /^(usage|use|split|set|subset|partition|part)$/;
/** Common names of columns of row numbers (pandas writes the first two) or of file names. */
export const INDEX_NAME: RegExp =
  /^(|unnamed: \d+(\.\d+)?|index|idx|id|row|row_?id|row_?names?|image_?id|file|file_?name|path|image)$/;

/**
 * Whether the first record of a file names the columns.
 *
 * @param fields The record
 * @param label The value of `label`, if given
 */
export function isHeader(fields: readonly string[], label?: string): boolean {
  const names = fields.map(normalized);
  if (rowInHeader(fields)) return false;
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
 * Recovers the row from which pandas made a header, because it took the first row for names: it
 * appends .1, .2, ... to repeated names.
 *
 * @param fields The first record
 * @returns The row's fields; undefined if the record is no such header
 */
export function rowInHeader(fields: readonly string[]): string[] | undefined {
  const counts = new Map<string, number>();
  let repeated = 0;
  const row = fields.map((field) => {
    const name = field.trim();
    const [, base, count] = /^(.*)\.(\d+)$/.exec(name) ?? [];
    const isRepeated = base !== undefined && !isNaN(Number(base)) &&
      count === String(counts.get(base));
    if (isRepeated) repeated++;
    const value = isRepeated ? base : name;
    counts.set(value, (counts.get(value) ?? 0) + 1);
    return value;
  });
  return repeated >= 3 && repeated > fields.length / 4 ? row : undefined;
}

/**
 * Determines what the columns hold, as far as the header and the first rows tell.
 *
 * @param header The first record if it is a header
 * @param rows The first two rows
 * @param label The value of `label`: `first`, `last` or a name
 * @param width The value of `width`
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
    if (endsEmpty) names = [...names, ""];
    else if (areRowNames(rows)) names = ["", ...names];
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
  const use =
    names?.findIndex((name, column) =>
      USE_NAME.test(name) && !isLabel(name) && useOf(first[column]) !== undefined
    ) ?? -1;
  if (use >= 0) ignored.add(use);

  const columns = [...first.keys()].filter((column) => !ignored.has(column));
  if (columns.length < 2) throw new DataError("it must have a label and pixels in each row");
  const known = { count, names, ignored, endsEmpty, ...use >= 0 && { use } };
  const certain = certainLabel(columns, names, label);
  if (certain !== undefined) {
    const odd = names && oddColumns(columns.filter((column) => column !== certain), names);
    odd?.forEach((column) => ignored.add(column));
    return { ...known, candidates: [certain], isCertain: true, odd };
  }
  const oneHot = oneHotLabel(columns, names, rows, width);
  if (oneHot) return { ...known, candidates: [], isCertain: true, oneHot };
  return { ...known, candidates: likelyLabels(columns, names, width), isCertain: false };
}

/** What a row is for. */
export type RowUse = "train" | "validation" | "test";

/** Returns what a row is for, by a word such as `Training`, `val` or Kaggle's `PublicTest`. */
export function useOf(text: string): RowUse | undefined {
  if (/^train/i.test(text.trim())) return "train";
  if (/^(val|dev|public)/i.test(text.trim())) return "validation";
  return /^(private)?test/i.test(text.trim()) ? "test" : undefined;
}

/**
 * Finds a label that is spread over several columns: those whose names are unlike the pixels' names
 * or, without such names, the first or the last columns if those between form a square.
 */
function oneHotLabel(
  columns: readonly number[],
  names: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  width: number | undefined,
): OneHot | undefined {
  const isOneHot = (some: readonly number[]) =>
    some.length > 1 && rows.every((row) => hotColumn(row, some) !== undefined);
  const odd = names && oddColumns(columns, names);
  if (names && odd) {
    if (odd.length === 0) return undefined;
    const stem = /^(.*[^\d])?/.exec(commonStart(odd.map((column) => names[column])))![0];
    const named = odd.map((column) => names[column].slice(stem.length));
    return isOneHot(odd) ? { columns: odd, names: named } : undefined;
  }
  if (width !== undefined || isSquare(columns.length - 1)) return undefined;
  for (let count = 2; count <= Math.min(MAX_CLASSES, columns.length / 2); count++) {
    if (!isSquare(columns.length - count)) continue;
    for (const some of [columns.slice(-count), columns.slice(0, count)]) {
      if (isOneHot(some)) return { columns: some, names: [...some.keys()].map(String) };
    }
  }
}

/** Returns which of some columns is 1 (or true) if the others are 0; undefined otherwise. */
export function hotColumn(
  row: readonly string[],
  columns: readonly number[],
): number | undefined {
  let hot: number | undefined;
  for (const [i, column] of columns.entries()) {
    const text = row[column]?.trim().toLowerCase();
    const value = text === "true" ? 1 : text === "false" ? 0 : text === "" ? NaN : Number(text);
    if (value === 1 && hot === undefined) hot = i;
    else if (value !== 0) return undefined;
  }
  return hot;
}

function commonStart(names: readonly string[]): string {
  const [first, ...others] = names;
  let length = first.length;
  for (const name of others) {
    while (!name.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}

/**
 * Decides whether `label` applies to the test file, whose header may name the label differently.
 *
 * @param header The test file's header, if it has one
 * @param label The value of `label`
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
        : `it has no column ${printable(label)}, as it has no header: give \`label\` first or last`,
    );
  }
  const known = columns.filter((column) => names && LABEL_NAMES.includes(names[column]));
  if (known.length > 1) {
    throw new DataError(
      `several columns may be the label: choose one with \`label\` NAME: ${namesOf(known, names!)}`,
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
    `its header has no column named ${LABEL_NAMES.join(", ")}: choose one with \`label\` NAME: ` +
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

/** Whether the first fields are row names, as R writes them: words, or numbers that count. */
function areRowNames(rows: readonly (readonly string[])[]): boolean {
  const names = rows.map(([name]) => name);
  return names.every(isWord) || names.every((name, i) => Number(name) === Number(names[0]) + i);
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

/** Maximum number of classes of a one-hot label. */
const MAX_CLASSES = 256;
/** Maximum number of classes in a column that only its values identify: EMNIST has 62. */
const MAX_UNNAMED_CLASSES = 62;
/** A column of pixels at a corner of the images has mostly the same value, that of the background. */
const MAX_SHARE = 0.9;

/**
 * Chooses the label's column among the candidates by their values: labels are whole numbers that
 * start at 0 or 1 without large gaps, or words that repeat. It is ambiguous if another candidate
 * could hold labels of fewer classes.
 *
 * @param columns The result of `findColumns`
 * @param values The values of each candidate in all rows
 * @returns The column
 * @throws {DataError} If the choice is ambiguous
 */
export function chooseLabel(columns: Columns, values: ReadonlyMap<number, string[]>): number {
  const { candidates, names } = columns;
  const likely = candidates.filter((column) => areLikeLabels(values.get(column)!));
  if (likely.length === 1) {
    const [column] = likely;
    const classes = new Set(values.get(column)).size;
    const rivals = candidates.filter((other) =>
      other !== column && mayBeLabels(values.get(other)!, classes)
    );
    const isWords = values.get(column)!.every(isWord);
    const isFew = candidates.length === 1 || classes <= MAX_UNNAMED_CLASSES;
    if (isWords || isFew && rivals.length === 0) return column;
  }
  // Pixels are never words.
  const words = likely.filter((column) => values.get(column)!.every(isWord));
  if (words.length === 1) return words[0];
  const choices = names && candidates.some((column) => names[column] !== "")
    ? `NAME: ${namesOf(candidates, names)}`
    : "first or last";
  throw new DataError(
    `the column of the labels is ambiguous${
      likely.length > 1 ? ", as it could be the first or the last" : ""
    }: give \`label\` ${choices}`,
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

/** Whether a column may hold labels of fewer than a number of classes, such as only 3 and 8. */
function mayBeLabels(values: readonly string[], classes: number): boolean {
  const counts = Map.groupBy(values, (value) => value);
  if (counts.size < 2 || counts.size >= classes || values.length < 4 * counts.size) return false;
  const most = Math.max(...[...counts.values()].map(({ length }) => length));
  return most <= MAX_SHARE * values.length &&
    [...counts.keys()].every((value) => Number.isInteger(Number(value)) && Number(value) >= 0);
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
export function normalized(name: string): string {
  return name.trim().replace(/^#\s*/, "").toLowerCase();
}
