/** Prints a task's progress, notices and warnings on stderr. */
import { type Counted, openProgressDisplay } from "../report/progress.ts";
import { printError } from "./output.ts";

/** Shows progress and notices; removes its progress bar when disposed. */
export interface Status extends Disposable {
  /**
   * Updates the progress bar, which only a terminal shows: the fraction done, `what`, the speed in
   * units of `counted` per second, and the estimated time left.
   */
  progress(done: number, total: number, what: string, counted?: Counted): void;
  /** Removes the bar, so that results can be printed; the next `progress` shows it again. */
  clear(): void;
  /** Prints a message, unless `--quiet` is given. */
  notice(line: string): void;
  /** Prints a message that is needed to understand the results, even with `--quiet`. */
  warning(line: string): void;
}

/** Creates the status output; with `quiet` it prints only warnings. */
export async function openStatus(quiet = false): Promise<Status> {
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

/** Returns a function that shows the progress of an evaluation. */
export function showRows(status: Status): (done: number, total: number) => void {
  return (count, total) => status.progress(count, total, "of the rows", { count, unit: "rows" });
}
