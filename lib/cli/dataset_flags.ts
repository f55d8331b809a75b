/** The flags that choose a data set: of every task that opens one. */
import type { Dataset } from "../data/dataset.ts";
import type { OpenOptions } from "../data/open.ts";
import type { ProgressDisplay } from "../report/progress.ts";
import type { DatasetWorkerMessage } from "./dataset_worker.ts";
import { type FlagTable, type FlagValues, number, text } from "./flags.ts";

export const DATASET_FLAGS = {
  dataset: text(
    "auto|mnist|fashion|openml|synthetic|DIR|FILE.csv",
    "the images: a known data set, a folder of four IDX files, or a CSV file",
    "auto",
  ),
  dataDir: text("DIR", "the folder that already holds the data set's files; beats MNIST_DIR"),
  label: text(
    "first|last|NAME",
    "a CSV file's column of labels; if not given, that named label or class, else the first",
  ),
  imageWidth: number("pixels in a row of a CSV file's images, where they are not square"),
} satisfies FlagTable;

/** How a data set is opened: what it tells a person meanwhile, and where. */
export interface OpeningOptions {
  onNotice: (line: string) => void;
  display?: ProgressDisplay;
}

/**
 * Opens the data set that flags choose, in a Worker: reading and decompressing
 * it takes a while, in which this thread can do something else.
 *
 * @param flags Of `DATASET_FLAGS`
 * @param options Who is told how it goes
 * @returns The data set
 * @throws Error if there is no such data set, it is damaged, or cannot be downloaded
 */
export function openChosenDataset(
  flags: FlagValues<typeof DATASET_FLAGS>,
  { onNotice, display }: OpeningOptions,
): Promise<Dataset> {
  const worker = new Worker(new URL("./dataset_worker.ts", import.meta.url), { type: "module" });
  const { promise, resolve, reject } = Promise.withResolvers<Dataset>();
  worker.onmessage = ({ data }: MessageEvent<DatasetWorkerMessage>) => {
    if ("dataset" in data) resolve(data.dataset);
    else if ("error" in data) reject(new Error(data.error));
    else if ("notice" in data) onNotice(data.notice);
    else {
      const { file, bytes, total = bytes } = data.progress;
      display?.update(bytes, total, `of ${file} downloaded`);
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(event.message));
  };
  worker.postMessage(openOptions(flags));
  return promise.finally(() => worker.terminate());
}

/** The shape of the chosen data set, where that is known before it is opened. */
export function shapeBeforehand(
  { dataset = "auto" }: FlagValues<typeof DATASET_FLAGS>,
): Pick<Dataset, "width" | "height" | "classes"> | undefined {
  const likeMnist = ["auto", "mnist", "fashion", "openml", "synthetic"];
  return likeMnist.includes(dataset) ? { width: 28, height: 28, classes: 10 } : undefined;
}

function openOptions(
  { dataset = "auto", dataDir, label, imageWidth }: FlagValues<typeof DATASET_FLAGS>,
): OpenOptions {
  return {
    dataset,
    dataDir,
    mnistDir: Deno.env.get("MNIST_DIR"),
    csv: { label, width: imageWidth },
  };
}
