/**
 * How often train() waits for the device. Every wait costs time on WebGPU, but without waits there
 * is no progress display, and Ctrl-C has no effect.
 */
import { assert, assertEquals } from "@std/assert";
import { eventsOf, fakeEngine, finished } from "./small_run.ts";

/**
 * The notebook's number of steps, on a net of about its size: the first chunk depends on the size.
 */
const RUN = { iterations: 5000, evalEvery: 500, batchSize: 10, hidden: [900, 480] } as const;

Deno.test("train() waits three times in 5000 steps if the device is fast", async () => {
  const engine = fakeEngine(RUN);
  engine.millisecondsPerStep = 0.014;
  engine.millisecondsPerWait = 11;
  const events = await eventsOf(engine, RUN);
  assertEquals(events.filter(({ type }) => type === "evaluated").length, 11);
  // Three more: before the loop, after it, and one at the same time as the first steps, which measures
  // what a readback takes.
  assertEquals(engine.settles, 3 + 3);
  // The steps take 70 ms. Only the first and the last wait are not hidden by queued steps.
  const { seconds } = finished(events);
  assert(seconds < 0.095, `${seconds} s`);
});

for (const stepsBlock of [false, true]) {
  const how = stepsBlock ? "blocks in step()" : "is slow";
  Deno.test(`train() waits about every 100 ms if the device ${how}`, async () => {
    const engine = fakeEngine(RUN);
    engine.stepsBlock = stepsBlock;
    engine.millisecondsPerStep = 1;
    engine.millisecondsPerWait = 11;
    const times = (await eventsOf(engine, RUN))
      .flatMap((event) => event.type === "progress" ? [event.seconds] : []);
    const waits = times.map((seconds, i) => seconds - (times[i - 1] ?? 0));
    // The first and the last chunks have other sizes.
    assert(waits.every((wait) => wait < 0.22), `${waits}`);
    assert(waits.slice(1, -2).every((wait) => wait > 0.06), `${waits}`);
    // The device idles twice: before the loop, and after the first chunk, which measures its speed.
    assertEquals(engine.idleMilliseconds, 2 * 11);
  });
}

Deno.test("train() returns to a wait about every 100 ms after the device paused", async () => {
  const engine = fakeEngine(RUN);
  engine.stepsBlock = true;
  engine.pauseMilliseconds = 7000;
  engine.millisecondsPerWait = 11;
  const waits = (await eventsOf(engine, RUN)).filter(({ type }) => type === "progress").length;
  // The steps take 5 s: 50 waits, and some more until the pause no longer affects the pace.
  assert(waits <= 75, `${waits} waits`);
});

for (
  const [what, wait, tick] of [
    ...[5, 11, 100, 300].map((wait) => [`takes ${wait} ms`, wait, 0] as const),
    ["returns every 100 ms", 1, 100] as const,
  ]
) {
  Deno.test(`train() keeps the device busy after the first second if a readback ${what}`, async () => {
    for (const millisecondsPerStep of [40, 1, 0.05]) {
      const run = { ...RUN, iterations: Math.round(6000 / millisecondsPerStep), evalEvery: 1e6 };
      const engine = Object.assign(fakeEngine(run), {
        millisecondsPerStep,
        millisecondsPerWait: wait,
        millisecondsPerTick: tick,
        idleFrom: 1000 + wait,
      });
      const { seconds } = finished(await eventsOf(engine, run));
      const idle = engine.idleMilliseconds / (1000 * (seconds - 1));
      assert(idle < 0.2, `${100 * idle}% idle with steps of ${millisecondsPerStep} ms`);
    }
  });
}
