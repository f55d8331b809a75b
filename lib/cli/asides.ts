/** What a task says to a person while it works: on stderr, and nothing with `--quiet`. */
import { openProgressDisplay } from "../report/progress.ts";
import { printError } from "./output.ts";

/** Takes its bar off the terminal when disposed of. */
export interface Asides extends Disposable {
  /** So much of so much is done, for a bar on a terminal; `what` stands behind it. */
  progress(done: number, total: number, what: string): void;
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
    progress: (done, total, what) => display.update(done, total, what),
    clear: () => display.clear(),
    notice(line) {
      display.clear();
      printError(line);
    },
    [Symbol.dispose]: () => display.clear(),
  };
}
