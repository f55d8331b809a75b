/**
 * Reads rows of pixels in blocks, with or without labels, so that memory does not depend on the
 * length of the file. `mod.ts` must not import it: CSV files are read with a package.
 */
import { gunzipStream, isGzip } from "../files/gzip.ts";
import { isZip, openNpz } from "../files/npz.ts";
import { KIND_BYTES } from "../files/kinds.ts";
import { printable } from "../files/printable.ts";
import {
  chooseLabel,
  INDEX_NAME,
  isHeader,
  LABEL_NAMES,
  normalized,
  rowInHeader,
} from "./csv_columns.ts";
import { type CsvRecord, readRecords } from "./csv_records.ts";
import { DataError } from "./errors.ts";
import { decodeIdx, IDX_HEADER_BYTES, idxKind, parseIdxHeader } from "./idx.ts";
import { readLabels, readNumbers } from "./npz.ts";
import type { RawPixels } from "./pixels.ts";

/** Some rows of a file. */
export interface RowBlock {
  /** The rows' identifiers, if the file has a column of them. */
  ids?: string[];
  /** Shape (rows, D): the pixels as the file stores them. */
  pixels: RawPixels;
  /** The labels as the file stores them, if it has any. */
  labels?: string[];
}

/** What is known of a file of rows. */
export interface RowOptions {
  /** D: the number of pixels per row. */
  inputs: number;
  /** The label's column in a CSV file: `first`, `last`, or a name in the header. */
  label?: string;
  /** Called with a message for the user about each assumption made. */
  onNotice?: (line: string) => void;
  /** Called with the number of bytes read, and their total number if it is known. */
  onProgress?: (bytes: number, total: number) => void;
}

/** Number of rows in a block. */
export const BLOCK_ROWS = 1000;

/** Whether a file of this name may hold rows. */
export function isRowFile(path: string): boolean {
  return /\.(csv|tsv|txt|npz|gz|idx\d?|idx\d-ubyte)$/i.test(path) || /-ubyte$/i.test(path);
}

/**
 * Reads a CSV, IDX or .npz file in blocks.
 *
 * @param path The file
 * @param options What is known of it
 * @returns Its rows, in order
 * @throws {DataError} If it cannot be read, or its rows do not have D pixels
 */
export async function* readRowBlocks(
  path: string,
  options: RowOptions,
): AsyncGenerator<RowBlock, void> {
  try {
    const start = await firstBytes(path);
    yield* isZip(start)
      ? readNpz(path, options)
      : idxKind(start)
      ? readIdx(path, options)
      : readCsvRows(path, options);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new DataError(`Cannot read ${path}: there is no such file`);
    }
    if (!(error instanceof DataError) || error.message.startsWith("Cannot ")) throw error;
    throw new DataError(`Cannot read ${path}: ${error.message}`);
  }
}

/** Returns the first bytes of a file, decompressed if it is gzipped. */
async function firstBytes(path: string): Promise<Uint8Array> {
  const reader = (await openBytes(path)).getReader();
  try {
    return (await reader.read()).value?.subarray(0, KIND_BYTES) ?? new Uint8Array();
  } finally {
    await reader.cancel();
  }
}

/** Opens a file as a stream of bytes, decompressed if it is gzipped. */
async function openBytes(path: string): Promise<ReadableStream<Uint8Array<ArrayBuffer>>> {
  using file = await Deno.open(path);
  const magic = new Uint8Array(2);
  await file.read(magic);
  const stream = (await Deno.open(path)).readable;
  // Memory is bounded by a block, so the size may be any.
  return isGzip(magic) ? gunzipStream(stream, Infinity) : stream;
}

/** The columns of a CSV file of rows. */
interface RowColumns {
  count: number;
  id?: number;
  label?: number;
  pixels: number[];
}

async function* readCsvRows(path: string, options: RowOptions): AsyncGenerator<RowBlock> {
  const { onNotice = () => {}, onProgress = () => {} } = options;
  const records = readRecords(path);
  const { size } = await Deno.stat(path);
  const total = /\.gz$/i.test(path) ? 0 : size;
  try {
    let columns: RowColumns | undefined;
    let waiting: CsvRecord[] = [];
    let names: string[] | undefined;
    let isFirst = true;
    let bytes = 0;
    for await (const record of records) {
      if (isFirst) {
        isFirst = false;
        const mangled = rowInHeader(record.fields);
        if (mangled) {
          onNotice(`${path}: pandas took its first row for names; it is read as a row`);
          record.fields = mangled;
        } else if (isHeader(record.fields, options.label)) {
          names = record.fields.map(normalized);
          continue;
        }
      }
      waiting.push(record);
      if (waiting.length < BLOCK_ROWS) continue;
      columns ??= rowColumns(path, names, waiting, options);
      bytes += sizeOf(waiting);
      yield csvBlock(waiting, columns);
      onProgress(bytes, total);
      waiting = [];
    }
    if (waiting.length === 0 && !columns) throw new DataError("it has no rows");
    if (waiting.length > 0) {
      yield csvBlock(waiting, columns ?? rowColumns(path, names, waiting, options));
    }
  } finally {
    await records.return(undefined);
  }
}

