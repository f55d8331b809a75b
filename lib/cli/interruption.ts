/** Ctrl-C in a task that trains. */
import type { Asides } from "./asides.ts";
import { INTERRUPTED } from "./run_task.ts";

/**
 * Listens for Ctrl-C until it is disposed of: the first one once there is something to tell aborts
 * the signal, for the task to tell it; any other ends the process.
 */
export class Interruption implements Disposable {
  readonly #stop = new AbortController();
  readonly #asides: Asides;
  readonly #listener = () => this.#interrupt();
  #begun = false;

  /** The asides are cleared where the process is ended. */
  constructor(asides: Asides) {
    this.#asides = asides;
    Deno.addSignalListener("SIGINT", this.#listener);
  }

  /** Aborted by Ctrl-C. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** From now on there is something to tell. */
  begin(): void {
    this.#begun = true;
  }

  [Symbol.dispose](): void {
    Deno.removeSignalListener("SIGINT", this.#listener);
  }

  #interrupt(): void {
    if (this.#begun && !this.signal.aborted) return this.#stop.abort();
    this.#asides.clear();
    Deno.exit(INTERRUPTED);
  }
}
