/**
 * Reads ARFF files, OpenML's text format: a header that names the attributes, then one line of
 * comma-separated values per row. Supports only what OpenML's image data sets use: whole numbers
 * from 0 to 255, with the label last.
 *
 * Format: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/
 */
import { lines } from "../files/lines.ts";
import { printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";

/** Maximum characters in a line; a line of 784 pixels has at most 3,138. */
const MAX_LINE = 2 ** 20;

/** The contents of an ARFF file. */
interface ArffRows {
  /** Shape (rows, attributes - 1). */
  pixels: Uint8Array<ArrayBuffer>;
  /** Shape (rows). */
  labels: Uint8Array<ArrayBuffer>;
}

/**
 * Reads an ARFF file from a stream.
 *
 * @param body The file's bytes, in pieces of any length
 * @param rows The expected number of rows
 * @param attributes The expected number of values in a row, including the label
 * @returns The rows, in order
 * @throws {DataError} If the file does not match; the message names the line and column
 *
 * @example
 * ```ts
 * import { readArff } from "./arff.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const text = "@ATTRIBUTE ink real\n@ATTRIBUTE class {0,1}\n@DATA\n255,1\n0,0\n";
 * const { pixels, labels } = await readArff(new Blob([text]).stream(), 2, 2);
 * assertEquals([pixels, labels], [Uint8Array.of(255, 0), Uint8Array.of(1, 0)]);
 * ```
 */
export async function readArff(
  body: AsyncIterable<Uint8Array>,
  rows: number,
  attributes: number,
): Promise<ArffRows> {
  const pixels = new Uint8Array(rows * (attributes - 1));
  const labels = new Uint8Array(rows);
  let row = 0;
  let lineNumber = 0;
  let isHeader = true;
  let attributeCount = 0;
  const text = ReadableStream.from(body).pipeThrough(
    new TextDecoderStream() as TransformStream<Uint8Array, string>,
  );
  for await (const line of lines(text, MAX_LINE)) {
    lineNumber++;
    if (isHeader) {
      const keyword = /^\s*@(\w+)/.exec(line)?.[1].toLowerCase();
      if (keyword === "attribute") attributeCount++;
      if (keyword !== "data") continue;
      isHeader = false;
      if (attributeCount !== attributes) {
        throw new DataError(`it must have ${attributes} attributes: it has ${attributeCount}`);
      }
    } else if (line !== "" && !line.startsWith("%")) {
      if (row === rows) throw new DataError(`it must have ${rows} rows: it has more`);
      const values = line.split(",");
      if (values.length !== attributes) {
        throw new DataError(
          `line ${lineNumber}: must have ${attributes} values: it has ${values.length}`,
        );
      }
      for (let column = 0; column < attributes; column++) {
        const value = Number(values[column]);
        if (!(value >= 0 && value <= 255 && Number.isInteger(value)) || values[column] === "") {
          throw new DataError(
            `line ${lineNumber}, column ${column + 1}: must be a whole number from 0 to 255: ` +
              `current value is ${printable(values[column], 20) || "empty"}`,
          );
        }
        if (column < attributes - 1) pixels[row * (attributes - 1) + column] = value;
        else labels[row] = value;
      }
      row++;
    }
  }
  if (row < rows) throw new DataError(`it must have ${rows} rows: it ends after ${row}`);
  return { pixels, labels };
}
