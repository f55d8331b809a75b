/** Reads CSV files with one image per line. `mod.ts` must not import it, as it uses a package. */
import { resolve } from "node:path";
import { printable } from "../files/printable.ts";
import {
  chooseLabel,
  type Columns,
  findColumns,
  isHeader,
  isWord,
  labelForTestFile,
  noLabels,
} from "./csv_columns.ts";
import { type CsvRecord, readRecords } from "./csv_records.ts";
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { PixelRows } from "./pixel_rows.ts";

/** The layout of a CSV file. */
export interface CsvOptions {
  /**
   * The label's column: `first`, `last`, or a name in the header.
   * @default the column named label, labels, class, target, y or digit; if there is none, the first
   * or the last column, if only one of them can hold labels
   */
  label?: string;
  /**
   * Width of an image in pixels.
   * @default the width that makes the images square
   */
  width?: number;
  /** A second file with the same layout, whose rows are the test rows. */
  test?: string;
  /** Called with a message for the user about each assumption made. */
  onNotice?: (line: string) => void;
}

/** The contents of one file. */
interface Table {
  path: string;
  columns: Columns;
  labelColumn: number;
  labels: string[];
  pixels: PixelRows;
  /** The line number of each row, for error messages. */
  lines: number[];
}

/**
 * Reads a CSV file of images: each line holds a label and the pixels. Pixels are whole numbers from
 * 0 to 255, or all are from 0 to 1. Labels are whole numbers from 0 to 255, or words. A header and a
 * column of row numbers are optional. Fields may be separated by commas, semicolons, tabs, bars or
 * spaces, and the file may be gzipped.
 *
 * Of n rows, floor(6n/7) are training rows, the proportion of MNIST's 60,000 of 70,000;
 * `splitDataset` draws which ones. If a second file is given, its rows are the test rows.
 *
 * @param path The file; it is read as a stream
 * @param options Its layout
 * @returns The data set; if labels are numbers, `classes` is the largest label plus 1
 * @throws {DataError} If a file cannot be read; the message names the line and column
 *
 * @example
 * ```ts
 * import { readCsv } from "./csv.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const path = await Deno.makeTempFile({ suffix: ".csv" });
 * await Deno.writeTextFile(path, "ink,label\n255,1\n0,0\n");
 * const { images, labels } = await readCsv(path);
 * assertEquals([images, labels], [Uint8Array.of(255, 0), Uint8Array.of(1, 0)]);
 * await Deno.remove(path);
 * ```
 */
export async function readCsv(path: string, options: CsvOptions = {}): Promise<Dataset> {
  const { test } = options;
  const train = await readTable(path, options);
  const tables = [train];
  if (test !== undefined) tables.push(await readTable(test, options, train));
  const rows = tables.map(({ labels }) => labels.length);
  const trainRows = test === undefined ? Math.floor(6 * rows[0] / 7) : rows[0];
  if (trainRows === 0) throw csvError(path, "it must have at least two rows: it has one");

  const pixels = train.pixels.count;
  const { width, height } = shapeOf(path, pixels, options.width);
  const images = new Uint8Array(rows.reduce((sum, count) => sum + count) * pixels);
  tables.forEach((table, i) => table.pixels.copyTo(images, i === 0 ? 0 : rows[0] * pixels));
  return {
    name: path,
    width,
    height,
    ...numberLabels(tables),
    images,
    trainRows,
    ...test === undefined && { publishedSplit: false },
    source: {
      dataset: resolve(path),
      label: labelOf(train),
      ...options.width && { width },
      ...test && { test: resolve(test) },
    },
  };
}

/** Returns the `--label` that finds the same column again, even if the file's rows change. */
function labelOf({ columns: { names, count }, labelColumn }: Table): string {
  return names?.[labelColumn] || (labelColumn < count / 2 ? "first" : "last");
}