function sizeOf(records: readonly CsvRecord[]): number {
  return records.reduce(
    (sum, { fields }) => fields.reduce((sum, field) => sum + field.length + 1, sum),
    0,
  );
}

/** Decides which columns are pixels, of which there are as many as the net has inputs. */
function rowColumns(
  path: string,
  names: readonly string[] | undefined,
  rows: readonly CsvRecord[],
  { inputs, label, onNotice = () => {} }: RowOptions,
): RowColumns {
  const { fields } = rows[0];
  const count = fields.length;
  // R gives the column of row names no name.
  if (names?.length === count - 1) names = ["", ...names];
  const columns = [...fields.keys()];
  if (fields.at(-1)!.trim() === "") columns.pop(); // each row ends with a separator
  const values = (column: number) => rows.map(({ fields }) => fields[column]?.trim() ?? "");
  const take = (column: number | undefined) => {
    if (column !== undefined) columns.splice(columns.indexOf(column), 1);
    return column;
  };
  const named = (test: (name: string) => boolean) =>
    columns.find((column) => names?.[column] !== undefined && test(names[column]));

  let labelColumn: number | undefined;
  if (label !== undefined) {
    labelColumn = named((name) => name === normalized(label));
    if (labelColumn === undefined && !["first", "last"].includes(label)) {
      throw new DataError(`it has no column ${printable(label)}: give the label's column`);
    }
  } else labelColumn = named((name) => LABEL_NAMES.includes(name));
  take(labelColumn);
  let id = named((name) => INDEX_NAME.test(name) && name !== "") ??
    (names?.[0] === "" ? 0 : undefined);
  if (columns.length > inputs && id === undefined && !names) {
    const numbers = values(columns[0]).map(Number);
    const isCounting = numbers.length > 2 &&
      numbers.every((number, i) => Number.isInteger(number) && number === numbers[0] + i);
    if (isCounting) id = columns[0];
  }
  if (columns.length > inputs) take(id);
  else id = undefined;
  if (labelColumn === undefined && columns.length === inputs + 1) {
    const ends = [columns[0], columns.at(-1)!];
    labelColumn = label === "first" ? ends[0] : label === "last" ? ends[1] : chooseLabel(
      { count, names, ignored: new Set(), endsEmpty: false, candidates: ends, isCertain: false },
      new Map(ends.map((column) => [column, values(column)])),
    );
    take(labelColumn);
    if (label === undefined) {
      onNotice(`${path}: its labels are taken from column ${labelColumn + 1}`);
    }
  }
  if (columns.length === inputs) return { count, id, label: labelColumn, pixels: columns };
  throw new DataError(
    `its rows must have ${inputs} pixels like the net's images: ` +
      `it has ${columns.length} columns besides labels and row numbers`,
  );
}

function csvBlock(records: readonly CsvRecord[], columns: RowColumns): RowBlock {
  const { count, id, label } = columns;
  const inputs = columns.pixels.length;
  const pixels = new Float32Array(records.length * inputs);
  for (const [row, { fields, line }] of records.entries()) {
    if (fields.length !== count) {
      throw new DataError(
        `line ${line} must have ${count} fields like the first row: it has ${fields.length}`,
      );
    }
    for (let i = 0; i < inputs; i++) {
      const text = fields[columns.pixels[i]];
      const value = text.trim() === "" ? NaN : Number(text);
      if (!Number.isFinite(value)) {
        throw new DataError(
          `line ${line}, column ${columns.pixels[i] + 1} must be a number: ` +
            `current value is ${printable(text.trim(), 20) || "empty"}`,
        );
      }
      pixels[row * inputs + i] = value;
    }
  }
  return {
    pixels,
    ...id !== undefined && { ids: records.map(({ fields }) => fields[id].trim()) },
    ...label !== undefined && { labels: records.map(({ fields }) => fields[label].trim()) },
  };
}

