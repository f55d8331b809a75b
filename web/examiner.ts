/// <reference lib="webworker" />
/**
 * The Worker that compares nets' answers with labels, and reads images of the data for the page.
 * Neither training nor the page's frames wait for it.
 */
import type { Dataset } from "../lib/data/dataset.ts";
import { splitDataset } from "../lib/data/split.ts";
import type { SavedModel } from "../lib/model/saved_model.ts";
import type { Model } from "../lib/net/architecture.ts";
import { DistSampler } from "../lib/random/dist_sampler.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { predict } from "../lib/training/predict.ts";
import { augmentedImages } from "./augmented_images.ts";
import type {
  Examination,
  ExaminerOrder,
  ExaminerReport,
  ExaminerTask,
  Mistake,
} from "./messages.ts";

/** Multiply-adds between two looks for new orders: about 20 ms. */
const PIECE_WORK = 20_000_000;
/** Maximum number of misclassified digits that are reported. */
const MISTAKES = 30;

const page = globalThis as unknown as {
  onmessage: (event: MessageEvent<ExaminerOrder>) => void;
  postMessage(report: ExaminerReport): void;
};

/** The data set. Orders that need it wait for it. */
const opened = Promise.withResolvers<Dataset>();
/** The latest examination. It replaces one that is not finished. */
let latest: object | undefined;

page.onmessage = async ({ data: order }) => {
  if (order.kind === "listen") {
    order.trainer.onmessage = ({ data: task }: MessageEvent<ExaminerTask>) => {
      if (task.kind === "data") opened.resolve(task.data);
      else examine(task.model, task.rows, task.of);
    };
    return;
  }
  const data = await opened.promise;
  switch (order.kind) {
    case "examine-loaded":
      return examine(order.model, testRowsOf(order.model, data), order.of);
    case "digit":
      return page.postMessage({ kind: "digit", ...randomTestDigit(data) });
    case "augment": {
      const sheet = augmentedImages(data, order.augment, order.seed);
      return page.postMessage({ kind: "augmented", sheet });
    }
  }
};

/** Returns the rows that a loaded net was not trained on, according to its file. */
function testRowsOf({ run }: SavedModel, data: Dataset): Uint32Array {
  const { seed, threefry, split: kind, validation } = run?.options ?? NOTEBOOK;
  const sampler = new DistSampler(seed, { layout: threefry });
  return splitDataset(data, sampler, { kind, validation }).test;
}

function randomTestDigit(data: Dataset): { image: Uint8Array; label: number } {
  const { labels, trainRows } = data;
  const row = trainRows + Math.floor(Math.random() * (labels.length - trainRows));
  return { image: imageOf(data, row).slice(), label: labels[row] };
}

function imageOf({ images, width, height }: Dataset, row: number): Uint8Array {
  return images.subarray(row * width * height, (row + 1) * width * height);
}

async function examine(model: Model, rows: Uint32Array, of: string): Promise<void> {
  const mine = latest = {};
  const data = await opened.promise;
  try {
    const { inputs, classes, hidden: [first, second] } = model.architecture;
    const pieceRows = Math.max(
      1,
      Math.floor(PIECE_WORK / (inputs * first + first * second + second * classes)),
    );
    const confusion = new Uint32Array(classes * classes);
    const mistakes: Mistake[] = [];
    let correct = 0;
    for (let from = 0; from < rows.length; from += pieceRows) {
      const piece = rows.subarray(from, from + pieceRows);
      const images = new Uint8Array(piece.length * inputs);
      piece.forEach((row, i) => images.set(imageOf(data, row), i * inputs));
      const { labels: answers, probabilities } = predict(model, images);
      piece.forEach((row, i) => {
        const [label, answer] = [data.labels[row], answers[i]];
        confusion[label * classes + answer]++;
        if (label === answer) correct++;
        else {
          const probability = probabilities[i * classes + answer];
          mistakes.push({ image: imageOf(data, row).slice(), label, answer, probability });
        }
      });
      keepMostConfident(mistakes);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (latest !== mine) return;
    }
    const examination: Examination = {
      of,
      rows: rows.length,
      accuracy: correct / rows.length,
      confusion,
      mistakes,
    };
    page.postMessage({ kind: "examined", ...examination });
  } catch (error) {
    page.postMessage({ kind: "failed", message: (error as Error).message });
  }
}

function keepMostConfident(mistakes: Mistake[]): void {
  mistakes.sort((a, b) => b.probability - a.probability).splice(MISTAKES);
}
