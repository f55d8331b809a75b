/** How train() makes checkpoints, ends when its signal aborts, and resumes from a checkpoint. */
import { assertEquals, assertRejects } from "@std/assert";
import type { TrainingEvent } from "../../lib/training/events.ts";
import { train } from "../../lib/training/train.ts";
import type { FakeEngine } from "./fake_engine.ts";
import { DATA, eventsOf, fakeEngine, finished, OPTIONS } from "./small_run.ts";

const LONG_RUN = { ...OPTIONS, iterations: 5000, evalEvery: 500 } as const;

/** Runs LONG_RUN, and aborts it after the first event for which a function returns true. */
async function abortedRun(saveEvery: number, abortAfter: (event: TrainingEvent) => boolean) {
  const engine = fakeEngine(LONG_RUN);
  const controller = new AbortController();
  const { signal } = controller;
  const events: TrainingEvent[] = [];
  for await (const event of train({ data: DATA, engine, ...LONG_RUN, saveEvery, signal })) {
    events.push(event);
    if (abortAfter(event)) controller.abort();
  }
  const checkpoints = events.filter((event) => event.type === "checkpoint");
  return { engine, events, checkpoints: checkpoints.map(({ iteration }) => iteration) };
}

const isProgress80 = (event: TrainingEvent) => event.type === "progress" && event.iteration === 80;

Deno.test("train() finishes with the steps done so far when its signal aborts", async () => {
  const { engine, events } = await abortedRun(40, isProgress80);
  assertEquals(finished(events).iterations, 80);
  assertEquals(engine.calls.filter(({ call }) => call === "step").length, 80);
});

Deno.test("train() yields one checkpoint at the step where its signal aborts", async () => {
  const checkpoints = async (saveEvery: number, abortAfter: (event: TrainingEvent) => boolean) =>
    (await abortedRun(saveEvery, abortAfter)).checkpoints;
  assertEquals(await checkpoints(40, isProgress80), [40, 80]);
  assertEquals((await checkpoints(0, ({ type }) => type === "progress")).length, 1);
  assertEquals(await checkpoints(0, ({ type }) => type === "started"), [0]);
  assertEquals(await checkpoints(0, () => false), []);
});

Deno.test("train() makes the same calls after it resumes from a checkpoint as without interruption", async () => {
  const whole = fakeEngine();
  const checkpoints = (await eventsOf(whole, { saveEvery: 2 }))
    .filter((event) => event.type === "checkpoint");
  assertEquals(checkpoints.map(({ iteration }) => iteration), [2, 4, 6]);
  const stepsOf = ({ calls }: FakeEngine) =>
    calls.filter(({ call }) => call === "step" || call === "evaluate");

  for (const resume of checkpoints) {
    const resumed = fakeEngine();
    const events = await eventsOf(resumed, { saveEvery: 2, resume });
    const start = resumed.calls.find((call) => call.call === "start")!;
    assertEquals(start.state, resume.state);
    const remaining = stepsOf(resumed);
    assertEquals(remaining, stepsOf(whole).slice(-remaining.length));
    assertEquals(remaining.filter(({ call }) => call === "step").length, 6 - resume.iteration);
    assertEquals(
      events.filter((event) => event.type === "checkpoint"),
      checkpoints.filter(({ iteration }) => iteration > resume.iteration),
    );
  }
});

Deno.test("train() throws if the checkpoint is from another run or from a later step", async () => {
  const [resume] = (await eventsOf(fakeEngine(), { saveEvery: 2 }))
    .filter((event) => event.type === "checkpoint");
  await assertRejects(
    () => eventsOf(fakeEngine(), { resume, seed: 6 }),
    RangeError,
    "the same random numbers as the checkpoint's",
  );
  await assertRejects(
    () => eventsOf(fakeEngine(), { resume, iterations: 1 }),
    RangeError,
    "2: current value is 1",
  );
});
