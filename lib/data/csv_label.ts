/** Finds the column of a CSV file, or the columns, that hold the label. */
import { printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";
import { isWord } from "./labels.ts";

/** What is known of the columns. */
export interface ColumnOptions {
  /** The label's column: `first`, `last` or a name. */
  label?: string;
  /** Width of an image in pixels, if it is not square. */
  width?: number;
  /** The number of pixels per row, if it is known. Then rows need no label. */
  pixels?: number;
}

/** A label that is spread over columns, of which exactly one is 1 in each row. */
export interface OneHot {
  columns: readonly number[];
  /** The label for which each column stands. */
  names: readonly string[];
}

/** Common names of the label's column. */
export const LABEL_NAMES: readonly string[] = ["label", "labels", "class", "target", "y", "digit"];
/** Maximum number of classes of a one-hot label. */
const MAX_CLASSES = 256;
/** Maximum number of classes in a column that only its values identify: EMNIST has 62. */
const MAX_UNNAMED_CLASSES = 62;
/** A column of pixels at a corner of the images has mostly the same value, that of the background. */
const MAX_SHARE = 0.9;

/** Returns the label's column by the flag or the header's names; undefined if neither decides. */
export function certainLabel(
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

/**
 * Returns the columns that may hold the label if neither a flag nor a name identifies it.
 * `isKnown`: whether the width of the images, or their number of pixels, is known.
 */
export function likelyLabels(
  columns: readonly number[],
  names: readonly string[] | undefined,
  isKnown: boolean,
): number[] {
  const ends = [columns[0], columns.at(-1)!];
  const withoutLabel = columns.length;
  if (!isKnown && isSquare(withoutLabel) && !isSquare(withoutLabel - 1)) {
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
 * Chooses the label's column among the candidates by their values: labels are whole numbers that
 * start at 0 or 1 without large gaps, or words that repeat. It is ambiguous if another candidate
 * could hold labels of fewer classes.
 *
 * @param columns The result of `findColumns`
 * @param values The values of each candidate in all rows
 * @throws {DataError} If the choice is ambiguous
 */
export function chooseLabel(
  { candidates, names }: { candidates: readonly number[]; names?: readonly string[] },
  values: ReadonlyMap<number, string[]>,
): number {
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
 * Finds a label that is spread over several columns: those whose names are unlike the pixels' names
 * or, without such names, the first or the last columns if those between form a square.
 */
export function oneHotLabel(
  columns: readonly number[],
  names: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  { width, pixels }: ColumnOptions,
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
  const fits = (count: number) => pixels === undefined ? isSquare(count) : count === pixels;
  if (width !== undefined || fits(columns.length - 1)) return undefined;
  for (let count = 2; count <= Math.min(MAX_CLASSES, columns.length / 2); count++) {
    if (!fits(columns.length - count)) continue;
    for (const some of [columns.slice(-count), columns.slice(0, count)]) {
      if (isOneHot(some)) return { columns: some, names: [...some.keys()].map(String) };
    }
  }
}

/**
 * Returns the columns whose names differ in pattern from most names, which are those of pixels
 * (`pixel0`, `pixel1`...). Undefined if no pattern has a majority, or all names are plain numbers.
 */
export function oddColumns(
  columns: readonly number[],
  names: readonly string[],
): number[] | undefined {
  const patternOf = (column: number) => names[column].replace(/\d+/g, "#");
  const groups = [...Map.groupBy(columns, patternOf)];
  const [pattern, most] = groups.reduce((a, b) => b[1].length > a[1].length ? b : a);
  if (!pattern.includes("#") || most.length <= columns.length / 2) return undefined;
  const odd = columns.filter((column) => patternOf(column) !== pattern);
  return pattern === "#" && odd.length === 0 ? undefined : odd;
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
 * Returns the label of a row.
 *
 * @param line Its line, for messages
 * @throws {DataError} If not exactly one of them is 1
 */
export function hotLabel(
  fields: readonly string[],
  line: number,
  { columns, names }: OneHot,
): string {
  const hot = hotColumn(fields, columns);
  if (hot !== undefined) return names[hot];
  throw new DataError(
    `line ${line}: exactly one of the columns ${columns[0] + 1} to ${columns.at(-1)! + 1} ` +
      `must be 1, as they are a one-hot label`,
  );
}

/** Returns which of some columns is 1 (or true) if the others are 0; undefined otherwise. */
function hotColumn(
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

/**
 * Creates the error for a file that holds only pixels.
 *
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

export function isSquare(count: number): boolean {
  return Number.isInteger(Math.sqrt(count));
}

/** Normalizes a column's name for comparison; NumPy writes "# " before a header. */
export function normalized(name: string): string {
  return name.trim().replace(/^#\s*/, "").toLowerCase();
}
