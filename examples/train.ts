/**
 * Trains the notebook's net on MNIST for 500 steps and prints each evaluation. The first run
 * downloads MNIST into ./data/mnist, unless MNIST_DIR names a folder with its files.
 *
 *     deno run --allow-read --allow-write --allow-net --allow-env=MNIST_DIR examples/train.ts
 */
import { loadMnist, train } from "../mod.ts";

const data = await loadMnist({ directory: Deno.env.get("MNIST_DIR") });
for await (const event of train({ data, iterations: 500, evalEvery: 100 })) {
  if (event.type === "started") console.log(`training on ${event.device}`);
  if (event.type === "evaluated") console.log(event.iteration, event.accuracy, event.loss);
  if (event.type === "finished") console.log("on all test rows:", event.accuracy);
}
