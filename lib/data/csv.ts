/** CSV files of images, one a line. Not for `mod.ts` to import: they are read with a library. */
import { CsvParseStream } from "@std/csv";
import type { Dataset } from "./dataset.ts";
import { DataError } from "./errors.ts";

/** How a file is laid out. */
export interface CsvOptions {
  /**
   * Where the label stands: `first`, `last`, or the name of a column in the header.
   * @default a column called label or class, else the first
   */
  label?: string;
  /**
   * Pixels in a row of an image.
   * @default as many as make the images square
   */
  width?: number;
}

/** What the first line says of all lines. */
interface Layout {
  hasHeader: boolean;
  columns: number;
  labelColumn: number;
}

/**
 * Reads a CSV file of images: a label and the pixels on each line, whole
 * numbers from 0 to 255. There may be a header: a first line without any
 * number, or with a column called label or class. Of n rows the first
 * floor(6n/7) are train rows, as 60,000 are of MNIST's 70,000.
 *
 * @param path The file, which is read as a stream
 * @param options How it is laid out
 * @returns The data set, with one class more than the largest label
 * @throws {DataError} Naming the line and column at fault
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
  const images: Uint8Array[] = [];
  const labels: number[] = [];
  let layout: Layout | undefined;
  let lines = 0;
  try {
    for await (const fields of await openRecords(path)) {
      lines++;
      if (layout === undefined) {
        layout = layoutOf(fields, options.label);
        if (layout.hasHeader) continue;
      }
      const values = bytesOf(fields, layout.columns);
      labels.push(values[layout.labelColumn]);
      values.copyWithin(layout.labelColumn, layout.labelColumn + 1);
      images.push(values.subarray(0, -1));
    }
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw fault("there is no such file");
    // The library's, which has line and column in it.
    if (error instanceof SyntaxError) throw fault(error.message);
    if (!(error instanceof DataError)) throw error;
    throw fault(`line ${await lineNumber(path, lines)}, ${error.message}`);
  }
  const trainRows = Math.floor(6 * labels.length / 7);
  if (trainRows === 0) throw fault(`it must have two rows at least: it has ${labels.length}`);
  const pixels = images[0].length;
  const { width = Math.sqrt(pixels) } = options;
  if (!Number.isInteger(width) || !Number.isInteger(pixels / width)) {
    throw fault(
      options.width === undefined
        ? `its ${pixels} pixels a row make no square, so that the width must be given`
        : `its ${pixels} pixels a row must be a multiple of the width: current value is ${width}`,
    );
  }
  const all = new Uint8Array(labels.length * pixels);
  images.forEach((image, row) => all.set(image, row * pixels));
  return {
    name: path,
    width,
    height: pixels / width,
    classes: labels.reduce((most, label) => Math.max(most, label)) + 1,
    images: all,
    labels: Uint8Array.from(labels),
    trainRows,
  };

  function fault(what: string): DataError {
    return new DataError(`Cannot read ${path} as a CSV file of images: ${what}`);
  }
}

/** The fields of each line that is not empty. */
async function openRecords(path: string): Promise<ReadableStream<string[]>> {
  const file = await Deno.open(path);
  return file.readable.pipeThrough(new TextDecoderStream()).pipeThrough(new CsvParseStream());
}

function layoutOf(fields: string[], label: string | undefined): Layout {
  const names = fields.map((field) => field.trim().toLowerCase());
  const namedColumn = names.findIndex((name) => name === "label" || name === "class");
  const hasHeader = namedColumn >= 0 || names.every((name) => name === "" || isNaN(Number(name)));
  const columns = fields.length;
  if (columns < 2) throw new DataError("which must have a label and pixels, has one field only");
  if (label === undefined) return { hasHeader, columns, labelColumn: Math.max(0, namedColumn) };
  if (label === "first") return { hasHeader, columns, labelColumn: 0 };
  if (label === "last") return { hasHeader, columns, labelColumn: columns - 1 };
  const labelColumn = names.indexOf(label.trim().toLowerCase());
  if (!hasHeader || labelColumn < 0) throw new DataError(`which names no column ${label}`);
  return { hasHeader, columns, labelColumn };
}

function bytesOf(fields: string[], columns: number): Uint8Array {
  if (fields.length !== columns) {
    throw new DataError(`must have ${columns} fields like the first line: it has ${fields.length}`);
  }
  const bytes = new Uint8Array(columns);
  for (let i = 0; i < columns; i++) {
    const value = Number(fields[i]);
    if (!(value >= 0 && value <= 255 && Number.isInteger(value)) || fields[i].trim() === "") {
      throw new DataError(
        `column ${i + 1} must be a whole number from 0 to 255: ` +
          `current value is ${fields[i].slice(0, 20) || "empty"}`,
      );
    }
    bytes[i] = value;
  }
  return bytes;
}

/** The number of the nth line that is not empty: the library does not say how many it left out. */
async function lineNumber(path: string, n: number): Promise<number> {
  const lines = (await Deno.readTextFile(path)).split(/\r?\n/);
  return lines.findIndex((line) => line !== "" && --n === 0) + 1;
}
