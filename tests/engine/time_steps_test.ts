import { assertEquals } from "@std/assert";
import { timeSteps } from "../../lib/engine/self_check.ts";
import { NOTEBOOK_ENGINE } from "./contract/shared.ts";
import type { Engine, Step } from "../../lib/engine/engine.ts";

/** Times an engine on a fake clock, which each step and a wait of 11 ms move forward. */
async function timeOnFakeClock(millisecondsAStep: number) {
  const taken: number[] = [];
  let clock = 0;
  const engine: Pick<Engine, "step" | "settle" | "options"> = {
    options: NOTEBOOK_ENGINE,
    step(steps: readonly Step[]) {
      taken.push(steps.length);
      clock += steps.length * millisecondsAStep;
    },
    settle() {
      clock += 11;
      return Promise.resolve([]);
    },
  };
  const { now } = performance;
  performance.now = () => clock;
  try {
    return { timing: await timeSteps(engine as Engine, 5), taken };
  } finally {
    performance.now = now;
  }
}

Deno.test("timeSteps() repeats enough steps that the wait is short compared with them", async () => {
  const { timing, taken } = await timeOnFakeClock(1);
  assertEquals(taken, [1, 1, 16, 214, 428, 428, 428, 428, 428]);
  assertEquals(timing, { steps: 428, milliseconds: Array(5).fill(439 / 428) });
});

Deno.test("timeSteps() times a slow step only once", async () => {
  const { timing, taken } = await timeOnFakeClock(5000);
  assertEquals(taken, [1, 1]);
  assertEquals(timing, { steps: 1, milliseconds: [5011] });
});
