/// <reference lib="webworker" />
/**
 * The Worker that examines nets, so that neither training nor the page waits for it: it compares
 * their answers with the labels of test rows.
 */
import type { Dataset } from "../lib/data/dataset.ts";
import { splitDataset } from "../lib/data/split.ts";
import type { Model } from "../lib/net/model.ts";
import { DistSampler } from "../lib/random/dist_sampler.ts";
import { predict } from "../lib/training/predict.ts";
import type {
  Examination,
  ExaminerOrder,
  ExaminerReport,
  ExaminerTask,
  Mistake,
} from "./messages.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import type { SavedModel } from "../lib/model/saved_model.ts";

/** Rows between two looks at what else there is to do. */
const PIECE = 500;
/** Mistakes that are shown. */
const MISTAKES = 30;

const page = globalThis as unknown as {
  onmessage: (event: MessageEvent<ExaminerOrder>) => void;
  postMessage(report: ExaminerReport): void;
};

let data: Dataset | undefined;
/** The examination that was asked for last; a newer one takes the place of one under way. */
let current: object | undefined;

page.onmessage = ({ data: order }) => {
  switch (order.kind) {
    case "listen":
      order.trainer.onmessage = ({ data: task }: MessageEvent<ExaminerTask>) => {
        if (task.kind === "data") data = task.data;
        else examine(task.model, task.rows, task.of);
      };
      break;
    case "examine-loaded":
      if (data) examine(order.model, testRowsOf(order.model, data), order.of);
      break;
    case "digit":
      if (data) page.postMessage({ kind: "digit", ...anyTestDigit(data) });
  }
};

/** The rows that a loaded net was not trained on, as its own file says. */
function testRowsOf({ run }: SavedModel, data: Dataset): Uint32Array {
  const { seed, threefry, split: kind, validation } = run?.options ?? NOTEBOOK;
  const sampler = new DistSampler(seed, { layout: threefry });
  return splitDataset(data, sampler, { kind, validation }).test;
}

function anyTestDigit(data: Dataset): { image: Uint8Array; label: number } {
  const { labels, trainRows } = data;
  const row = trainRows + Math.floor(Math.random() * (labels.length - trainRows));
  return { image: imageOf(data, row).slice(), label: labels[row] };
}

function imageOf({ images, width, height }: Dataset, row: number): Uint8Array {
  return images.subarray(row * width * height, (row + 1) * width * height);
}

async function examine(model: Model, rows: Uint32Array, of: string): Promise<void> {
  const mine = current = {};
  try {
    const { inputs, classes } = model.architecture;
    const confusion = new Uint32Array(classes * classes);
    const mistakes: Mistake[] = [];
    let correct = 0;
    for (let from = 0; from < rows.length; from += PIECE) {
      const piece = rows.subarray(from, from + PIECE);
      const images = new Uint8Array(piece.length * inputs);
      piece.forEach((row, i) => images.set(imageOf(data!, row), i * inputs));
      const { labels: answers, probabilities } = predict(model, images);
      piece.forEach((row, i) => {
        const [label, answer] = [data!.labels[row], answers[i]];
        confusion[label * classes + answer]++;
        if (label === answer) correct++;
        else {
          const probability = probabilities[i * classes + answer];
          mistakes.push({ image: imageOf(data!, row).slice(), label, answer, probability });
        }
      });
      keepSurest(mistakes);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (current !== mine) return;
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

function keepSurest(mistakes: Mistake[]): void {
  mistakes.sort((a, b) => b.probability - a.probability).splice(MISTAKES);
}
