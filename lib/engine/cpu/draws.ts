/** The draws of a run's steps, asked for ahead of the steps so that another thread can do them meanwhile. */
import type { Step } from "../engine.ts";
import type { Threads } from "./threads.ts";

/** What says which rows a step takes: `permutation(key, n)[from .. from + count)`. */
export type Draw = Pick<Step, "key" | "from" | "count">;

/** A sleeping thread is told of draws in groups of so many, as waking it takes a while. */
const ANNOUNCED = 8;

/** See the head of this file. */
export class Draws {
  readonly #threads: Threads;
  /** Not asked for yet, as there is no room. */
  #waiting: Draw[] = [];
  /** How many were asked for and how many taken, since the threads were started. */
  #asked = 0;
  #taken = 0;

  constructor(threads: Threads) {
    this.#threads = threads;
  }

  /** Begins a run: drops what is left of another. */
  start(trainRows: Uint32Array): void {
    const { functions, words, layout } = this.#threads;
    this.#waiting = [];
    for (; this.#taken < this.#asked; this.#taken++) functions.cancelDraw(this.#taken);
    words.set(trainRows, layout.trainRows / 4);
    this.#threads.trainCount = trainRows.length;
  }

  /** Adds draws, which begin at once as far as there is room. */
  push(draws: readonly Draw[]): void {
    for (const draw of draws) this.#waiting.push(draw);
    this.#ask();
  }

  /** The number of the next draw, to be taken by one of the module's functions. */
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
