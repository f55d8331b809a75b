import { assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { readSweep, runKey, type SavedRun, writeSweep } from "../../lib/report/sweep_file.ts";
import { resolveOptions } from "../../lib/training/options.ts";
import { folder } from "../data/idx_files.ts";
import { test } from "../requirements.ts";

const WHERE = {
  dataHash: "ab12",
  trainRows: 180,
  backend: "webgpu",
  device: 'a "fast", new\nGPU',
};
const RUNS: SavedRun[] = [
  {
    event: "run",
    dataset: "a,b.csv",
    options: resolveOptions({ seed: 7, hidden: [12, 34], learningRate: 1e-7, validation: 10 }),
    ...WHERE,
    result: {
      iterations: 5000,
      seconds: 1 / 3,
      test: { accuracy: 0.9138, loss: 0.1 + 0.2 },
      validation: { accuracy: 1, loss: 0 },
    },
  },
  {
    event: "run",
    dataset: "mnist",
    options: resolveOptions({ optimizer: "adam" }),
    ...WHERE,
    result: { iterations: 0, seconds: 0, test: { accuracy: 0, loss: 2 } },
  },
  { event: "run", dataset: "mnist", options: resolveOptions(), ...WHERE },
];

test("readSweep() gives back what writeSweep() wrote, to the last digit", async () => {
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
  ["a row cut short", (text) => text.replace(/,[^,]*,[^,]*\r?\n$/, "\n"), "row 2 must have"],
  ["a wrong number", (text) => text.replace("298504", "many"), "seed of row 2 must be a number"],
];

for (const [what, spoil, message] of FAULTS) {
  test(`readSweep() refuses ${what}, and names the file`, async () => {
    using temporary = folder();
    const path = `${temporary.path}/sweep.csv`;
    await writeSweep(path, RUNS.slice(0, 2));
    await Deno.writeTextFile(path, spoil(await Deno.readTextFile(path)));
    const error = await assertRejects(() => readSweep(path), Error, message);
    assertEquals(error.message.startsWith(`Cannot continue the sweep in ${path} as`), true);
  });
}

Deno.test("runKey() is the same for the same run, whatever its data are called and wherever it ran", () => {
  const [, run] = RUNS;
  const elsewhere: SavedRun = { ...run, dataset: "copy.csv", device: "x", result: undefined };
  assertEquals(runKey(elsewhere), runKey(run));
});

Deno.test("runKey() differs for another run, other data and another backend", () => {
  const [, run] = RUNS;
  const others: Partial<SavedRun>[] = [
    { options: resolveOptions({ optimizer: "adam", hidden: [50, 101] }) },
    { dataHash: "ab13" },
    { trainRows: 179 },
    { backend: "cpu" },
  ];
  for (const other of others) assertNotEquals(runKey({ ...run, ...other }), runKey(run));
});
