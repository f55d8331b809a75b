/** A small CSV file for the tests of reading CSV files. */
import { assertEquals } from "@std/assert";
import { type CsvOptions as LayoutOptions, readRawCsv } from "../../lib/data/csv.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { finishDataset, type FinishOptions } from "../../lib/data/raw.ts";

export type CsvOptions = LayoutOptions & FinishOptions;

/** Reads a CSV file as `openDataset` does, but says nothing about its classes. */
export async function readCsv(path: string, options: CsvOptions = {}): Promise<Dataset> {
  return finishDataset(await readRawCsv(path, options), options);
}

/** The rows of a file: the label, then the pixels of an image of 2 x 2. */
export const ROWS = ["3,0,10,20,30", "0,1,11,21,31", "2,255,12,22,32"];
/** The labels of `ROWS`. */
export const LABELS = Uint8Array.of(3, 0, 2);
/** The pixels of `ROWS`. */
export const IMAGES = Uint8Array.of(0, 10, 20, 30, 1, 11, 21, 31, 255, 12, 22, 32);
/** `ROWS` with the label at the end. */
export const LABEL_LAST = ROWS.map((row) => row.replace(/^(\d+),(.*)$/, "$2,$1"));

/** Options with which any notice is an error. */
export const NO_NOTICE: CsvOptions = {
  onNotice(line) {
    throw new Error(line);
  },
};

/** Writes a CSV file, reads it, and removes it. */
export async function readText(
  content: string | Uint8Array<ArrayBuffer>,
  options?: CsvOptions,
): Promise<Dataset> {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    const data = await readCsv(path, options);
    assertEquals(data.name, path);
    return data;
  } finally {
    await Deno.remove(path);
  }
}
