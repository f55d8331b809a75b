/** What a task says to a person while it works: on stderr, and nothing with `--quiet`. */
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
  /** A line that is no result. */
  notice(line: string): void;
}

/** Opens stderr for what a task says besides its results; with `quiet` all of it is dropped. */
export async function openAsides(quiet = false): Promise<Asides> {
  if (quiet) return { progress() {}, clear() {}, notice() {}, [Symbol.dispose]() {} };
  const display = await openProgressDisplay();
  return {
    progress: (done, total, what, counted) => display.update(done, total, what, counted),
    clear: () => display.clear(),
    notice(line) {
      display.clear();
      printError(line);
    },
    [Symbol.dispose]: () => display.clear(),
  };
}
