/** Runs in the Worker of `openInBackground`: opens one data set and transfers it. */
import type { Dataset } from "./dataset.ts";
import type { DownloadProgress } from "./download.ts";
import { squareSums } from "./normalize.ts";
import { openDataset, type OpenOptions } from "./open.ts";

/** The message to the Worker: the options of `openDataset` without the callbacks. */
export type OpenRequest = Omit<OpenOptions, "onNotice" | "onWarning" | "onProgress">;

/** A message from the Worker. After any number of the first two, one of the last two ends the work. */
export type WorkerMessage =
  | { kind: "notice" | "warning"; line: string }
  | { kind: "progress"; progress: DownloadProgress }
  | { kind: "opened"; data: Dataset; squareSums: Float64Array }
  | { kind: "failed"; error: unknown };

/** `self`, with the types of a Worker instead of a window. */
const thread = self as unknown as {
  onmessage: (event: MessageEvent<OpenRequest>) => void;
  postMessage(message: WorkerMessage, transfer?: Transferable[]): void;
};

thread.onmessage = async ({ data: request }) => {
  try {
    const data = await openDataset({
      ...request,
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
