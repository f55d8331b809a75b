/** Collects rows of pixels from text: bytes while all are whole numbers from 0 to 255, else floats. */
import { printable } from "../files/printable.ts";
import type { Columns } from "./csv_columns.ts";
import { DataError } from "./errors.ts";
import type { RawPixels } from "./pixels.ts";

/** Maximum number of pixels in total, far more than MNIST's 55 million. */
const MAX_PIXELS = 2 ** 31;
const FIRST_ROWS = 256;

/** The pixels of all rows. */
export class PixelRows {
  readonly #columns: number;
  readonly #excluded: Set<number>;
  #rows = 0;
  /** Shape (rows so far, columns) and room for more; excluded columns stay 0. */
  #pixels: RawPixels;

  /** @param columns The file's columns; those that may hold the label are not yet pixels */
  constructor({ count, ignored, candidates, oneHot }: Columns) {
    this.#columns = count;
    this.#excluded = new Set([...ignored, ...candidates, ...oneHot?.columns ?? []]);
    this.#pixels = new Uint8Array(FIRST_ROWS * count);
  }

  /** Pixels per row; final once all columns are added. */
  get count(): number {
    return this.#columns - this.#excluded.size;
  }

  /**
   * Adds a row without the excluded columns.
   *
   * @param line Its line in the file, for messages
   * @throws {DataError} If a pixel is no number
   */
  add(fields: readonly string[], line: number): void {
    const first = this.#rows++ * this.#columns;
    if (first + this.#columns > MAX_PIXELS) {
      throw new DataError(
        `its images must have at most ${MAX_PIXELS} pixels in total: it has more`,
      );
    }
    if (first + this.#columns > this.#pixels.length) this.#grow();
    for (let column = 0; column < fields.length; column++) {
      if (!this.#excluded.has(column)) this.#put(first, column, fields[column], line);
    }
  }

  /** Adds a column that turned out to be pixels. */
  addColumn(column: number, texts: readonly string[], lines: readonly number[]): void {
    this.#excluded.delete(column);
    texts.forEach((text, row) => this.#put(row * this.#columns, column, text, lines[row]));
  }

  /** Returns the pixels without the excluded columns, which ends the collection. */
  finish(): RawPixels {
    const columns = this.columns();
    const pixels = this.#pixels;
    let at = 0;
    for (let row = 0; row < this.#rows; row++) {
      const first = row * this.#columns;
      for (const column of columns) pixels[at++] = pixels[first + column];
    }
    return pixels.slice(0, at);
  }

  /** Returns the numbers of the columns that hold pixels. */
  columns(): number[] {
    return [...Array(this.#columns).keys()].filter((column) => !this.#excluded.has(column));
  }

  #grow(): void {
    const pixels = this.#pixels instanceof Uint8Array ? Uint8Array : Float32Array;
    const grown = new pixels(2 * this.#pixels.length);
    grown.set(this.#pixels);
    this.#pixels = grown;
  }

  #put(first: number, column: number, text: string, line: number): void {
    let value = Number(text);
    if (Number.isNaN(value)) value = Number(text.replace(",", ".")); // as in German
    if (!Number.isFinite(value) || text.trim() === "") {
      throw new DataError(
        `line ${line}, column ${column + 1} must be a pixel, a number: ` +
          `current value is ${printable(text.trim(), 20) || "empty"}`,
      );
    }
    this.#pixels[first + column] = value;
    if (this.#pixels[first + column] !== value && this.#pixels instanceof Uint8Array) {
      // `Float32Array.from` would take a hundred times as long.
      const floats = new Float32Array(this.#pixels.length);
      floats.set(this.#pixels);
      floats[first + column] = value;
      this.#pixels = floats;
    }
  }
}
