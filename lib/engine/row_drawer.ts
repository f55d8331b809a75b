/** Samples rows on the CPU for an engine that computes on another device. */
import type { ThreefryLayout } from "../random/threefry.ts";
import { coreCount } from "./host.ts";
import { type Draw, Draws } from "./cpu/draws.ts";
import { planDrawMemory } from "./cpu/layout.ts";
import { buildOfHere, compileModule } from "./cpu/module.ts";
import { canShareMemory, Threads } from "./cpu/threads.ts";

/** Options of a `RowDrawer`. */
export interface RowDrawerOptions {
  /** Shape (n): the numbers that rows are drawn from. */
  rows: Uint32Array;
  /** Maximum number of rows in a draw. */
  largest: number;
  /** The layout of the random bits. */
  layout: ThreefryLayout;
}

/**
 * Draws `permutation(key, n)[from .. from + count)` of the training rows, step after step, in
 * WebAssembly and, if there is a second core, ahead of time in a Worker. The steps of an epoch have
 * one key, so they share one permutation.
 */
export class RowDrawer implements Disposable {
  readonly #threads: Threads;
  readonly #draws: Draws;

  constructor({ rows, largest, layout }: RowDrawerOptions) {
    const threads = canShareMemory() && coreCount() > 1 ? 2 : 1;
    const planned = planDrawMemory({ rows: rows.length, largest, layout, threads });
    this.#threads = new Threads(
      (isShared) => compileModule(buildOfHere(), isShared),
      planned,
      threads,
    );
    this.#draws = new Draws(this.#threads);
    this.#draws.start(rows);
  }

  /** Adds draws, and starts on them at once. */
  push(draws: readonly Draw[]): void {
    this.#draws.push(draws.map(({ key, from, count }) => ({ key: key.slice(), from, count })));
  }

  /** Returns a copy of the rows of the next draw; waits for them if necessary. */
  next(): Uint32Array<ArrayBuffer> {
    const { functions, words } = this.#threads;
    const number = this.#draws.next();
    const at = functions.takeDraw(number) / 4;
    const rows = words.slice(at + ROWS_AT, at + ROWS_AT + words[at + COUNT_AT]);
    functions.cancelDraw(number);
    return rows as Uint32Array<ArrayBuffer>;
  }

  /** Ends the Worker. */
  [Symbol.dispose](): void {
    this.#threads.close();
  }
}

/** Word offsets in a slot: the class Draw of assembly/draw.ts. */
const COUNT_AT = 5;
const ROWS_AT = 8;
