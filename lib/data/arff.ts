/**
 * Reads ARFF files, the text format of Weka and OpenML: a header that names the attributes, then one
 * line of comma-separated values per row. They become the records of a CSV file with a header.
 *
 * Format: https://waikato.github.io/weka-wiki/formats_and_processing/arff_stable/
 */
import { printable } from "../files/printable.ts";
import type { CsvRecord } from "./csv_records.ts";
import { DataError } from "./errors.ts";

/** Matches comments, but not the beginning of a PDF document, and what follows them. */
const START = /^\s*(?:%(?!PDF-|!PS)[^\n]*(?:\n\s*|$))*(@|$)/;
/** A name or value, quoted or not. */
const WORD = /'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s,{}]+/g;

/** An attribute: its name, and the value that a sparse row omits. */
interface Attribute {
  name: string;
  omitted: string;
}

/**
 * Whether a file is an ARFF file.
 *
 * @returns Whether it begins with comments, if any, and a line such as `@relation`
 */
export function isArff(start: string): boolean {
  return start.trim() !== "" && START.test(start);
}

/**
 * Converts the lines of an ARFF file to records.
 *
 * @returns A record with the attributes' names, then one for each row
 * @throws {DataError} If a row is malformed
 */
export async function* arffRecords(lines: AsyncIterable<string>): AsyncGenerator<CsvRecord> {
  const attributes: Attribute[] = [];
  let isHeader = true;
  let number = 0;
  for await (const line of lines) {
    number++;
    const text = line.trim();
    if (text === "" || text.startsWith("%")) continue;
    if (!isHeader) {
      yield { line: number, fields: rowOf(text, attributes, number) };
    } else if (/^@attribute\b/i.test(text)) {
      attributes.push(attributeOf(text.slice("@attribute".length)));
    } else if (/^@data\b/i.test(text)) {
      isHeader = false;
      const fields = attributes.map(({ name }) => name);
      yield { line: number, fields };
    }
  }
}

function attributeOf(text: string): Attribute {
  const [name, ...values] = (text.match(WORD) ?? [""]).map(unquoted);
  return { name, omitted: text.includes("{") ? values[0] ?? "" : "0" };
}

function rowOf(text: string, attributes: readonly Attribute[], line: number): string[] {
  if (!text.startsWith("{")) {
    return /['"]/.test(text) ? (text.match(WORD) ?? []).map(unquoted) : text.split(",");
  }
  const fields = attributes.map(({ omitted }) => omitted);
  for (const pair of text.replace(/^{|}$/g, "").split(",")) {
    if (pair.trim() === "") continue;
    const [index, value] = (pair.match(WORD) ?? []).map(unquoted);
    if (value === undefined || attributes[Number(index)] === undefined) {
      throw new DataError(
        `line ${line} must hold pairs of an attribute's number and its value: ` +
          `current value is ${printable(pair.trim(), 20)}`,
      );
    }
    fields[Number(index)] = value;
  }
  return fields;
}

function unquoted(text: string): string {
  return /^['"]/.test(text) ? text.slice(1, -1).replace(/\\(.)/g, "$1") : text;
}
