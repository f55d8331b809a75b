/** Opens a data set in a Worker, while this thread is blocked compiling shaders. */
import type { Dataset } from "./dataset.ts";
import { keepSquareSums } from "./normalize.ts";
import type { OpenOptions } from "./open.ts";
import type { Answer, Order } from "./worker.ts";

/**
 * Calls `openDataset` in a Worker, which also computes what `rowScales` needs.
 * Requires permission to read this program's own files.
 *
 * @param options As for `openDataset`
 * @returns The data set
 * @throws {Error} With the message of whatever `openDataset` throws
 *
 * @example
 * ```ts
 * import { openInBackground } from "./background.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = await openInBackground({ dataset: "synthetic" });
 * assertEquals(data.labels.length, 70_000);
 * ```
 */
export async function openInBackground(options: OpenOptions): Promise<Dataset> {
  const { onNotice, onWarning = onNotice, onProgress, ...order } = options;
  const { promise, resolve, reject } = Promise.withResolvers<Dataset>();
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
    switch (answer.kind) {
      case "notice":
        return onNotice?.(answer.line);
      case "warning":
        return onWarning?.(answer.line);
      case "progress":
        return onProgress?.(answer.progress);
      case "failed":
        return reject(answer.error);
      case "opened":
        keepSquareSums(answer.data.images, answer.squareSums);
        return resolve(answer.data);
    }
  };
  worker.onerror = (event) => {
    event.preventDefault();
    reject(new Error(`Cannot open the data set ${options.dataset}: ${event.message}`));
  };
  worker.postMessage(order satisfies Order);
  return await promise.finally(() => worker.terminate());
}
