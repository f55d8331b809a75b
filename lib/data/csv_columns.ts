/** Determines what each column of a CSV file of images holds: pixels, labels, row numbers or nothing. */
import {
  certainLabel,
  type ColumnOptions,
  isSquare,
  LABEL_NAMES,
  likelyLabels,
  normalized,
  oddColumns,
  type OneHot,
  oneHotLabel,
} from "./csv_label.ts";
import { DataError } from "./errors.ts";
import { isWord } from "./labels.ts";

/** What the header and the first rows tell about the columns. */
export interface Columns {
  /** Number of fields in each row. */
  count: number;
  /** The header's names, normalized; undefined without a header. */
  names?: readonly string[];
  /** Columns that hold row numbers or nothing. */
  ignored: ReadonlySet<number>;
  /** The column of row numbers or names, if there is one; it is ignored. */
  index?: number;
  /** Whether each row ends with a separator, so that its last field is empty. */
  endsEmpty: boolean;
  /** Columns that may hold the label; none if it is one-hot, or the rows have no labels. */
  candidates: readonly number[];
  /** Whether a name or a flag identifies the label's column, which is then the only candidate. */
  isCertain: boolean;
  /** Columns that are ignored as their names are unlike the pixels' names. */
  odd?: readonly number[];
  /** The columns of a one-hot label. */
  oneHot?: OneHot;
  /** The column that says for each row whether it is for training or testing. */
  use?: number;
}

/** Common names of the column that says what a row is for. */
const USE_NAME = /^(usage|use|split|set|subset|partition|part)$/;

/** Common names of columns of row numbers (pandas writes the first two) or of file names. */
const INDEX_NAME =
  /^(|unnamed: \d+(\.\d+)?|index|idx|id|row|row_?id|row_?names?|image_?id|file|file_?name|path|image)$/;

/**
 * Whether the first record of a file names the columns.
 *
 * @param label The value of `label`, if given
 */
export function isHeader(fields: readonly string[], label?: string): boolean {
  const names = fields.map(normalized);
  if (rowInHeader(fields)) return false;
  // As in German, numbers may have a decimal comma.
  const isName = (name: string) => name !== "" && isNaN(Number(name.replace(",", ".")));
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
 * @param options What is known of the columns
 * @throws {DataError} If there is no such column, no column for the label, or another number of
 *   pixels; the caller adds the file's name to the message
 */
export function findColumns(
  header: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
  options: ColumnOptions,
): Columns {
  const { label, width, pixels } = options;
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
  if (!names && isRowNumber(rows, count - ignored.size, options)) ignored.add(0);
  const index = [...ignored].find((column) => column < count - 1 || !endsEmpty);
  const use =
    names?.findIndex((name, column) =>
      USE_NAME.test(name) && !isLabel(name) && useOf(first[column]) !== undefined
    ) ?? -1;
  if (use >= 0) ignored.add(use);

  const columns = [...first.keys()].filter((column) => !ignored.has(column));
  if (columns.length < 2 && pixels === undefined) {
    throw new DataError("it must have a label and pixels in each row");
  }
  if (pixels !== undefined && columns.length < pixels) checkPixels(columns.length, pixels);
  const known = { count, names, ignored, endsEmpty, index, ...use >= 0 && { use } };
  const certain = certainLabel(columns, names, label);
  if (certain !== undefined) {
    const odd = names && oddColumns(columns.filter((column) => column !== certain), names);
    odd?.forEach((column) => ignored.add(column));
    checkPixels(count - ignored.size - 1, pixels);
    return { ...known, candidates: [certain], isCertain: true, odd };
  }
  if (columns.length === pixels) return { ...known, candidates: [], isCertain: true };
  const oneHot = oneHotLabel(columns, names, rows, options);
  if (oneHot) {
    checkPixels(columns.length - oneHot.columns.length, pixels);
    return { ...known, candidates: [], isCertain: true, oneHot };
  }
  if (columns.length - 1 !== pixels) checkPixels(columns.length, pixels);
  const isKnown = width !== undefined || pixels !== undefined;
  return { ...known, candidates: likelyLabels(columns, names, isKnown), isCertain: false };
}

function checkPixels(found: number, pixels = found): void {
  if (found === pixels) return;
  throw new DataError(
    `its rows must have ${pixels} pixels like the net's images: ` +
      `it has ${found} columns besides labels and row numbers`,
  );
}

/** What a row is for. */
export type RowUse = "train" | "validation" | "test";

/** Returns what a row is for, by a word such as `Training`, `val` or Kaggle's `PublicTest`. */
export function useOf(text: string): RowUse | undefined {
  if (/^train/i.test(text.trim())) return "train";
  if (/^(val|dev|public)/i.test(text.trim())) return "validation";
  return /^(private)?test/i.test(text.trim()) ? "test" : undefined;
}

/** Whether the first fields are row names, as R writes them: words, or numbers that count. */
function areRowNames(rows: readonly (readonly string[])[]): boolean {
  const names = rows.map(([name]) => name);
  return names.every(isWord) || names.every((name, i) => Number(name) === Number(names[0]) + i);
}

/** Whether the first column holds row numbers, and the others can be an image's pixels and a label. */
function isRowNumber(
  rows: readonly (readonly string[])[],
  columns: number,
  { label, width, pixels }: ColumnOptions,
): boolean {
  const fits = (count: number) => width === undefined ? isSquare(count) : count % width === 0;
  if (pixels === undefined && (columns < 3 || fits(columns - 1) || !fits(columns - 2))) {
    return false;
  }
  // Of two columns besides the pixels, one is the label; a single one may be either.
  const besides = columns - (pixels ?? columns);
  const isAlone = besides === 1 && label === undefined && rows.length > 2;
  if (pixels !== undefined && besides !== 2 && !isAlone) return false;
  const numbers = rows.map(([first]) => Number(first));
  return numbers.every((number, i) => Number.isInteger(number) && number === numbers[0] + i);
}
