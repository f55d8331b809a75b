/** Draws the rows of steps ahead of the steps, in a Worker where one can be had. */
import type { DrawRequest } from "./draw_worker.ts";
import { createRowDrawer, type Draw, type DrawOptions, drawRows } from "./row_drawer.ts";

/** Steps drawn for one message to the Worker and back. */
const CHUNK_STEPS = 8;
/** Rows in a message (one step may have more), and rows drawn ahead: 4 bytes each. */
const CHUNK_ROWS = 1 << 16;
const ROWS_AHEAD = 1 << 20;

/** The Worker, started when first needed; it serves one feed after the other. */
export class DrawWorker {
  #worker: Worker | undefined;
  #ended = false;
  /** Who waits for the answers, which come in the order of the requests. */
  readonly #waiting: ((rows: Uint32Array | undefined) => void)[] = [];

  /** The rows of the draws one behind the other; undefined if no Worker can be had. */
  draw(request: DrawRequest): Promise<Uint32Array | undefined> {
    this.#start();
    return new Promise((resolve) => {
      if (this.#worker === undefined) return resolve(undefined);
      this.#waiting.push(resolve);
      this.#worker.postMessage(request);
    });
  }

  /** Ends the Worker; what was asked of it is answered with undefined. */
  close(): void {
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#ended = true;
    for (const resolve of this.#waiting.splice(0)) resolve(undefined);
  }

  #start(): void {
    if (this.#worker !== undefined || this.#ended) return;
    try {
      this.#worker = new Worker(new URL("./draw_worker.ts", import.meta.url), { type: "module" });
    } catch {
      // A browser starts no Worker from another host than the page's.
      this.#ended = true;
      return;
    }
    this.#worker.onmessage = ({ data }) => this.#waiting.shift()?.(data);
    // Deno tells so when it may not read the file.
    this.#worker.onerror = (event) => {
      event.preventDefault();
      this.close();
    };
  }
}

/** The rows of a run's steps, in their order. */
export class RowFeed {
  readonly #options: DrawOptions;
  readonly #worker: DrawWorker;
  /** Steps whose rows are not yet asked for. */
  readonly #draws: Draw[] = [];
  /** Steps whose rows are asked for, and the rows. */
  readonly #chunks: { draws: Draw[]; count: number; rows: Promise<Uint32Array | undefined> }[] = [];
  #rowsAhead = 0;
  /** Rows by step, drawn and not yet taken, the next step last. */
  #drawn: Uint32Array[] = [];
  #drawer: ReturnType<typeof createRowDrawer> | undefined;

  constructor(options: DrawOptions, worker: DrawWorker) {
    this.#options = options;
    this.#worker = worker;
  }

  /** Adds steps, whose rows begin to be drawn at once. */
  push(draws: readonly Draw[]): void {
    for (const { key, from, count } of draws) this.#draws.push({ key: key.slice(), from, count });
    this.#request();
  }

  /** The rows of the next step: numbers below n. */
  async next(): Promise<Uint32Array> {
    if (this.#drawn.length === 0) {
      const chunk = this.#chunks.shift();
      if (chunk === undefined) throw new Error("More steps were taken than pushed");
      const rows = await chunk.rows ?? this.#drawHere(chunk.draws);
      let from = 0;
      this.#drawn = chunk.draws.map(({ count }) => rows.subarray(from, from += count)).reverse();
      this.#rowsAhead -= chunk.count;
      this.#request();
    }
    return this.#drawn.pop()!;
  }

  /** Asks the Worker for more, in chunks of 1, 2, 4, 8, 8, ... steps: so the first step waits for its own rows only. */
  #request(): void {
    while (this.#draws.length > 0 && this.#rowsAhead < ROWS_AHEAD) {
      const most = Math.min(CHUNK_STEPS, 2 ** this.#chunks.length);
      let steps = 0;
      let count = 0;
      while (
        steps === 0 ||
        steps < Math.min(most, this.#draws.length) &&
          count + this.#draws[steps].count <= CHUNK_ROWS
      ) count += this.#draws[steps++].count;
      const draws = this.#draws.splice(0, steps);
      this.#rowsAhead += count;
      const rows = this.#worker.draw({ options: this.#options, draws });
      this.#chunks.push({ draws, count, rows });
    }
  }

  /** Draws on this thread. */
  #drawHere(draws: Draw[]): Uint32Array {
    this.#drawer ??= createRowDrawer(this.#options);
    return drawRows(this.#drawer, draws);
  }
}
