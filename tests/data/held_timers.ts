/** Replaces the timers by ones whose time a test advances, so that slow machines do not matter. */

/** The replaced `setTimeout`, `clearTimeout` and `performance.now`; disposal restores the real ones. */
export interface HeldTimers extends Disposable {
  /** Advances the time and runs the timers that are due. */
  pass(milliseconds: number): void;
}

/** Replaces the timers and stops their time. */
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
