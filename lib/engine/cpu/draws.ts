/**
 * Requests the draws of a run's steps in advance, so that another thread can do them in the
 * meantime.
 */
import type { Step } from "../engine.ts";
import type { Threads } from "./threads.ts";

/** Specifies the rows of a step: `permutation(key, n)[from .. from + count)`. */
export type Draw = Pick<Step, "key" | "from" | "count">;

/** Draws are requested in groups of this size, because waking a sleeping thread is expensive. */
const GROUP = 8;

/** A run's coming draws, in the order of its steps. */
export class Draws {
  readonly #threads: Threads;
  /** Draws that are not requested yet, because all slots are in use. */
  readonly #waiting: Draw[] = [];
  /** The numbers of draws requested and taken since the threads started. */
  #requested = 0;
  #taken = 0;

  constructor(threads: Threads) {
    this.#threads = threads;
  }

  /** Starts a run. All draws of the previous one have been taken: the engine's queue keeps order. */
  start(rows: Uint32Array): void {
    const { words, layout } = this.#threads;
    words.set(rows, layout.trainRows / 4);
    this.#threads.trainCount = rows.length;
  }

  /** Adds draws, and requests as many as there are free slots. */
  push(draws: readonly Draw[]): void {
    for (const draw of draws) this.#waiting.push(draw);
    this.#request();
  }

  /** Returns the number of the next draw, for `takeStep` or `takeDraw`. */
  next(): number {
    this.#request();
    if (this.#taken === this.#requested) throw new Error("More draws were taken than pushed");
    return this.#taken++;
  }

  #request(): void {
    const { functions, layout: { slotCount } } = this.#threads;
    const room = slotCount - (this.#requested - this.#taken);
    if (room < Math.min(GROUP, slotCount)) return;
    const draws = this.#waiting.splice(0, room);
    for (const [i, { key: [key0, key1], from, count }] of draws.entries()) {
      functions.requestDraw(this.#requested++, key0, key1, from, count, i === draws.length - 1);
    }
  }
}
