/** Finds the header and the columns of a CSV file of images, and splits its records into fields. */
import { listed, printable } from "../files/printable.ts";
import { type Columns, findColumns, isHeader, rowInHeader } from "./csv_columns.ts";
import { type ColumnOptions, labelForTestFile } from "./csv_label.ts";
import type { CsvRecord } from "./csv_records.ts";
import type { NoticeOptions } from "./dataset.ts";
import { DataError } from "./errors.ts";

/** A field with at least so many numbers holds all pixels of an image. */
const MIN_NUMBERS = 16;

/** What is known of a file. */
export interface LayoutOptions extends ColumnOptions, NoticeOptions {
  /** Whether it is a second file, whose header may name the label otherwise. */
  isTest?: boolean;
}

/** The layout of one file. */
export class CsvLayout {
  readonly columns: Columns;
  readonly #path: string;
  /** The column whose fields hold all pixels of an image, before it is expanded. */
  readonly #packed: number;

  /**
   * @param start Its first records; the header is removed
   * @throws {DataError} If it has no rows, or its columns cannot be told apart
   */
  constructor(path: string, start: CsvRecord[], options: LayoutOptions) {
    const { label, isTest, onNotice } = options;
    this.#path = path;
    if (start.length === 0) throw new DataError("it has no rows");
    const mangled = rowInHeader(start[0].fields);
    if (mangled) {
      onNotice?.(
        `${path}: pandas took its first row for names (${
          printable(start[0].fields.slice(0, 4).join(), 40)
        }...); it is read as a row`,
      );
      start[0] = { ...start[0], fields: mangled };
    }
    this.#packed = start.at(-1)!.fields.findIndex(isPacked);
    const hasHeader = isHeader(start[0].fields, label);
    const header = hasHeader ? this.#expanded(start.shift()!.fields, start[0]?.fields) : undefined;
    if (start.length === 0) throw new DataError("it has no rows");
    this.columns = findColumns(header, start.map(({ fields }) => this.#expanded(fields)), {
      ...options,
      label: isTest ? labelForTestFile(header, label) : label,
    });
  }

  /** Replaces the field with all pixels by one field each. */
  #expanded(fields: readonly string[], row = fields): string[] {
    const at = this.#packed;
    if (at < 0) return [...fields];
    const values = numbersIn(row[at] ?? "");
    const given = row === fields ? values : values.map((_, i) => `pixel${i}`);
    return [...fields.slice(0, at), ...given, ...fields.slice(at + 1)];
  }

  /**
   * Splits a row into fields.
   *
   * @throws {DataError} If it has fewer or more fields than the first row
   */
  fieldsOf(record: CsvRecord): string[] {
    const { line } = record;
    const { count, endsEmpty } = this.columns;
    const fields = this.#packed < 0 ? record.fields : this.#expanded(record.fields);
    if (fields.length !== count) {
      throw new DataError(
        `line ${line} must have ${count} fields like the first row: it has ${fields.length}`,
      );
    }
    if (endsEmpty && fields[count - 1].trim() !== "") {
      throw new DataError(`line ${line}, column ${count} must be empty as in the first row`);
    }
    return fields;
  }

  /** Describes what was assumed about columns where neither the header nor a flag decides. */
  notices(label: number | undefined): string[] {
    const { names, isCertain, count, ignored, oneHot, odd = [] } = this.columns;
    const lines: string[] = [];
    if (odd.length > 0) {
      lines.push(
        `${this.#path}: columns with names unlike the pixels' are ignored: ` +
          listed(odd.map((column) => names![column]), 4),
      );
    }
    if (oneHot) {
      const [first, last] = [oneHot.columns[0] + 1, oneHot.columns.at(-1)! + 1];
      lines.push(
        `${this.#path}: columns ${first} to ${last} are taken as a one-hot label of ` +
          `${oneHot.names.length} classes`,
      );
    }
    // Labels in the first column of a file without a header are so common that no notice is needed.
    const isUsual = names === undefined && label === (ignored.has(0) ? 1 : 0);
    if (label === undefined || isCertain || isUsual) return lines;
    const name = names?.[label];
    const which = label === count - 1 ? "its last column" : `column ${label + 1}`;
    lines.push(
      `${this.#path}: the labels are taken from ${which}` +
        `${name ? ` (${printable(name, 20)})` : ""}; \`label\` overrides this`,
    );
    return lines;
  }
}

/** Whether a field holds all pixels of an image. */
function isPacked(field: string): boolean {
  const numbers = numbersIn(field);
  return numbers.length >= MIN_NUMBERS && numbers.every((text) => !isNaN(Number(text)));
}

function numbersIn(field: string): string[] {
  return field.replace(/^\s*[[("]|[\])"]\s*$/g, "").trim().split(/[\s,;|]+/);
}
