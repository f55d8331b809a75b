/** Shows what a single step trains on, by the reference definitions that all engines implement. */
import type { Dataset } from "../lib/data/dataset.ts";
import { augmentImage } from "../lib/engine/augment.ts";
import type { Augmentation, Step } from "../lib/engine/engine.ts";
import type { ThreefryLayout } from "../lib/random/threefry.ts";
import { HEADS } from "../lib/net/heads.ts";
import type { Model } from "../lib/net/architecture.ts";
import { choice } from "../lib/random/distributions.ts";
import { outputsOfRows, predict } from "../lib/training/predict.ts";
import type { Batch } from "./messages.ts";
import type { Run } from "./run.ts";

/**
 * Returns the images of a step, as it augments them.
 *
 * @param data The data set
 * @param trainRows The run's training rows
 * @param step The step
 * @param options How rows are sampled and changed
 * @returns Shapes (B, 28 * 28) and (B)
 */
export function batchOf(
  data: Dataset,
  trainRows: Uint32Array,
  { key, from, count }: Step,
  { augment, threefry }: { augment: Augmentation; threefry: ThreefryLayout },
): { images: Uint8Array<ArrayBuffer>; labels: Uint8Array<ArrayBuffer> } {
  const size = data.width * data.height;
  const images = new Uint8Array(count * size);
  const labels = new Uint8Array(count);
  const drawn = choice(key, trainRows.length, from + count, { threefry });
  for (let i = 0; i < count; i++) {
    const row = trainRows[drawn[from + i]];
    const image = data.images.subarray(row * size, (row + 1) * size);
    images.set(augmentImage(image, data, augment, { key, position: from + i }), i * size);
    labels[i] = data.labels[row];
  }
  return { images, labels };
}

/**
 * Compares the net before and after a step on the step's images.
 *
 * @param run The run, after the step
 * @param step The step
 * @param before The net before it
 */
export function compareOnBatch(run: Run, step: Step, before: Model): Batch {
  const { images, labels } = batchOf(run.data, run.split.train, step, run.engineOptions);
  const nets = [before, run.model];
  const loss = nets.map((net) => {
    let sum = 0;
    for (const { row, x3 } of outputsOfRows(net, images)) {
      sum += HEADS[net.architecture.head].loss(x3, labels[row]);
    }
    return sum / labels.length;
  });
  const answers = nets.map((net) => predict(net, images).labels);
  return {
    iteration: run.iteration,
    learningRate: step.learningRate,
    images,
    labels,
    answers: [answers[0], answers[1]],
    loss: [loss[0], loss[1]],
    change: run.model.parameters.w0.map((weight, i) => weight - before.parameters.w0[i]),
  };
}
