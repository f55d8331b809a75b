/**
 * Reads rows of pixels in blocks, with or without labels, so that memory does not depend on the
 * length of the file. `mod.ts` must not import it: CSV files are read with a package.
 */
import { gunzipStream, isGzip } from "../files/gzip.ts";
import { ByteReader } from "../files/byte_source.ts";
import { isNpy, isZip, NpzError } from "../files/npz.ts";
import { chooseLabel, hotLabel } from "./csv_label.ts";
import { CsvLayout } from "./csv_layout.ts";
import { type CsvRecord, readRecords } from "./csv_records.ts";
import type { NoticeOptions } from "./dataset.ts";
import { DataError } from "./errors.ts";
import { startOf } from "./idx_locate.ts";
import { decodeIdx, IDX_HEADER_BYTES, idxKind, isPlainIdx, parseIdxHeader } from "./idx.ts";
import { openIdxBytes } from "./idx_dataset.ts";
import { findRows, nameOf, readImageBlocks, readLabels } from "./npz.ts";
import { PixelRows } from "./pixel_rows.ts";
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
export interface RowOptions extends NoticeOptions {
  /** D: the number of pixels per row. */
  inputs: number;
  /** The label's column in a CSV file: `first`, `last`, or a name in the header. `none`: no labels. */
  label?: string;
  /** Called with the number of bytes read, and their total number if it is known. */
  onProgress?: (bytes: number, total: number) => void;
}

/** Number of rows in a block. */
export const BLOCK_ROWS = 1000;

/** The beginning of rows of numbers, with or without labels. */
const NUMBERS = /^[\d\s.,;|:+"'eE-]{32}/;

/**
 * Whether a file may hold rows, by its name or, if that says nothing, its first bytes.
 *
 * @returns Whether it is none of the pictures; false also if it does not exist
 */
export function isRowFile(path: string): boolean {
  if (/\.(csv|tsv|txt|np[yz]|arff|libsvm|svm|gz|idx\d?|idx\d-ubyte)$/i.test(path)) return true;
  if (/-ubyte$/i.test(path)) return true;
  try {
    const start = startOf(path);
    return isZip(start) || isNpy(start) || idxKind(start) !== undefined ||
      NUMBERS.test(new TextDecoder().decode(start));
  } catch {
    return false; // reading the picture says why
  }
}

/**
 * Reads a CSV, ARFF, LIBSVM, IDX, .npz or .npy file in blocks.
 *
 * @returns Its rows, in order
 * @throws {DataError} If it cannot be read, or its rows do not have D pixels
 */
export async function* readRowBlocks(
  path: string,
  options: RowOptions,
): AsyncGenerator<RowBlock, void> {
  try {
    const start = startOf(path);
    const read = isZip(start) || isNpy(start) ? readArrays : idxKind(start) ? readIdx : readCsvRows;
    if (options.label !== "none") return yield* read(path, options);
    for await (const { labels: _, ...block } of read(path, { ...options, label: undefined })) {
      yield block;
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new DataError(`Cannot read ${path}: there is no such file`);
    }
    const isOurs = error instanceof DataError || error instanceof NpzError;
    if (!isOurs || error.message.startsWith("Cannot ")) throw error;
    throw new DataError(`Cannot read ${path}: ${error.message}`);
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

async function* readCsvRows(path: string, options: RowOptions): AsyncGenerator<RowBlock> {
  const { inputs: pixels, label, onNotice = () => {}, onProgress = () => {} } = options;
  const records = readRecords(path);
  const { size } = await Deno.stat(path);
  const total = /\.gz$/i.test(path) ? 0 : size;
  try {
    let layout: CsvLayout | undefined;
    let labelColumn: number | undefined;
    let bytes = 0;
    for (;;) {
      const block = await nextRecords(records);
      if (layout && block.length === 0) return;
      if (!layout) {
        layout = new CsvLayout(path, block, { pixels, label, onNotice });
        labelColumn = labelOf(layout, block);
        layout.notices(labelColumn).forEach(onNotice);
      }
      bytes += sizeOf(block);
      yield csvBlock(block, layout, labelColumn);
      onProgress(Math.min(bytes, total), total);
    }
  } finally {
    await records.return(undefined);
  }
}

async function nextRecords(records: AsyncGenerator<CsvRecord>): Promise<CsvRecord[]> {
  const block: CsvRecord[] = [];
  while (block.length < BLOCK_ROWS) {
    const { value, done } = await records.next();
    if (done) break;
    block.push(value);
  }
  return block;
}

function sizeOf(records: readonly CsvRecord[]): number {
  return records.reduce(
    (sum, { fields }) => fields.reduce((sum, field) => sum + field.length + 1, sum),
    0,
  );
}

/** Returns the label's column, which the first rows decide unless a name or a flag does. */
function labelOf({ columns }: CsvLayout, rows: readonly CsvRecord[]): number | undefined {
  const { candidates, isCertain } = columns;
  if (isCertain) return candidates[0];
  const values = candidates.map((column): [number, string[]] => [
    column,
    rows.map(({ fields }) => fields[column]?.trim() ?? ""),
  ]);
  return chooseLabel(columns, new Map(values));
}

function csvBlock(
  records: readonly CsvRecord[],
  layout: CsvLayout,
  label: number | undefined,
): RowBlock {
  const { columns } = layout;
  const { index, oneHot } = columns;
  const pixels = new PixelRows({ ...columns, candidates: label === undefined ? [] : [label] });
  const ids: string[] = [];
  const labels: string[] = [];
  for (const record of records) {
    const fields = layout.fieldsOf(record);
    pixels.add(fields, record.line);
    if (index !== undefined) ids.push(fields[index].trim());
    if (oneHot) labels.push(hotLabel(fields, record.line, oneHot));
    else if (label !== undefined) labels.push(fields[label].trim());
  }
  return {
    pixels: pixels.finish(),
    ...index !== undefined && { ids },
    ...(oneHot || label !== undefined) && { labels },
  };
}

async function* readIdx(
  path: string,
  { inputs, onProgress }: RowOptions,
): AsyncGenerator<RowBlock> {
  const stream = new ByteReader(await openBytes(path));
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
      const pixels = new (isPlainIdx(header) ? Uint8Array : Float32Array)(count * inputs);
      decodeIdx(raw, header, pixels, path);
      yield { pixels, ...labels && { labels: labels.slice(from, from + count) } };
      onProgress?.(from + count, rows);
    }
  } finally {
    await stream.cancel();
  }
}

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
    const opened = openIdxBytes(bytes, { file, kind: "labels" });
    if (opened.shape[0] !== rows) {
      throw new DataError(`${file} must have ${rows} labels: it has ${opened.shape[0]}`);
    }
    const labels = new Uint8Array(rows);
    opened.read(labels);
    return Array.from(labels, String);
  }
}

async function* readArrays(path: string, options: RowOptions): AsyncGenerator<RowBlock> {
  const { inputs, onNotice, onProgress } = options;
  const found = await findRows(path, inputs);
  const { images, labels } = found;
  const [rows] = images.shape;
  onNotice?.(
    `${path}: the rows of ${nameOf(images)}` +
      (labels ? `, with the labels ${nameOf(labels)}` : ""),
  );
  const classes = labels && await readLabels(labels);
  let from = 0;
  for await (const pixels of readImageBlocks(found, BLOCK_ROWS)) {
    const to = from + pixels.length / inputs;
    yield { pixels, ...classes && { labels: classes.slice(from, to) } };
    onProgress?.(to, rows);
    from = to;
  }
}
