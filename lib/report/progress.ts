/** Shows a progress bar on stderr, if that is a terminal. */
import process from "node:process";
import { count } from "../files/printable.ts";

/** A progress display. */
export interface ProgressDisplay {
  /** Updates the bar: the fraction done, `what`, the speed and the remaining time. */
  update(done: number, total: number, what: string, counted?: Counted): void;
  /** Removes the bar, so that something else can be printed; the next update shows it again. */
  clear(): void;
}

/** The amount of work done, in the unit in which the speed is shown, such as steps. */
export interface Counted {
  count: number;
  unit: string;
}

/** Opens a display; loads the progress bar library only if there is a terminal. */
export async function openProgressDisplay(): Promise<ProgressDisplay> {
  if (!Deno.stderr.isTerminal()) return { update() {}, clear() {} };
  const { default: cliProgress } = await import("cli-progress");
  const bar = new cliProgress.SingleBar({
    format: "{bar} {percentage}% {what}",
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    // The task handles Ctrl-C; the library would intercept it.
    gracefulExit: false,
  }, cliProgress.Presets.shades_classic);
  // A closed terminal must not end the task, which has a run to save.
  process.stderr.on("error", () => {});
  const speed = new Speed();
  let shown = false;
  const clear = () => {
    if (shown) bar.stop();
    shown = false;
  };
  // Restore the terminal's cursor when the process ends for any reason.
  addEventListener("unload", clear);
  return {
    update(done, total, what, counted) {
      const text = [what, ...speed.describe(done, total, counted)].join(", ");
      if (!shown) bar.start(total, done, { what: text });
      bar.setTotal(total);
      bar.update(done, { what: text });
      shown = true;
    },
    clear,
  };
}

/** A speed is shown after it was measured for at least this time. */
const MEASURED_SECONDS = 1;

/** Measures the average speed of some work, and estimates the remaining time. */
export class Speed {
  readonly #now: () => number;
  #start = { seconds: 0, done: Infinity, count: 0 };

  /** @param now Returns the time in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Formats the speed and the remaining time.
   *
   * @param done How much is done; if it has decreased, a new measurement starts
   * @param counted The count whose speed to show; if omitted, only the remaining time is shown
   * @returns Parts of text; empty during the first second
   */
  describe(done: number, total: number, counted?: Counted): string[] {
    const seconds = this.#now() / 1000;
    const count = counted?.count ?? 0;
    if (done < this.#start.done) this.#start = { seconds, done, count };
    const { seconds: since, done: doneBefore, count: countBefore } = this.#start;
    const elapsed = seconds - since;
    if (elapsed < MEASURED_SECONDS || done === doneBefore) return [];
    const left = duration(elapsed * (total - done) / (done - doneBefore));
    const rate = (count - countBefore) / elapsed;
    return [...(counted ? [`${rateText(rate)} ${counted.unit}/s`] : []), `${left} left`];
  }
}

function rateText(rate: number): string {
  return rate < 10 ? rate.toFixed(1) : count(Math.round(rate));
}

/** `8 s`, `3 min 5 s`, `2 h 10 min`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
