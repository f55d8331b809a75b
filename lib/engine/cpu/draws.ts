/** Requests the draws of a run's steps ahead of the steps, so that another thread can do them meanwhile. */
import type { Step } from "../engine.ts";
import type { Threads } from "./threads.ts";

/** Specifies the rows of a step: `permutation(key, n)[from .. from + count)`. */
export type Draw = Pick<Step, "key" | "from" | "count">;

/** Draws are requested in groups of this size, because waking a sleeping thread is expensive. */
const ANNOUNCED = 8;

/** See the head of this file. */
export class Draws {
  readonly #threads: Threads;
  /** Not requested yet, because all slots are taken. */
  #waiting: Draw[] = [];
  /** Numbers of draws requested and taken since the threads started. */
  #asked = 0;
  #taken = 0;

  constructor(threads: Threads) {
    this.#threads = threads;
  }

  /** Begins a run and cancels what is left of the previous one. */
  start(trainRows: Uint32Array): void {
    const { functions, words, layout } = this.#threads;
    this.#waiting = [];
    for (; this.#taken < this.#asked; this.#taken++) functions.cancelDraw(this.#taken);
    words.set(trainRows, layout.trainRows / 4);
    this.#threads.trainCount = trainRows.length;
  }

  /** Adds draws; as many as there are free slots for begin at once. */
  push(draws: readonly Draw[]): void {
    for (const draw of draws) this.#waiting.push(draw);
    this.#ask();
  }

  /** The number of the next draw, for `takeStep` or `takeDraw`. */
  next(): number {
    this.#ask();
    if (this.#taken === this.#asked) throw new Error("More draws were taken than pushed");
    return this.#taken++;
  }

  #ask(): void {
    const { functions, layout: { slotCount } } = this.#threads;
    const room = slotCount - (this.#asked - this.#taken);
    if (room < Math.min(ANNOUNCED, slotCount)) return;
    const draws = this.#waiting.splice(0, room);
    for (const [i, { key: [key0, key1], from, count }] of draws.entries()) {
      functions.requestDraw(this.#asked++, key0, key1, from, count, i === draws.length - 1);
    }
  }
}
