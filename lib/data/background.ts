/** Opens a data set in a Worker, while this thread is blocked compiling shaders. */
import type { Dataset } from "./dataset.ts";
import { cacheSquareSums } from "./normalize.ts";
import type { OpenOptions } from "./open.ts";
import type { OpenRequest, WorkerMessage } from "./worker.ts";

/**
 * Calls `openDataset` in a Worker, which also computes the sums that `rowScales` needs. Deno
 * requires permission to read the Worker's source file.
 *
 * @param options As for `openDataset`
 * @throws {Error} If `openDataset` throws, with the same message
 */
export async function openInBackground(options: OpenOptions): Promise<Dataset> {
  const { onNotice, onWarning = onNotice, onProgress, ...request } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Dataset>();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data: message }: MessageEvent<WorkerMessage>) => {
    switch (message.kind) {
      case "notice":
        return onNotice?.(message.line);
      case "warning":
        return onWarning?.(message.line);
      case "progress":
        return onProgress?.(message.progress);
      case "failed":
        return reject(message.error);
      case "opened":
        cacheSquareSums(message.data.images, message.squareSums);
        return resolve(message.data);
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Cannot open the data set ${options.dataset}: ${event.message}`));
  };
  worker.postMessage(request satisfies OpenRequest);
  return await promise.finally(() => worker.terminate());
}
