/** Converts rows of pixels from text: whole numbers from 0 to 255, or all numbers from 0 to 1. */
import { printable } from "../files/printable.ts";
import { DataError } from "./errors.ts";

/** Maximum number of pixels in total, far more than MNIST's 55 million. */
const MAX_BYTES = 2 ** 31;

/** The origin of a row. */
interface RowSource {
  line: number;
  /** Whether a comma may be the decimal separator. */
  decimalComma: boolean;
}

/** The pixels of all rows. Detects, as rows are added, whether they range to 255 or to 1. */
export class PixelRows {
  /** Pixels per row; final once all columns are added. */
  count: number;
  /** Whether the pixels range from 0 to 1; final after `finish`. */
  isUnit = false;
  /** One array of length `columns` per row. */
  readonly #rows: Uint8Array[] = [];
  readonly #columns: number;
  readonly #excluded: Set<number>;
  #largest = 0;

  /**
   * @param columns Number of fields per row
   * @param excluded Columns that are not pixels, or not yet known to be
   */
  constructor(columns: number, excluded: Iterable<number>) {
    this.#columns = columns;
    this.#excluded = new Set(excluded);
    this.count = columns - this.#excluded.size;
  }

  /** Adds a row without the excluded columns; throws a DataError if a pixel is invalid. */
  add(fields: readonly string[], source: RowSource): void {
    const row = new Uint8Array(this.#columns);
    this.#rows.push(row);
    if (this.#rows.length * this.#columns > MAX_BYTES) {
      throw new DataError(`its images must have at most ${MAX_BYTES} pixels in total: it has more`);
    }
    for (let column = 0; column < fields.length; column++) {
      if (!this.#excluded.has(column)) this.#put(row, column, fields[column], source);
    }
  }

  /** Adds a column that turned out to be pixels. */
  addColumn(column: number, texts: readonly string[], lines: readonly number[]): void {
    this.#excluded.delete(column);
    this.count++;
    this.#rows.forEach((row, i) =>
      this.#put(row, column, texts[i], { line: lines[i], decimalComma: true })
    );
  }

  /** Must be called after all rows and columns are added. */
  finish(): void {
    if (!this.isUnit && this.#largest === 1) this.#scale();
  }

  /** Copies all rows into `images`, starting at `offset`. */
  copyTo(images: Uint8Array, offset: number): void {
    const columns = [...Array(this.#columns).keys()].filter((column) =>
      !this.#excluded.has(column)
    );
    for (const row of this.#rows) {
      for (const column of columns) images[offset++] = row[column];
    }
  }

  #put(row: Uint8Array, column: number, text: string, { line, decimalComma }: RowSource): void {
    let value = Number(text);
    if (Number.isNaN(value) && decimalComma) value = Number(text.replace(",", "."));
    const isByte = value >= 0 && value <= 255 && text.trim() !== "";
    const isFraction = isByte && !Number.isInteger(value);
    if (isFraction && !this.isUnit && value < 1 && this.#largest <= 1) this.#scale();
    if (!isByte || (this.isUnit ? value > 1 : isFraction)) {
      throw new DataError(
        `line ${line}, column ${column + 1} must be ${this.#rule(value)}: ` +
          `current value is ${printable(text.trim(), 20) || "empty"}`,
      );
    }
    this.#largest = Math.max(this.#largest, value);
    row[column] = this.isUnit ? Math.round(255 * value) : value;
  }

  #rule(value: number): string {
    if (this.isUnit) return "a number from 0 to 1, like the pixels before it";
    const rule = "a whole number from 0 to 255";
    return value < 0 || value % 1 !== 0 && !Number.isNaN(value)
      ? `${rule}, or all pixels from 0 to 1`
      : rule;
  }

  /** Multiplies the pixels read so far, which are all 0 or 1, by 255. */
  #scale(): void {
    this.isUnit = true;
    for (const row of this.#rows) {
      for (let column = 0; column < row.length; column++) row[column] *= 255;
    }
  }
}
