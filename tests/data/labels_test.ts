import { assertEquals, assertThrows } from "@std/assert";
import { DataError } from "../../lib/data/errors.ts";
import { inspectLabels, unevenClasses } from "../../lib/data/labels.ts";
import { dataset } from "./dataset.ts";

/** Returns the notices about a data set with these labels. */
function noticesOf(...labels: number[]): string[] {
  const notices: string[] = [];
  inspectLabels(dataset(labels), (line) => notices.push(line));
  return notices;
}

Deno.test("inspectLabels() accepts labels that all have training rows", () => {
  assertEquals(noticesOf(0, 1, 2, 1, 0), []);
  assertEquals(noticesOf(0, 1, 2, 1), []);
});

Deno.test("inspectLabels() rejects a single class, whatever its number", () => {
  for (const label of [0, 7]) {
    assertThrows(
      () => noticesOf(label, label, label),
      DataError,
      "Cannot use mine as its labels must have at least two classes: all 3 rows have the label " +
        label,
    );
  }
});

Deno.test("inspectLabels() reports absent labels in one line, at most ten of them", () => {
  assertEquals(noticesOf(1, 2, 3, 1), ["mine: no row has the label 0"]);
  assertEquals(noticesOf(0, 1, 5, 1), ["mine: no row has the labels 2, 3, 4"]);
  assertEquals(noticesOf(0, 200, 0), [
    "mine: no row has the labels 1, 2, 3, 4, 5, 6, 7, 8, 9, 10...",
  ]);
});

Deno.test("unevenClasses() names the classes that are only trained or only tested", () => {
  const lines = (labels: number[], trainCount: number, classNames?: string[]) => {
    const rows = Uint32Array.from(labels.keys());
    const [train, test] = [rows.subarray(0, trainCount), rows.subarray(trainCount)];
    return unevenClasses(dataset(labels, { classNames }), {
      train,
      validation: new Uint32Array(),
      test,
    });
  };
  assertEquals(lines([0, 1, 1, 0], 2), []);
  assertEquals(lines([0, 1, 3, 2], 2), [
    "mine: labels 0, 1 are trained but never tested; labels 2, 3 are tested but never trained",
  ]);
  assertEquals(lines([0, 2, 0, 2, 1], 4, ["a", "b\x1b", "c"]), [
    "mine: labels a, c are trained but never tested; label b\\u{1b} is tested but never trained",
  ]);
  assertEquals(lines([0, 1, 2, 0, 1], 3), ["mine: label 2 is trained but never tested"]);
});