function csvError(path: string, what: string): DataError {
  return new DataError(`Cannot read ${path} as a CSV file of images: ${what}`);
}

function shapeOf(
  path: string,
  pixels: number,
  given: number | undefined,
): { width: number; height: number } {
  const width = given ?? Math.sqrt(pixels);
  const height = pixels / width;
  if (Number.isInteger(width) && Number.isInteger(height)) return { width, height };
  throw csvError(
    path,
    given === undefined
      ? `its ${pixels} pixels per row do not form a square: give --image-width`
      : `its ${pixels} pixels per row must be a multiple of the width: current value is ${given}`,
  );
}

/**
 * Reads one file.
 *
 * @param path The file
 * @param options Its layout
 * @param train The training file, if this is the test file; if the label's column is ambiguous,
 *   that of the training file is used
 */
async function readTable(
  path: string,
  options: CsvOptions,
  train?: Table,
): Promise<Table> {
  const reader = readRecords(path);
  try {
    const start: CsvRecord[] = [];
    while (start.length < 3) {
      const { value, done } = await reader.next();
      if (done) break;
      start.push(value);
    }
    const hasHeader = start.length > 0 && isHeader(start[0].fields, options.label);
    const header = hasHeader ? start.shift()!.fields : undefined;
    if (start.length === 0) throw new DataError("it has no rows");
    const label = train ? labelForTestFile(header, options.label) : options.label;
    const { width } = options;
    let columns = findColumns(header, start.map(({ fields }) => fields), { label, width });
    if (train && !columns.isCertain) {
      const size = columns.count - columns.ignored.size;
      if (size === train.pixels.count) throw noLabels(size);
      if (columns.count === train.columns.count) {
        columns = { ...columns, candidates: [train.labelColumn], isCertain: true };
      }
    }

    const values = new Map(columns.candidates.map((column) => [column, [] as string[]]));
    const excluded = [...columns.ignored, ...columns.candidates];
    const pixels = new PixelRows(columns.count, excluded);
    const lines: number[] = [];
    for await (const { line, fields, separator } of chain(start, reader)) {
      checkFields(fields, columns, line);
      pixels.add(fields, { line, decimalComma: separator !== "," });
      for (const [column, texts] of values) texts.push(fields[column].trim());
      lines.push(line);
    }
    const labelColumn = columns.isCertain ? columns.candidates[0] : chooseLabel(columns, values);
    for (const [column, texts] of values) {
      if (column !== labelColumn) pixels.addColumn(column, texts, lines);
    }
    pixels.finish();
    const table = { path, columns, labelColumn, labels: values.get(labelColumn)!, pixels, lines };
    if (train) checkSameLayout(train, table);
    reportAssumptions(table, options.onNotice);
    return table;
  } catch (error) {
    await reader.return(undefined);
    throw error instanceof DataError ? csvError(path, error.message) : error;
  }
}

async function* chain<T>(first: T[], rest: AsyncIterable<T>): AsyncGenerator<T> {
  yield* first;
  yield* rest;
}

function checkFields(fields: string[], { count, endsEmpty }: Columns, line: number): void {
  if (fields.length !== count) {
    throw new DataError(
      `line ${line} must have ${count} fields like the first row: it has ${fields.length}`,
    );
  }
  if (endsEmpty && fields[count - 1].trim() !== "") {
    throw new DataError(`line ${line}, column ${count} must be empty as in the first row`);
  }
}

/** Throws if the pixels of the test file are not laid out like those of the training file. */
function checkSameLayout(train: Table, test: Table): void {
  const { pixels } = test;
  if (pixels.count !== train.pixels.count) {
    throw new DataError(
      `it must have ${train.pixels.count} pixels per row like ${train.path}: ` +
        `current value is ${pixels.count}`,
    );
  }
  const [names, others] = [test, train].map(({ labelColumn, columns: { names, ignored } }) =>
    names?.filter((_, column) => column !== labelColumn && !ignored.has(column))
  );
  // Different names are accepted, but the same names in a different order are an error.
  const isReordered = names && others && names.toSorted().join() === others.toSorted().join();
  const different = names?.findIndex((name, i) => name !== others?.[i]) ?? -1;
  if (isReordered && different >= 0) {
    throw new DataError(
      `its columns must be in the order of ${train.path}: it has ${printable(names[different])} ` +
        `where that file has ${printable(others[different])}`,
    );
  }
}

