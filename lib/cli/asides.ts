/** What a task says to a person while it works, on stderr. */
import { type Counted, openProgressDisplay } from "../report/progress.ts";
import { printError } from "./output.ts";

/** Takes its bar off the terminal when disposed of. */
export interface Asides extends Disposable {
  /**
   * Shows that so much of so much is done, and how long the rest will take: a bar on a terminal, with
   * `what` behind it and the speed of what is counted.
   */
  progress(done: number, total: number, what: string, counted?: Counted): void;
  /** Takes the bar off the terminal, for a result to be printed; the next progress brings it back. */
  clear(): void;
  /** Prints a line that is no result. */
  notice(line: string): void;
  /** Prints a line that a person must see to understand the results, with `--quiet` too. */
  warning(line: string): void;
}

/** Opens stderr for what a task says besides its results; with `quiet` only warnings are printed. */
export async function openAsides(quiet = false): Promise<Asides> {
  if (quiet) {
    const silent = { progress() {}, clear() {}, notice() {}, [Symbol.dispose]() {} };
    return { ...silent, warning: printError };
  }
  const display = await openProgressDisplay();
  const notice = (line: string) => {
    display.clear();
    printError(line);
  };
  return {
    progress: (done, total, what, counted) => display.update(done, total, what, counted),
    clear: () => display.clear(),
    notice,
    warning: notice,
    [Symbol.dispose]: () => display.clear(),
  };
}
