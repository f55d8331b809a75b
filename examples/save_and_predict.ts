/**
 * Trains on synthetic digits, saves the net to a file, and loads it again to classify an image.
 *
 *     deno run --allow-read --allow-write examples/save_and_predict.ts
 */
import { loadModel, predict, PRESETS, saveModel, syntheticDigits, train } from "../mod.ts";

const data = syntheticDigits({ trainRows: 5000, testRows: 1000 });
const path = "digits.safetensors"; // Python's safetensors opens it as well
for await (const event of train({ data, ...PRESETS.accurate, epochs: 3 })) {
  if (event.type === "finished") {
    console.log(`${100 * event.accuracy}% of the test rows`);
    await saveModel(path, event);
  }
}

const model = await loadModel(path);
const row = data.trainRows; // the first test row
const image = data.images.subarray(row * 784, (row + 1) * 784);
const { labels: [answer], probabilities } = predict(model, image);
console.log(`It is a ${data.labels[row]}; the net predicts ${answer} at ${probabilities[answer]}.`);
