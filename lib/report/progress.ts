/** A progress bar on a terminal's stderr; nothing where stderr is a pipe or a file. */
import process from "node:process";

/** What a progress display can be told. */
export interface ProgressDisplay {
  /** Shows that so much of so much is done. */
  update(done: number, total: number, what: string, counted?: Counted): void;
  /** Takes the bar off the terminal, for other words to be written; the next update brings it back. */
  clear(): void;
}

/** What has been done so far in a unit whose speed a person wants to know: `steps`. */
export interface Counted {
  count: number;
  unit: string;
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
  const speed = new Speed();
  let shown = false;
  const clear = () => {
    if (shown) bar.stop();
    shown = false;
  };
  // However the process ends, the terminal's cursor comes back.
  addEventListener("unload", clear);
  return {
    update(done, total, what, counted) {
      const words = [what, ...speed.words(done, total, counted)].join(", ");
      if (!shown) bar.start(total, done, { what: words });
      bar.setTotal(total);
      bar.update(done, { what: words });
      shown = true;
    },
    clear,
  };
}

/** How long a speed is measured before it is shown. */
const MEASURED_SECONDS = 1;

/** The average speed of what is under way, and the time that it leaves. */
export class Speed {
  readonly #now: () => number;
  #start = { seconds: 0, done: Infinity, count: 0 };

  /** @param now The time in milliseconds */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now;
  }

  /**
   * Speed and time left in words.
   *
   * @param done How much is done; less than the time before begins a new measurement
   * @param total How much there is to do
   * @param counted What to show the speed of; if left out, only the time left is told
   * @returns Nothing during the first second
   *
   * @example
   * ```ts
   * import { Speed } from "./progress.ts";
   * import { assertEquals } from "@std/assert";
   *
   * let milliseconds = 0;
   * const speed = new Speed(() => milliseconds);
   * assertEquals(speed.words(0, 5000), []);
   * milliseconds = 2000;
   * const counted = { count: 1000, unit: "steps" };
   * assertEquals(speed.words(1000, 5000, counted), ["500 steps/s", "8 s left"]);
   * ```
   */
  words(done: number, total: number, counted?: Counted): string[] {
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
  return rate < 10 ? rate.toFixed(1) : Math.round(rate).toLocaleString("en");
}

/** `8 s`, `3 min 5 s`, `2 h 10 min`. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
