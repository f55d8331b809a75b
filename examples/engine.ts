/**
 * Trains without `train()`. An engine holds the data and the parameters on its device, and receives
 * random keys and learning rates. It samples the rows itself. Only `settle()` waits for results.
 *
 *     deno run --allow-read examples/engine.ts
 */
import {
  createEngine,
  engineOptions,
  initialState,
  NOTEBOOK,
  prngKey,
  split,
  syntheticDigits,
} from "../mod.ts";

const data = syntheticDigits({ trainRows: 5000, testRows: 1000 });
await using engine = await createEngine(engineOptions(NOTEBOOK, data));
engine.load(data);
const trainRows = Uint32Array.from({ length: 5000 }, (_, row) => row);
engine.start(trainRows, initialState(NOTEBOOK, data, prngKey(1)));
const testRows = Uint32Array.from({ length: 1000 }, (_, i) => 5000 + i);
for (const key of split(prngKey(2), 5)) {
  const keys = split(key, 200); // one per step
  engine.step(keys.map((key) => ({ key, from: 0, count: 100, learningRate: 0.5 })));
  engine.evaluate(testRows);
}
for (const { correct, loss } of await engine.settle()) console.log(correct / 1000, loss);