/** Reports what was assumed where neither the header nor a flag decides. */
function reportAssumptions(
  { path, columns, labelColumn, pixels }: Table,
  onNotice: (line: string) => void = () => {},
): void {
  const { names, isCertain, count, ignored } = columns;
  // Labels in the first column of a file without a header are so common that no notice is needed.
  const isUsual = names === undefined && labelColumn === (ignored.has(0) ? 1 : 0);
  if (!isCertain && !isUsual) {
    const name = names?.[labelColumn];
    const which = labelColumn === count - 1 ? "its last column" : `column ${labelColumn + 1}`;
    onNotice(
      `${path}: the labels are taken from ${which}` +
        `${name ? ` (${printable(name, 20)})` : ""}; --label overrides this`,
    );
  }
  if (pixels.isUnit) {
    onNotice(`${path}: its pixels are between 0 and 1 and are multiplied by 255`);
  }
}

/** Numbers the labels: words in alphabetical order, single letters by position in the alphabet. */
function numberLabels(tables: Table[]): Pick<Dataset, "labels" | "classes" | "classNames"> {
  const texts = tables.flatMap(({ labels }) => labels);
  const first = texts.findIndex(isWord);
  if (first < 0) {
    const labels = Uint8Array.from(tables.flatMap(readNumbers));
    return { labels, classes: labels.reduce((most, label) => Math.max(most, label)) + 1 };
  }
  const wrong = texts.findIndex((text) => isWord(text) !== isWord(texts[0]) || text === "");
  if (wrong >= 0) {
    throw rowError(
      tables,
      wrong,
      `labels must be all numbers or all words: the first label is ${printable(texts[0], 20)}, ` +
        `this one is ${printable(texts[wrong], 20) || "empty"}`,
    );
  }
  const classNames = classNamesOf(texts);
  if (classNames.length > 256) {
    throw csvError(
      tables[0].path,
      `it must have at most 256 different labels: it has ${classNames.length}, ` +
        `such as ${printable(classNames[0], 20)}; --label names the column of the labels`,
    );
  }
  const numbers = new Map(classNames.map((name, i) => [name, i]));
  return {
    labels: Uint8Array.from(texts, (text) => numbers.get(text)!),
    classes: classNames.length,
    classNames: classNames.map((name) => printable(name, 40)),
  };
}

function classNamesOf(texts: string[]): string[] {
  const words = [...new Set(texts)].sort();
  for (const alphabet of ["ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz"]) {
    // By position, a letter has the same number in every file, even if other letters are missing.
    if (words.every((word) => word.length === 1 && alphabet.includes(word))) {
      return [...alphabet.slice(0, alphabet.indexOf(words.at(-1)!) + 1)];
    }
  }
  return words;
}

function readNumbers(table: Table): number[] {
  return table.labels.map((text, row) => {
    const label = Number(text);
    if (Number.isInteger(label) && label >= 0 && label <= 255 && text !== "") return label;
    throw rowError(
      [table],
      row,
      `column ${table.labelColumn + 1} must be a label, a whole number from 0 to 255 or a word: ` +
        `current value is ${printable(text, 20) || "empty"}`,
    );
  });
}

/** Creates an error about one row, counted over all tables. */
function rowError(tables: Table[], row: number, what: string): DataError {
  const [first] = tables;
  if (row >= first.labels.length) return rowError(tables.slice(1), row - first.labels.length, what);
  return csvError(first.path, `line ${first.lines[row]}: ${what}`);
}
