/** Decides how many steps to queue at a time. */

/** Target time of a chunk: short enough for the progress display and for Ctrl-C. */
const TARGET_MILLISECONDS = 100;
/**
 * A chunk takes at least this multiple of the time that a readback adds. While the host waits for one
 * chunk, the device works on the next, which must not end before the host knows of the first.
 */
const CHUNK_PER_WAIT = 1.5;
/** The largest factor by which the number of queued steps may grow at once. */
const LARGEST_GROWTH = 16;
/** Maximum steps of the first chunk; even a tiny step has a fixed cost. */
const FIRST_STEPS = 64;
/** Rows times parameters of the first chunk: 64 of the notebook's steps, a few ms on a fast GPU. */
const FIRST_WORK = FIRST_STEPS * 100 * 45_360;
/** The number of chunks over which speed is averaged. */
const AVERAGED_CHUNKS = 8;

/** A chunk of steps whose results have arrived. Times are in milliseconds. */
interface Chunk {
  steps: number;
  /** The time for which the device worked on it, as far as known. */
  work: number;
  /** The time from its queueing, or from the chunk before, to its results. */
  elapsed: number;
}

/**
 * Chooses the sizes of chunks of steps, such that the device always has work, and its results arrive
 * often enough. Measures the device's speed over the latest chunks, since some devices work while the
 * host waits, others while it queues more.
 *
 * @example
 * ```ts
 * import { Pacer } from "./pace.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const pacer = new Pacer(100, 45_360);
 * assertEquals(pacer.steps, 64);
 * pacer.queue(64);
 * // A readback adds 11 ms to 64 ms of work.
 * pacer.record({ steps: 64, queued: 0, answered: 75, wait: 11 });
 * assertEquals(pacer.steps, 100);
 * ```
 */
export class Pacer {
  /** Time for which at least one chunk was queued, in milliseconds. */
  milliseconds = 0;
  readonly #first: number;
  #queuedSteps = 0;
  #chunks: Chunk[] = [];
  /** When the latest results arrived. */
  #answered = -Infinity;
  /** The shortest time that a readback was seen to add. */
  #wait = Infinity;

  /**
   * @param batchSize Rows per step
   * @param parameters The net's number of parameters
   */
  constructor(batchSize: number, parameters: number) {
    const steps = Math.round(FIRST_WORK / (batchSize * parameters));
    // Small, since the device's speed is not known yet.
    this.#first = Math.max(1, Math.min(FIRST_STEPS, steps));
  }

  /** Whether the device's speed is known. */
  get hasMeasured(): boolean {
    return this.#chunks.length > 0;
  }

  /** The number of steps to queue next, at least 1. */
  get steps(): number {
    if (!this.hasMeasured) return this.#first;
    const sum = (of: (chunk: Chunk) => number) =>
      this.#chunks.reduce((total, chunk) => total + of(chunk), 0);
    // What is left after waiting was subtracted may be noise.
    const working = Math.max(
      sum(({ work }) => work),
      sum(({ elapsed }) => elapsed) / LARGEST_GROWTH,
    );
    const target = Math.max(TARGET_MILLISECONDS, CHUNK_PER_WAIT * this.#wait);
    const fitting = sum(({ steps }) => steps) * target / working;
    return Math.max(1, Math.round(Math.min(fitting, LARGEST_GROWTH * this.#queuedSteps)));
  }

  /** Counts steps that were queued. */
  queue(steps: number): void {
    this.#queuedSteps += steps;
  }

  /**
   * Records that the results of the oldest unanswered chunk have arrived.
   *
   * @param chunk Its number of steps; when it was queued and when its results arrived; and the time
   *   that a readback of nothing took, all in milliseconds
   */
  record(
    { steps, queued, answered, wait }: {
      steps: number;
      queued: number;
      answered: number;
      wait: number;
    },
  ): void {
    this.#wait = Math.min(this.#wait, wait, answered - queued);
    // The device began the chunk when it was queued, or when it had done the one before.
    const begun = Math.max(queued, this.#answered - this.#wait);
    const work = Math.max(0, answered - this.#wait - begun);
    const elapsed = answered - Math.max(queued, this.#answered);
    this.milliseconds += elapsed;
    this.#answered = answered;
    this.#chunks.push({ steps, work, elapsed });
    if (this.#chunks.length > AVERAGED_CHUNKS) this.#chunks.shift();
  }
}
