/** Reads CSV files with one image per line. `mod.ts` must not import it, as it uses a package. */
import { resolve } from "node:path";
import { printable } from "../files/printable.ts";
import { type Columns, type RowUse, useOf } from "./csv_columns.ts";
import { chooseLabel, hotLabel, noLabels } from "./csv_label.ts";
import { CsvLayout } from "./csv_layout.ts";
import { type CsvRecord, readRecords } from "./csv_records.ts";
import type { DatasetSource, NoticeOptions } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { PixelRows } from "./pixel_rows.ts";
import { type RawDataset, type RawPart, readError, readMappingBeside } from "./raw.ts";
import { arranged, dividedByUse, type PartsByUse, sideOf } from "./rows.ts";

/** The layout of a CSV file. */
export type CsvOptions = NoticeOptions & Pick<DatasetSource, "label" | "width" | "test">;

const KIND = "as a CSV file of images";

/**
 * Reads a CSV file of images: each line holds a label and the pixels. Labels are whole numbers from
 * 0 to 255, words, or one-hot. A header and a column of row numbers are optional. Fields may be
 * separated by commas, semicolons, tabs, bars or spaces, and the file may be gzipped.
 *
 * Of n rows, floor(6n/7) are training rows, the proportion of MNIST's 60,000 of 70,000;
 * `splitDataset` draws which ones. If a second file is given, its rows are the test rows; a column
 * such as `usage` may also say what each row is for.
 *
 * @param path The file; it is read as a stream
 * @returns Labels and pixels as they are stored
 * @throws {DataError} If a file cannot be read; the message names the line and column
 */
export async function readRawCsv(path: string, options: CsvOptions = {}): Promise<RawDataset> {
  const { test, width } = options;
  const train = await readTable(path, options);
  const tested = test === undefined ? undefined : await readTable(test, options, train);
  const part = train.part();
  const rows: PartsByUse = tested
    ? { train: part, test: tested.part() }
    : train.uses
    ? dividedByUse(part, train.uses)
    : { train: part };
  return {
    name: path,
    kind: KIND,
    ...sideOf(path, KIND, train.pixelCount, width),
    ...arranged(path, KIND, rows),
    classNames: readMappingBeside(path),
    source: {
      dataset: resolve(path),
      ...train.label && { label: train.label },
      ...width && { width },
      ...test && { test: resolve(test) },
    },
  };
}

/**
 * Reads one file.
 *
 * @param train The training file, if this is the test file; if the label's column is ambiguous,
 *   that of the training file is used
 */
export async function readTable(
  path: string,
  options: CsvOptions,
  train?: Table,
  reader: AsyncGenerator<CsvRecord> = readRecords(path),
): Promise<Table> {
  try {
    const start: CsvRecord[] = [];
    while (start.length < 3) {
      const { value, done } = await reader.next();
      if (done) break;
      start.push(value);
    }
    const table = new Table(path, start, options, train);
    for (const record of start) table.add(record);
    for await (const record of reader) table.add(record);
    table.finish();
    return table;
  } catch (error) {
    await reader.return(undefined);
    throw error instanceof DataError ? readError(path, KIND, error.message) : error;
  }
}

/** The rows of one file. */
export class Table {
  readonly #path: string;
  readonly #train: Table | undefined;
  readonly #onNotice: (line: string) => void;
  readonly #layout: CsvLayout;
  readonly #columns: Columns;
  /** The texts of the columns that may hold the label. */
  readonly #values: Map<number, string[]>;
  readonly #pixels: PixelRows;
  /** The line number of each row, for messages. */
  readonly #lines: number[] = [];
  readonly #uses: RowUse[] = [];
  #labels: string[] = [];
  #labelColumn = -1;

