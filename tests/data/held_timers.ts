/** Time that passes when a test says so, however slow the machine is. */

/** `setTimeout`, `clearTimeout` and `performance.now` of this kind; disposal brings back the real ones. */
export interface HeldTimers extends Disposable {
  /** Lets time pass, and so runs what is due. */
  pass(milliseconds: number): void;
}

/** Holds the time from now on. */
export function holdTimers(): HeldTimers {
  const real = { setTimeout, clearTimeout };
  const realNow = performance.now;
  const timers = new Map<number, { due: number; run: () => void }>();
  let now = 0;
  let last = 0;
  Object.assign(globalThis, {
    setTimeout: (run: () => void, delay = 0) => {
      timers.set(++last, { due: now + delay, run });
      return last;
    },
    clearTimeout: (id: number) => timers.delete(id),
  });
  performance.now = () => now;
  return {
    pass(milliseconds) {
      now += milliseconds;
      for (const [id, { due, run }] of timers) {
        if (due > now) continue;
        timers.delete(id);
        run();
      }
    },
    [Symbol.dispose]() {
      Object.assign(globalThis, real);
      performance.now = realNow;
    },
  };
}
