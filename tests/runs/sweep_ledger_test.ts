import { assertEquals } from "@std/assert";
import { readSweep, SweepLedger, type SweepRecord } from "../../lib/runs/sweep_file.ts";
import { resolveOptions } from "../../lib/training/options.ts";
import { folder } from "../data/idx_files.ts";
import { test } from "../requirements.ts";

const DATA = { dataHash: "ab12", trainRows: 180 };
const OPTIONS = [1, 2, 3].map((seed) => resolveOptions({ seed }));

function run(seed: number, backend = "cpu"): SweepRecord {
  const options = resolveOptions({ seed });
  const result = { iterations: 5000, seconds: 1, accuracy: 0.5, loss: 1 };
  return { dataset: "x", ...DATA, options, backend, device: "y", result };
}

test("SweepLedger adds new runs to its file, in the requested order", async () => {
  using temporary = folder();
  const path = `${temporary.path}/sweep.csv`;
  const before = [run(9), run(2), run(1, "webgpu")];
  const requested = { options: [...OPTIONS, OPTIONS[0]], data: DATA, backend: "cpu" };
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
