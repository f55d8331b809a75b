/** Trains runs on the CPU engine, in a Worker: both sides of it. */
import type { Dataset } from "../data/dataset.ts";
import { createEngine } from "../engine/create.ts";
import type { TrainingOptions } from "./options.ts";
import { EngineRunner, type Runner, type SweepEvent } from "./run_all.ts";

/** The first message to the Worker: the data, and the engine's maximum number of threads. */
interface Setup {
  data: Dataset;
  threads: number;
}

/** The Worker's messages: a run's events, or why it failed. */
type Answer = SweepEvent | { type: "failed"; message: string };

/**
 * Trains runs in a Worker of its own, so that several train at the same time. Requires permission to
 * read this program's own files.
 */
export class WorkerRunner implements Runner {
  readonly #worker: Worker;

  /**
   * @param data The data set of all runs; pass what `sharedData` returns to several runners
   * @param threads Maximum number of threads of the engine
   */
  constructor(data: Dataset, threads: number) {
    this.#worker = new Worker(new URL(import.meta.url), { type: "module", name: WORKER });
    this.#worker.postMessage({ data, threads } satisfies Setup);
  }

  /** Returns 1: the CPU engine trains one net at a time. */
  prepare(): Promise<number> {
    return Promise.resolve(1);
  }

  /** Trains a run; yields `progress` events, then its `run` event. */
  async *train([options]: readonly TrainingOptions[]): AsyncGenerator<SweepEvent, void> {
    const answers = new ReadableStream<SweepEvent>({
      start: (controller) => {
        this.#worker.onmessage = ({ data: answer }: MessageEvent<Answer>) => {
          if (answer.type === "failed") return controller.error(new Error(answer.message));
          controller.enqueue(answer);
          if (answer.type === "run") controller.close();
        };
        this.#worker.onerror = (event) => {
          event.preventDefault();
          controller.error(new Error(`Cannot train in a Worker: ${event.message}`));
        };
        this.#worker.postMessage(options);
      },
    });
    yield* answers;
  }

  /** Ends the Worker at once. */
  [Symbol.asyncDispose](): Promise<void> {
    // Drop messages that have arrived but are not handled yet.
    this.#worker.onmessage = this.#worker.onerror = null;
    this.#worker.terminate();
    return Promise.resolve();
  }
}

/** Copies data to shared memory, so that Workers need no copies of their own. */
export function sharedData(data: Dataset): Dataset {
  const share = (bytes: Uint8Array) => {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copy.set(bytes);
    // The CPU engine reads shared and ordinary memory alike, so the type may say ordinary.
    return copy as Uint8Array<ArrayBufferLike> as Uint8Array<ArrayBuffer>;
  };
  return { ...data, images: share(data.images), labels: share(data.labels) };
}

/** The Worker's name, by which this file knows that it runs in one. */
const WORKER = "runs of mnist-webgpu";

/** `self`, with the types of a Worker instead of a window. */
const scope = self as unknown as {
  name: string;
  onmessage: (event: MessageEvent<Setup | TrainingOptions>) => void;
  postMessage(answer: Answer): void;
};

if (scope.name === WORKER) {
  let runner: EngineRunner;
  scope.onmessage = async ({ data: request }) => {
    if ("threads" in request) {
      const { data, threads } = request;
      runner = new EngineRunner(
        data,
        (options) => createEngine({ ...options, backend: "cpu", threads }),
      );
      return;
    }
    try {
      for await (const event of runner.train([request])) scope.postMessage(event);
    } catch (error) {
      scope.postMessage({ type: "failed", message: (error as Error).message });
    }
  };
}