async function* readIdx(
  path: string,
  { inputs, onProgress }: RowOptions,
): AsyncGenerator<RowBlock> {
  const stream = new ByteReader((await openBytes(path)).getReader());
  try {
    const start = await stream.take(IDX_HEADER_BYTES);
    const header = parseIdxHeader(start, { file: path, kind: "images" });
    const [rows, height, width] = header.shape;
    checkPixels(height * width, inputs);
    const labels = await siblingLabels(path, rows);
    const rowBytes = (header.fileLength - header.headerLength) / rows;
    for (let from = 0; from < rows; from += BLOCK_ROWS) {
      const count = Math.min(BLOCK_ROWS, rows - from);
      const raw = await stream.take(count * rowBytes);
      if (raw.length < count * rowBytes) {
        throw new DataError(`it must have ${rows} rows as its header says: it ends before`);
      }
      const pixels = header.type === UNSIGNED_BYTE
        ? new Uint8Array(raw)
        : new Float32Array(count * inputs);
      if (pixels instanceof Float32Array) {
        decodeIdx(raw, { ...header, shape: [count, height, width] }, pixels, path);
      }
      yield { pixels, ...labels && { labels: labels.slice(from, from + count) } };
      onProgress?.(from + count, rows);
    }
  } finally {
    await stream.cancel();
  }
}

const UNSIGNED_BYTE = 8;

function checkPixels(found: number, inputs: number): void {
  if (found === inputs) return;
  throw new DataError(
    `its rows must have ${inputs} pixels like the net's images: current value is ${found}`,
  );
}

/** Reads the file of labels beside one of images, as MNIST's are named; undefined without one. */
async function siblingLabels(path: string, rows: number): Promise<string[] | undefined> {
  const sibling = path.replace(/images([-.])idx3/, "labels$1idx1");
  if (sibling === path) return undefined;
  for (const file of [sibling, sibling.replace(/\.gz$/, ""), `${sibling}.gz`]) {
    if (!await Deno.stat(file).then(() => true, () => false)) continue;
    const bytes = await new Response(await openBytes(file)).bytes();
    const header = parseIdxHeader(bytes, { file, fileLength: bytes.length, kind: "labels" });
    if (header.shape[0] !== rows) {
      throw new DataError(`${file} must have ${rows} labels: it has ${header.shape[0]}`);
    }
    const labels = new Uint8Array(rows);
    decodeIdx(bytes.subarray(header.headerLength), header, labels, file);
    return Array.from(labels, String);
  }
}

/** Takes pieces of given lengths from a stream. */
class ByteReader {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #rest: Uint8Array = new Uint8Array();

  constructor(reader: ReadableStreamDefaultReader<Uint8Array>) {
    this.#reader = reader;
  }

  /** Returns the next bytes; fewer at the end of the stream. */
  async take(length: number): Promise<Uint8Array<ArrayBuffer>> {
    const taken = new Uint8Array(length);
    let at = 0;
    for (;;) {
      const piece = this.#rest.subarray(0, length - at);
      taken.set(piece, at);
      at += piece.length;
      this.#rest = this.#rest.subarray(piece.length);
      if (at === length) return taken;
      const { value, done } = await this.#reader.read();
      if (done) return taken.subarray(0, at);
      this.#rest = value;
    }
  }

  async cancel(): Promise<void> {
    await this.#reader.cancel();
  }
}

/** Names of the arrays of test images, and of their labels, the preferred ones first. */
const NPZ_NAMES = [["x_test", "y_test"], ["test_images", "test_labels"], ["X_test", "Y_test"]];

async function* readNpz(
  path: string,
  { inputs, onNotice = () => {}, onProgress }: RowOptions,
): AsyncGenerator<RowBlock> {
  const arrays = await openNpz(await Deno.readFile(path)).catch((error) => {
    throw new DataError(error.message);
  });
  const byName = new Map(arrays.map((array) => [array.name, array]));
  const sizeOf = (shape: readonly number[]) => shape.slice(1).reduce((a, b) => a * b, 1);
  const known = NPZ_NAMES.find(([name]) => byName.has(name));
  const fitting = arrays.filter(({ shape }) => shape.length > 1 && sizeOf(shape) === inputs);
  const images = known ? byName.get(known[0])! : fitting.length === 1 ? fitting[0] : undefined;
  if (!images) {
    const listed = arrays.map(({ name, shape }) => `${name} [${shape}]`).join(", ");
    throw new DataError(
      `it must hold x_test, test_images, or one array of rows of ${inputs} pixels: ` +
        `it has ${printable(listed, 200)}`,
    );
  }
  checkPixels(sizeOf(images.shape), inputs);
  const labels = known ? byName.get(known[1]) : undefined;
  onNotice(
    `${path}: the rows of ${images.name}${labels ? `, with the labels ${labels.name}` : ""}`,
  );
  const [rows] = images.shape;
  if (labels && labels.shape.reduce((a, b) => a * b, 1) !== rows) {
    throw new DataError(`${labels.name} must have ${rows} labels: its shape is [${labels.shape}]`);
  }
  const pixels = await readNumbers(images);
  const classes = labels && await readLabels(labels);
  for (let from = 0; from < rows; from += BLOCK_ROWS) {
    const to = Math.min(from + BLOCK_ROWS, rows);
    yield {
      pixels: pixels.slice(from * inputs, to * inputs),
      ...classes && { labels: classes.slice(from, to) },
    };
    onProgress?.(to, rows);
  }
}
