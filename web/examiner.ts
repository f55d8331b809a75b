/// <reference lib="webworker" />
/**
 * The Worker that compares nets' answers with labels, reads images of the data, and finds digits in
 * pictures. Neither training nor the page's frames wait for it.
 */
import { type Dataset, imagesOf } from "../lib/data/dataset.ts";
import { splitDataset } from "../lib/data/split.ts";
import { imageToDigit } from "../lib/image/image_to_digit.ts";
import { DistSampler } from "../lib/random/dist_sampler.ts";
import { evaluateInTurns } from "../lib/training/evaluate.ts";
import { mapMetrics } from "../lib/training/metrics.ts";
import { NOTEBOOK, type TrainingOptions } from "../lib/training/options.ts";
import { augmentedImages } from "./augmented_images.ts";
import type { ExaminerOrder, ExaminerReport, ExaminerTask } from "./messages.ts";

/** Pictures are first reduced to this side. */
const PICTURE_SIDE = 800;

const page = globalThis as unknown as {
  onmessage: (event: MessageEvent<ExaminerOrder>) => void;
  postMessage(report: ExaminerReport, transfer?: Transferable[]): void;
};

let resolveData: (data: Dataset) => void;
/** The data set. Orders that need it wait for it. */
let opened = new Promise<Dataset>((resolve) => resolveData = resolve);
/** The latest examination. It replaces one that is not finished. */
let latest: object | undefined;
/** The test rows of the last examined net. */
let testRows: { of: string; rows: Uint32Array } | undefined;

page.onmessage = async ({ data: order }) => {
  if (order.kind === "listen") {
    order.trainer.onmessage = ({ data: { data } }: MessageEvent<ExaminerTask>) => {
      resolveData(data);
      opened = Promise.resolve(data);
      testRows = undefined;
    };
    return;
  }
  try {
    await execute(order);
  } catch (error) {
    page.postMessage({ kind: "failed", of: order.kind, message: (error as Error).message });
  }
};

async function execute(order: Exclude<ExaminerOrder, { kind: "listen" }>): Promise<void> {
  if (order.kind === "photo") return await findDigit(order.file);
  const mine = {};
  if (order.kind === "examine") latest = mine;
  const data = await opened;
  switch (order.kind) {
    case "examine":
      return await examine(data, order, () => latest === mine);
    case "images":
      return page.postMessage({
        kind: "images",
        rows: order.rows,
        images: imagesOf(data, order.rows),
      });
    case "digit": {
      const { labels, trainRows } = data;
      const row = trainRows + Math.floor(Math.random() * (labels.length - trainRows));
      const image = imagesOf(data, Uint32Array.of(row));
      return page.postMessage({ kind: "digit", image, label: labels[row] });
    }
    case "augment": {
      const sheet = augmentedImages(data, order.augment, order.seed);
      return page.postMessage({ kind: "augmented", sheet });
    }
  }
}

/** Returns the rows that a net was not trained on, according to the options of its run. */
function testRowsOf(options: TrainingOptions | undefined, data: Dataset): Uint32Array {
  const { seed, threefry, split: kind, validation } = options ?? NOTEBOOK;
  const of = JSON.stringify({ seed, threefry, kind, validation });
  if (testRows?.of !== of) {
    const sampler = new DistSampler(seed, { threefry });
    testRows = { of, rows: splitDataset(data, sampler, { kind, validation }).test };
  }
  return testRows.rows;
}

async function examine(
  data: Dataset,
  { model, options, most, of }: Extract<ExaminerOrder, { kind: "examine" }>,
  isWanted: () => boolean,
): Promise<void> {
  const rows = testRowsOf(options, data).slice(0, most);
  const report = await evaluateInTurns(model, data, rows, isWanted);
  if (report === undefined || !isWanted()) return;
  const { answers, confidences: probabilities } = report;
  const labels = Uint8Array.from(rows, (row) => data.labels[row]);
  const measures = { ...mapMetrics((name) => report[name]), rows: rows.length };
  page.postMessage({ kind: "examined", of, rows, labels, answers, probabilities, measures });
}

/** Finds the digit in a photograph or drawing, and sends it with the picture. */
async function findDigit(file: Blob): Promise<void> {
  let bitmap;
  try {
    bitmap = await createImageBitmap(file);
  } catch {
    throw new Error("Cannot open this picture: choose a PNG or JPEG file");
  }
  const scale = Math.min(1, PICTURE_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true })!;
  context.fillStyle = "white"; // under transparent pixels
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  const digit = imageToDigit(context.getImageData(0, 0, width, height).data, width, height);
  const picture = canvas.transferToImageBitmap();
  page.postMessage({ kind: "photo", digit, picture }, [picture]);
}
