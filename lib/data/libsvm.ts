/**
 * Reads files in LIBSVM's format, in which each line holds a label and the numbers, from 1, and
 * values of the pixels that are not zero: `5 153:3 154:18`.
 *
 * Format: https://www.csie.ntu.edu.tw/~cjlin/libsvmtools/datasets/
 */
import { printable } from "../files/printable.ts";
import type { CsvRecord } from "./csv_records.ts";
import { DataError } from "./errors.ts";

/** More pixels than any image of a data set in this format has. */
const MAX_PIXELS = 2 ** 20;

/**
 * Whether a line is in LIBSVM's format.
 *
 * @returns Whether it is a label and pairs of numbers
 */
export function isLibsvm(line: string): boolean {
  return /^\s*[^\s:,;]+(\s+\d+:[-+.\deE]+)+\s*(#.*)?$/.test(line);
}

/**
 * Converts the lines of a file to records. Reads all lines first, as the last pixels of the images
 * are known only then: those after the last that is not zero in any row complete a square.
 *
 * @returns A header, then a record for each row: the label and all pixels
 * @throws {DataError} If a line is malformed
 */
export async function* libsvmRecords(lines: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const rows: { line: number; text: string }[] = [];
  let largest = 0;
  let line = 0;
  for await (const given of lines) {
    line++;
    const text = given.replace(/#.*/, "").trim();
    if (text === "") continue;
    const last = /(?:^|\s)(\d+):\S+$/.exec(text)?.[1];
    largest = Math.max(largest, Number(last ?? 0));
    if (largest > MAX_PIXELS) {
      throw new DataError(`line ${line} must have at most ${MAX_PIXELS} pixels: it has ${last}`);
    }
    rows.push({ line, text });
  }
  const pixels = Math.ceil(Math.sqrt(largest)) ** 2;
  if (rows.length > 0) {
    const names = Array.from({ length: pixels }, (_, i) => `pixel${i + 1}`);
    yield { line: 0, fields: ["label", ...names] };
  }
  for (const { line, text } of rows) {
    const [label, ...pairs] = text.split(/\s+/);
    const fields: string[] = Array(pixels + 1).fill("0");
    fields[0] = String(Number(label)) === "NaN" ? label : String(Number(label));
    for (const pair of pairs) {
      const [index, value] = pair.split(":");
      const pixel = Number(index);
      if (!(Number.isInteger(pixel) && pixel >= 1 && pixel <= pixels) || value === undefined) {
        throw new DataError(
          `line ${line} must hold pairs of a pixel's number, from 1, and its value: ` +
            `current value is ${printable(pair, 20)}`,
        );
      }
      fields[pixel] = value;
    }
    yield { line, fields };
  }
}
