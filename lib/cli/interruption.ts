/** Handles what ends a task early: Ctrl-C, a signal, or a closed output pipe. */
import { whenReaderGone } from "./output.ts";

/** The signals that ask a process to end, and its exit code then: 128 and the signal's number. */
const EXIT_CODES: Partial<Record<Deno.Signal, number>> = Deno.build.os === "windows"
  // Ctrl-C and Ctrl-Break; there is no way to ask a process on Windows by SIGTERM.
  // https://docs.deno.com/api/deno/~/Deno.addSignalListener
  ? { SIGINT: 130, SIGBREAK: 149 }
  : { SIGINT: 130, SIGTERM: 143 };
const SIGNALS = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[];

/** 128 and the number of SIGPIPE, which ends other programs in a pipe whose reader has gone. */
const PIPE_CLOSED = 141;

/**
 * Signals within this time of the first are the same Ctrl-C: the terminal sends it to all of its
 * processes, and `deno task` forwards the one that it receives.
 */
const SAME_MILLISECONDS = 500;

/**
 * Listens for events that end the task, until it is disposed. The first one after `begin()` aborts
 * the signal, so that the task can save its state; any other ends the process at once.
 */
export class Interruption implements Disposable {
  readonly #stop = new AbortController();
  readonly #listeners = SIGNALS.map((name) => {
    const listener = () => this.#interrupt(EXIT_CODES[name]!);
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  #begun = false;
  #exitCode = 0;
  #since = 0;

  /** Begins to listen. */
  constructor() {
    whenReaderGone(() => this.#interrupt(PIPE_CLOSED));
  }

  /** Aborted when the task is to end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The process's exit code; 0 as long as nothing asks it to end. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** Tells that there is now something to save. */
  begin(): void {
    this.#begun = true;
  }

  [Symbol.dispose](): void {
    for (const { name, listener } of this.#listeners) Deno.removeSignalListener(name, listener);
  }

  #interrupt(exitCode: number): void {
    if (!this.#begun) Deno.exit(exitCode);
    if (!this.signal.aborted) {
      this.#exitCode = exitCode;
      this.#since = performance.now();
      this.#stop.abort();
    } else if (exitCode !== PIPE_CLOSED && performance.now() - this.#since > SAME_MILLISECONDS) {
      Deno.exit(exitCode);
    }
  }
}
