/** Handles what ends a task early: Ctrl-C, a signal, a closed terminal, or a closed output pipe. */
import { onReaderClosed } from "./output.ts";

/**
 * The signals that ask a process to end, and its exit code: 128 plus the signal's number. SIGHUP
 * means that the terminal was closed; on Windows, its console window. Windows then ends the process
 * after a few seconds: https://learn.microsoft.com/windows/console/handlerroutine#timeouts
 */
const EXIT_CODES: Partial<Record<Deno.Signal, number>> = {
  SIGHUP: 129,
  SIGINT: 130,
  SIGTERM: 143,
  // Ctrl-Break, which only Windows has.
  ...(Deno.build.os === "windows" && { SIGBREAK: 149 }),
};
const SIGNALS = Object.keys(EXIT_CODES) as (keyof typeof EXIT_CODES)[];

/**
 * 128 plus the number of SIGPIPE, which ends other programs when the reader of their pipe closes
 * it.
 */
const PIPE_CLOSED = 141;

/**
 * Signals within this time of the first belong to the same Ctrl-C: the terminal sends one to each
 * of its processes, and `deno task` forwards the one that it receives.
 */
const SAME_MILLISECONDS = 500;

/**
 * Listens for events that end the task, until it is disposed. The first one after `deferExit()` aborts
 * the signal, so that the task can save its state; any other ends the process at once.
 */
export class Interruption implements Disposable {
  readonly #stop = new AbortController();
  readonly #listeners = SIGNALS.map((name) => {
    const listener = () => this.#interrupt(EXIT_CODES[name]!);
    Deno.addSignalListener(name, listener);
    return { name, listener };
  });
  #isDeferred = false;
  #exitCode = 0;
  #since = 0;

  /** Begins to listen. */
  constructor() {
    onReaderClosed(() => this.#interrupt(PIPE_CLOSED));
  }

  /** Aborted when the task must end. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** The process's exit code; 0 unless the task was interrupted. */
  get exitCode(): number {
    return this.#exitCode;
  }

  /** From now on, an interruption aborts the signal, since the task has something to save. */
  deferExit(): void {
    this.#isDeferred = true;
  }

  [Symbol.dispose](): void {
    for (const { name, listener } of this.#listeners) Deno.removeSignalListener(name, listener);
  }

  #interrupt(exitCode: number): void {
    if (!this.#isDeferred) Deno.exit(exitCode);
    if (!this.signal.aborted) {
      this.#exitCode = exitCode;
      this.#since = performance.now();
      this.#stop.abort();
    } else if (exitCode !== PIPE_CLOSED && performance.now() - this.#since > SAME_MILLISECONDS) {
      Deno.exit(exitCode);
    }
  }
}