  /**
   * @param start Its first records; the header is removed
   * @param train The training file, if this is the test file
   */
  constructor(path: string, start: CsvRecord[], options: CsvOptions, train?: Table) {
    const { label, width, onNotice = () => {} } = options;
    this.#path = path;
    this.#train = train;
    this.#onNotice = onNotice;
    this.#layout = new CsvLayout(path, start, { label, width, isTest: !!train, onNotice });
    this.#columns = this.#layout.columns;
    if (train && !this.#columns.isCertain) this.#assumeLabelOf(train);
    const { candidates } = this.#columns;
    this.#values = new Map(candidates.map((column) => [column, [] as string[]]));
    this.#pixels = new PixelRows(this.#columns);
  }

  #assumeLabelOf(train: Table): void {
    const { count, ignored } = this.#columns;
    if (count - ignored.size === train.pixelCount) throw noLabels(train.pixelCount);
    if (count !== train.#columns.count) return;
    Object.assign(this.#columns, { candidates: [train.#labelColumn], isCertain: true });
  }

  add(record: CsvRecord): void {
    const { line } = record;
    const { use, oneHot } = this.#columns;
    const fields = this.#layout.fieldsOf(record);
    this.#pixels.add(fields, line);
    for (const [column, texts] of this.#values) texts.push(fields[column].trim());
    if (oneHot) this.#labels.push(hotLabel(fields, line, oneHot));
    if (use !== undefined) {
      const what = useOf(fields[use]);
      if (what === undefined) {
        throw new DataError(
          `line ${line}, column ${use + 1} must say what the row is for, train, validation or ` +
            `test: current value is ${printable(fields[use], 20) || "empty"}`,
        );
      }
      this.#uses.push(what);
    }
    this.#lines.push(line);
  }

  /** Must be called after all rows are added. */
  finish(): void {
    const columns = this.#columns;
    if (!columns.oneHot) {
      const { candidates, isCertain } = columns;
      this.#labelColumn = isCertain ? candidates[0] : chooseLabel(columns, this.#values);
      this.#labels = this.#values.get(this.#labelColumn)!;
      for (const [column, texts] of this.#values) {
        if (column !== this.#labelColumn) this.#pixels.addColumn(column, texts, this.#lines);
      }
    }
    if (this.#train) this.#checkSameLayout(this.#train);
    const label = columns.oneHot ? undefined : this.#labelColumn;
    this.#layout.notices(label).forEach(this.#onNotice);
  }

  get pixelCount(): number {
    return this.#pixels.count;
  }

  /** What each row is for, if the file says it. */
  get uses(): RowUse[] | undefined {
    return this.#columns.use === undefined ? undefined : this.#uses;
  }

  /** The `label` that finds the same column again, even if the file's rows change. */
  get label(): string | undefined {
    const { names, count, oneHot } = this.#columns;
    if (oneHot) return undefined;
    return names?.[this.#labelColumn] || (this.#labelColumn < count / 2 ? "first" : "last");
  }

  part(): RawPart {
    const columns = this.#pixels.columns();
    return {
      path: this.#path,
      pixels: this.#pixels.finish(),
      labels: this.#labels,
      placeOf: (index) =>
        `line ${this.#lines[Math.floor(index / columns.length)]}, ` +
        `column ${columns[index % columns.length] + 1}`,
      placeOfLabel: (row) =>
        `line ${this.#lines[row]}` +
        (this.#columns.oneHot ? "" : `, column ${this.#labelColumn + 1}`),
    };
  }

  /** Throws if the pixels of the test file are not laid out like those of the training file. */
  #checkSameLayout(train: Table): void {
    if (this.pixelCount !== train.pixelCount) {
      throw new DataError(
        `it must have ${train.pixelCount} pixels per row like ${train.#path}: ` +
          `current value is ${this.pixelCount}`,
      );
    }
    const [names, others] = [this, train].map((table) => {
      const columns = table.#pixels.columns();
      return table.#columns.names?.filter((_, column) => columns.includes(column));
    });
    // Different names are accepted, but the same names in a different order are an error.
    const isReordered = names && others && names.toSorted().join() === others.toSorted().join();
    const different = names?.findIndex((name, i) => name !== others?.[i]) ?? -1;
    if (isReordered && different >= 0) {
      throw new DataError(
        `its columns must be in the order of ${train.#path}: it has ` +
          `${printable(names[different])} where that file has ${printable(others[different])}`,
      );
    }
  }
}
