/** Tests of the keys, rows and learning rates that are planned for each step. */
import { assertEquals } from "@std/assert";
import { type Key, prngKey, split } from "../../lib/random/threefry.ts";
import { NOTEBOOK, type TrainingOptions } from "../../lib/training/options.ts";
import { SCHEDULES } from "../../lib/training/schedules.ts";
import { planRun, totalIterations } from "../../lib/training/plan.ts";

/** Returns the sampler's keys of its next draws, in order. */
function nextKeys(key: Key, count: number): Key[] {
  return Array.from({ length: count }, () => key = split(key)[0]);
}

Deno.test("planRun() draws a key for the initial evaluation, then one for each step and each evaluation", () => {
  const options = { ...NOTEBOOK, evalEvery: 2, batchSize: 3 };
  const plan = planRun(options, 10, prngKey(7)).take(5).toArray();
  const keys = nextKeys(prngKey(7), 7);
  assertEquals(plan.map(({ step }) => step?.key), [undefined, keys[1], keys[2], keys[4], keys[5]]);
  assertEquals(
    plan.map(({ evaluation }) => evaluation),
    [keys[0], undefined, keys[3], undefined, keys[6]],
  );
  assertEquals(plan.map(({ key }) => key), [keys[0], keys[1], keys[3], keys[4], keys[6]]);
  assertEquals(plan.slice(1).map(({ step }) => [step!.from, step!.count]), Array(4).fill([0, 3]));
});

Deno.test("planRun() with epochs draws one key per epoch and divides its permutation into batches, of which the last may be smaller", () => {
  const options = { ...NOTEBOOK, epochs: 2, evalEvery: 2, batchSize: 4 };
  assertEquals(totalIterations(options, 10), 6);
  const plan = planRun(options, 10, prngKey(7)).take(7).toArray();
  // The draws: initial evaluation, epoch 1, evaluation after step 2, epoch 2, evaluations after
  // steps 4 and 6.
  const keys = nextKeys(prngKey(7), 6);
  assertEquals(
    plan.slice(1).map(({ step }) => step!.key),
    [keys[1], keys[1], keys[1], keys[3], keys[3], keys[3]],
  );
  assertEquals(
    plan.slice(1).map(({ step }) => [step!.from, step!.count]),
    [[0, 4], [4, 4], [8, 2], [0, 4], [4, 4], [8, 2]],
  );
  assertEquals([plan[2], plan[4], plan[6]].map(({ evaluation }) => evaluation), [
    keys[2],
    keys[4],
    keys[5],
  ]);
});

Deno.test("planRun() splits keys in the given threefry layout", () => {
  const options = { ...NOTEBOOK, threefry: "partitionable" } as const;
  const [first] = planRun(options, 10, prngKey(0)).take(1).toArray();
  assertEquals(first.key, split(prngKey(0), 2, { threefry: "partitionable" })[0]);
});

Deno.test("SCHEDULES.step halves the notebook's rate after step 2000 and step 4000", () => {
  const rates = [1, 2000, 2001, 4000, 4001, 5000].map((i) =>
    SCHEDULES.step.rate(i, NOTEBOOK, 5000)
  );
  assertEquals(rates, [0.5, 0.5, 0.25, 0.25, 0.125, 0.125]);
});

Deno.test("planRun() with a linear schedule lowers the rate in equal steps towards 0 at the end of the run", () => {
  const options = { ...NOTEBOOK, schedule: "linear", learningRate: 1, batchSize: 5 } as const;
  const rates = (run: TrainingOptions) =>
    planRun(run, 10, prngKey(0)).drop(1).take(4).map(({ step }) => step!.learningRate).toArray();
  assertEquals(rates({ ...options, iterations: 4 }), [1, 0.75, 0.5, 0.25]);
  assertEquals(rates({ ...options, epochs: 4 }), [1, 0.875, 0.75, 0.625]);
});

Deno.test("totalIterations() returns iterations, or with epochs the number of batches in them", () => {
  assertEquals(totalIterations(NOTEBOOK, 60000), 5000);
  assertEquals(totalIterations({ ...NOTEBOOK, epochs: 3, batchSize: 128 }, 60000), 3 * 469);
});
