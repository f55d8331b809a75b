import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import {
  readSweep,
  runKey,
  SweepLedger,
  type SweepRecord,
  writeSweep,
} from "../../lib/runs/sweep_file.ts";
import { resolveOptions } from "../../lib/training/options.ts";
import { folder } from "../data/idx_files.ts";
import { test } from "../requirements.ts";

const WHERE = {
  dataHash: "ab12",
  trainRows: 180,
  backend: "webgpu",
  device: 'a "fast", new\nGPU',
};
const RUNS: SweepRecord[] = [
  {
    dataset: "a,b.csv",
    options: resolveOptions({ seed: 7, hidden: [12, 34], learningRate: 1e-7, validation: 10 }),
    ...WHERE,
    result: {
      iterations: 5000,
      seconds: 1 / 3,
      accuracy: 0.9138,
      loss: 0.1 + 0.2,
      validation: { accuracy: 1, loss: 0 },
    },
  },
  {
    dataset: "mnist",
    options: resolveOptions({ optimizer: "adam" }),
    ...WHERE,
    result: { iterations: 0, seconds: 0, accuracy: 0, loss: 2 },
  },
  { dataset: "mnist", options: resolveOptions(), ...WHERE },
];

test("readSweep() returns exactly what writeSweep() wrote", async () => {
  using temporary = folder();
  const path = `${temporary.path}/sweep.csv`;
  assertEquals(await readSweep(path), []);
  for (const runs of [[], RUNS.slice(0, 1), RUNS]) {
    await writeSweep(path, runs);
    assertEquals(await readSweep(path), runs);
  }
});

const FAULTS: [string, (text: string) => string, string][] = [
  ["another table", () => "a,b\n1,2\n", "its columns must be dataset, dataHash"],
  ["no table", () => "", "its columns must be dataset, dataHash"],
  ["an open quote", () => 'a,"b\n', "it must be a CSV file"],
  ["a truncated row", (text) => text.replace(/,[^,]*,[^,]*\r?\n$/, "\n"), "row 2 must have"],
  ["a wrong number", (text) => text.replace("298504", "many"), "in row 2, seed must be a number"],
];

for (const [what, spoil, message] of FAULTS) {
  test(`readSweep() rejects ${what}, and names the file`, async () => {
    using temporary = folder();
    const path = `${temporary.path}/sweep.csv`;
    await writeSweep(path, RUNS.slice(0, 2));
    await Deno.writeTextFile(path, spoil(await Deno.readTextFile(path)));
    const error = await assertRejects(() => readSweep(path), Error, message);
    assertEquals(error.message.startsWith(`Cannot continue the sweep in ${path} as`), true);
  });
}

Deno.test("runKey() does not depend on the data set's name or the device's name", () => {
  const [, run] = RUNS;
  const renamed: SweepRecord = { ...run, dataset: "copy.csv", device: "x", result: undefined };
  assertEquals(runKey(renamed), runKey(run));
});

Deno.test("runKey() depends on options, data and backend", () => {
  const [, run] = RUNS;
  const others: Partial<SweepRecord>[] = [
    { options: resolveOptions({ optimizer: "adam", hidden: [50, 101] }) },
    { dataHash: "ab13" },
    { trainRows: 179 },
    { backend: "cpu" },
  ];
  for (const other of others) assertNotEquals(runKey({ ...run, ...other }), runKey(run));
});

const DATA = { dataHash: "ab12", trainRows: 180 };
const SEEDS = [1, 2, 3].map((seed) => resolveOptions({ seed }));

function run(seed: number, backend = "cpu"): SweepRecord {
  const options = resolveOptions({ seed });
  const result = { iterations: 5000, seconds: 1, accuracy: 0.5, loss: 1 };
  return { dataset: "x", ...DATA, options, backend, device: "y", result };
}

test("SweepLedger adds new runs to its file, in the requested order", async () => {
  using temporary = folder();
  const path = `${temporary.path}/sweep.csv`;
  const before = [run(9), run(2), run(1, "webgpu")];
  const requested = { options: [...SEEDS, SEEDS[0]], data: DATA, backend: "cpu" };
  const ledger = new SweepLedger(path, before, requested);
  assertEquals(ledger.left.map(({ seed }) => seed), [1, 3]);
  assertEquals([ledger.total, ledger.progress], [3, "1 of 3 runs"]);
  await ledger.write();
  assertEquals(await readSweep(path), before);
  const { dataHash: _, trainRows: __, ...third } = run(3);
  await ledger.add(third);
  await ledger.add(run(1));
  assertEquals(ledger.done, [run(1), run(2), run(3)]);
  assertEquals(await readSweep(path), [...before, run(1), run(3)]);
});
