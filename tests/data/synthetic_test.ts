import { assert, assertEquals } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { createCpuEngine } from "../../lib/engine/cpu/cpu_engine.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { train } from "../../lib/training/train.ts";
import { engineOptions } from "../../lib/training/engine_options.ts";
import { needs } from "../requirements.ts";
import { sha256 } from "../random/golden.ts";

const data = syntheticDigits();

function counts(labels: Uint8Array): number[] {
  const found = new Array<number>(10).fill(0);
  for (const label of labels) found[label]++;
  return found;
}

Deno.test("syntheticDigits() returns MNIST's shapes and row counts, with equally many of each digit", () => {
  const { images, labels, ...rest } = data;
  const expected: Omit<Dataset, "images" | "labels"> = {
    name: "synthetic",
    width: 28,
    height: 28,
    classes: 10,
    trainRows: 60_000,
  };
  assertEquals(rest, expected);
  assertEquals(images.length, 70_000 * 784);
  assertEquals(counts(labels.subarray(0, 60_000)), new Array(10).fill(6000));
  assertEquals(counts(labels.subarray(60_000)), new Array(10).fill(1000));
});

Deno.test("syntheticDigits() shuffles the labels", () => {
  const repeats = data.labels.filter((label, row) => label === data.labels[row - 1]).length;
  assert(6500 < repeats && repeats < 7500, `${repeats} of 70000 labels equal the one before`);
});

Deno.test("syntheticDigits() draws the same digits every time", () => {
  assertEquals(
    sha256(data.images),
    "1d675af1d8855822c1d2677dd47520c02244212702343891e04830803a4fe1aa",
  );
});

Deno.test("syntheticDigits() draws digits with about as much ink as MNIST's, all of them different", () => {
  let empty = 0;
  const seen = new Set<string>();
  for (let row = 0; row < 2000; row++) {
    const image = data.images.subarray(row * 784, (row + 1) * 784);
    const inked = image.filter((byte) => byte > 0).length;
    assert(30 < inked && inked < 400, `row ${row} has ${inked} pixels with ink`);
    assert(Math.max(...image) > 100, `row ${row} is faint`);
    empty += 784 - inked;
    seen.add(image.join());
  }
  assertEquals(seen.size, 2000);
  const share = empty / (2000 * 784);
  assert(0.75 < share && share < 0.9, `${share} of all pixels are empty; in MNIST, 0.81`);
});

Deno.test({
  name: "the notebook's net learns synthetic digits to at least 85% within 2000 steps",
  ...await needs("time"),
  async fn() {
    await using engine = createCpuEngine(engineOptions(NOTEBOOK, data));
    const events = await Array.fromAsync(train({ data, engine, iterations: 2000 }));
    const last = events.at(-1)!;
    assert(last.type === "finished" && last.accuracy >= 0.85, JSON.stringify(last.type));
  },
});
