/** The Worker of `openInBackground`: opens one data set and transfers it. */
import type { Dataset } from "./dataset.ts";
import type { DownloadProgress } from "./download.ts";
import { squareSums } from "./normalize.ts";
import { openDataset, type OpenOptions } from "./open.ts";

/** The message to the Worker: the options of `openDataset` without the callbacks. */
export type Order = Omit<OpenOptions, "onNotice" | "onWarning" | "onProgress">;

/** The Worker's messages: any number of notices, warnings and progress, then one of the last two. */
export type Answer =
  | { kind: "notice" | "warning"; line: string }
  | { kind: "progress"; progress: DownloadProgress }
  | { kind: "opened"; data: Dataset; squareSums: Float64Array }
  | { kind: "failed"; error: unknown };

/** `self`, with the types of a Worker instead of a window. */
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
