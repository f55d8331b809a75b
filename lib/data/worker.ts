/** The thread behind `openInBackground`: opens one data set and hands it over. */
import type { Dataset } from "./dataset.ts";
import type { DownloadProgress } from "./download.ts";
import { squareSums } from "./normalize.ts";
import { openDataset, type OpenOptions } from "./open.ts";

/** What this thread is told: which data set, without the functions to call. */
export type Order = Omit<OpenOptions, "onNotice" | "onWarning" | "onProgress">;

/** What it answers, any number of the first three, then one of the others. */
export type Answer =
  | { kind: "notice" | "warning"; line: string }
  | { kind: "progress"; progress: DownloadProgress }
  | { kind: "opened"; data: Dataset; squareSums: Float64Array }
  | { kind: "failed"; error: unknown };

/** TypeScript's types for a window do not fit a worker. */
const thread = self as unknown as {
  onmessage: (event: MessageEvent<Order>) => void;
  postMessage(answer: Answer, transfer?: Transferable[]): void;
};

thread.onmessage = async ({ data: order }) => {
  try {
    const data = await openDataset({
      ...order,
      onNotice: (line) => thread.postMessage({ kind: "notice", line }),
      onWarning: (line) => thread.postMessage({ kind: "warning", line }),
      onProgress: (progress) => thread.postMessage({ kind: "progress", progress }),
    });
    const sums = squareSums(data);
    thread.postMessage(
      { kind: "opened", data, squareSums: sums },
      [data.images.buffer, data.labels.buffer, sums.buffer],
    );
  } catch (error) {
    thread.postMessage({ kind: "failed", error });
  }
};
