/** Trains many runs in parallel on the CPU, each in a Worker. */
import type { Dataset } from "../data/dataset.ts";
import type { TrainingOptions } from "./options.ts";
import { groupedRuns, type SweepEvent, type SweptRuns } from "./sweep.ts";
import type { JobAnswer, JobRequest, JobSetup } from "./sweep_worker.ts";

/** The arguments of `sweepInParallel`. */
export interface ParallelSweepPlan extends SweptRuns {
  /** Number of runs that train at a time; at least 1. */
  jobs: number;
  /** Maximum threads of each run's engine; at least 1. */
  threads: number;
}

/**
 * Trains runs on the CPU engine, several at a time. Each run gives the same bits as alone.
 * Requires permission to read this program's own files.
 *
 * @param plan The runs
 * @returns The events of all runs as they arrive, with a `run` event for each finished run; leaving
 *   the loop early abandons the current runs
 * @throws {OptionError} Before the first run, if a run requires more rows than there are
 * @throws {Error} If a Worker fails; a run that diverges does not throw
 *
 * @example
 * ```ts
 * import { sweepInParallel } from "./sweep_jobs.ts";
 * import { resolveOptions } from "./options.ts";
 * import { syntheticDigits } from "../data/synthetic.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = syntheticDigits({ trainRows: 60, testRows: 10 });
 * const runs = [1, 2, 3].map((seed) =>
 *   resolveOptions({ seed, iterations: 3, batchSize: 5, evalSize: 10, hidden: [4, 4] })
 * );
 * const seeds = new Set<number>();
 * for await (const event of sweepInParallel({ data, runs, jobs: 2, threads: 1 })) {
 *   if (event.type === "run") seeds.add(event.options.seed);
 * }
 * assertEquals(seeds, new Set([1, 2, 3]));
 * ```
 */
export async function* sweepInParallel(
  { data, runs, jobs, threads }: ParallelSweepPlan,
): AsyncGenerator<SweepEvent, void> {
  const waiting = groupedRuns({ data, runs });
  const workers = Array.from(
    { length: Math.min(jobs, waiting.length) },
    () => new Worker(new URL("./sweep_worker.ts", import.meta.url), { type: "module" }),
  );
  if (workers.length > 0) yield* eventsOf(workers, waiting, { data: shared(data), threads });
}

/**
 * Gives each Worker the next run when it has finished one. Terminates the Workers when all runs have
 * finished, when one fails, and when the stream is canceled.
 */
function eventsOf(
  workers: readonly Worker[],
  waiting: TrainingOptions[],
  setup: JobSetup,
): ReadableStream<SweepEvent> {
  let unfinished = waiting.length;
  const end = () => {
    for (const worker of workers) {
      // Drop messages that have arrived but are not handled yet.
      worker.onmessage = worker.onerror = null;
      worker.terminate();
    }
  };
  return new ReadableStream({
    start(controller) {
      const fail = (message: string) => {
        end();
        controller.error(new Error(message));
      };
      for (const worker of workers) {
        const startNext = () => {
          const options = waiting.shift();
          if (options) worker.postMessage({ options } satisfies JobRequest);
        };
        worker.onmessage = ({ data: answer }: MessageEvent<JobAnswer>) => {
          if (answer.type === "failed") return fail(answer.message);
          controller.enqueue(answer);
          if (answer.type !== "run") return;
          startNext();
          if (--unfinished > 0) return;
          end();
          controller.close();
        };
        worker.onerror = (event) => {
          event.preventDefault();
          fail(`Cannot train in a Worker: ${event.message}`);
        };
        worker.postMessage(setup);
        startNext();
      }
    },
    cancel: end,
  });
}

/** Copies the data to shared memory, so that the Workers need no copies of their own. */
function shared(data: Dataset): Dataset {
  const share = (bytes: Uint8Array) => {
    const copy = new Uint8Array(new SharedArrayBuffer(bytes.length));
    copy.set(bytes);
    // The CPU engine reads shared and ordinary memory alike, so the type may say ordinary.
    return copy as Uint8Array<ArrayBufferLike> as Uint8Array<ArrayBuffer>;
  };
  return { ...data, images: share(data.images), labels: share(data.labels) };
}
