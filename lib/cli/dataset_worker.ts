/** The Worker behind `openChosenDataset()`. */
import type { Dataset } from "../data/dataset.ts";
import type { DownloadProgress } from "../data/download.ts";
import { openDataset, type OpenOptions } from "../data/open.ts";

/** What it sends: how it goes, and at last a data set or why there is none. */
export type DatasetWorkerMessage =
  | { notice: string }
  | { progress: DownloadProgress }
  | { dataset: Dataset }
  | { error: string };

/** What a Worker's global scope has and, for the type checker, a window's has not. */
const scope = globalThis as unknown as {
  postMessage(message: DatasetWorkerMessage, transfer?: Transferable[]): void;
};

addEventListener("message", async (event) => {
  const options = (event as MessageEvent<OpenOptions>).data;
  try {
    const dataset = await openDataset({
      ...options,
      onNotice: (notice) => scope.postMessage({ notice }),
      onProgress: (progress) => scope.postMessage({ progress }),
    });
    scope.postMessage({ dataset }, [dataset.images.buffer, dataset.labels.buffer]);
  } catch (error) {
    scope.postMessage({ error: (error as Error).message });
  }
});
