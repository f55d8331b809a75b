/** A progress bar on a terminal's stderr; nothing where stderr is a pipe or a file. */
import process from "node:process";

/** What a progress display can be told. */
export interface ProgressDisplay {
  /** So much of so much is done; `what` stands behind the bar. */
  update(done: number, total: number, what: string): void;
  /** Takes the bar off the terminal, for other words to be written; the next update brings it back. */
  clear(): void;
}

/** Opens a display; the library behind it is loaded only where there is a terminal. */
export async function openProgressDisplay(): Promise<ProgressDisplay> {
  if (!Deno.stderr.isTerminal()) return { update() {}, clear() {} };
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    format: "{bar} {percentage}% {what}",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C is the task's to handle: the library would swallow it.
    gracefulExit: false,
  }, cliProgress.Presets.shades_classic);
  let shown = false;
  return {
    update(done, total, what) {
      if (!shown) bar.start(total, done, { what });
      bar.setTotal(total);
      bar.update(done, { what });
      shown = true;
    },
    clear() {
      if (shown) bar.stop();
      shown = false;
    },
  };
}
