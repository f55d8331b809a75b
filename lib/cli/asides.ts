/** A task's progress and notices, on stderr. */
import { type Counted, openProgressDisplay } from "../report/progress.ts";
import { printError } from "./output.ts";

/** Shows progress and notices; removes its progress bar when disposed. */
export interface Asides extends Disposable {
  /**
   * Shows how much is done and how long the rest will take: a bar on a terminal, followed by `what`
   * and the speed of what is counted.
   */
  progress(done: number, total: number, what: string, counted?: Counted): void;
  /** Removes the bar, so that a result can be printed; the next progress shows it again. */
  clear(): void;
  /** Prints a message, unless `--quiet` is given. */
  notice(line: string): void;
  /** Prints a message that is needed to understand the results, even with `--quiet`. */
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
