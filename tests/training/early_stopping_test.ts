/** How train() stops early (`patience`) and keeps the parameters of the best evaluation. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { EngineState } from "../../lib/engine/engine.ts";
import type { Evaluation } from "../../lib/net/evaluation.ts";
import { OptionError, resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";
import { engineOptions } from "../../lib/training/engine_options.ts";
import { FakeEngine } from "./fake_engine.ts";
import { DATA, eventsOf, fakeEngine, finished, OPTIONS } from "./small_run.ts";

/**
 * A fake engine whose evaluations have given results, and whose parameters equal the number of
 * steps.
 */
class ScriptedEngine extends FakeEngine {
  /**
   * @param options The options that differ from OPTIONS
   * @param correct The number of correct predictions of each evaluation, in order
   */
  constructor(options: Partial<TrainingOptions>, readonly correct: number[]) {
    super(engineOptions(resolveOptions({ ...OPTIONS, ...options }), DATA));
  }

  override async settle(): Promise<Evaluation[]> {
    const evaluations = await super.settle();
    return evaluations.map((evaluation) => ({ ...evaluation, correct: this.correct.shift()! }));
  }

  override async read(): Promise<EngineState> {
    const state = await super.read();
    return { ...state, parameters: state.parameters.fill(state.stepsTaken) };
  }
}

/** Ten evaluations after the initial one. Training stops after two without improvement. */
const PATIENT = { iterations: 20, evalEvery: 2, validation: 4, evalSize: 4, patience: 2 };

for (
  const { correct, iterations, bestIteration } of [
    // The initial evaluation, before the first step, does not count as the best.
    { correct: [4, 1, 2, 2, 1], iterations: 8, bestIteration: 4 },
    { correct: [0, 0, 1, 0, 2, 1, 3, 0, 0], iterations: 16, bestIteration: 12 },
    { correct: [0, 1, 0, 1, 3], iterations: 6, bestIteration: 2 },
    { correct: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 3], iterations: 20, bestIteration: 16 },
  ]
) {
  Deno.test(`train() with patience stops after step ${iterations} and restores step ${bestIteration} if evaluations find ${correct} correct`, async () => {
    // The appended 0 is the result of the final evaluation, on the test rows.
    const engine = new ScriptedEngine(PATIENT, [...correct, 0]);
    const events = await eventsOf(engine, PATIENT);
    const end = finished(events);
    assertEquals([end.iterations, end.bestIteration], [iterations, bestIteration]);
    // The run's last start is from the best parameters, and only the test rows are evaluated then.
    const last = engine.calls.findLastIndex(({ call }) => call === "start");
    const start = engine.calls[last];
    assert(start.call === "start");
    assertEquals(engine.calls.slice(last).filter(({ call }) => call === "evaluate").length, 1);
    assert(start.state.parameters.every((value) => value === bestIteration));
    assertEquals(start.state.stepsTaken, 0);
    assert(!events.some(({ type }) => type === "checkpoint"));
  });
}

Deno.test("train() without patience takes all steps and keeps the last parameters", async () => {
  const run = { ...PATIENT, patience: 0 };
  const engine = new ScriptedEngine(run, [4, 4, ...Array(20).fill(0)]);
  const end = finished(await eventsOf(engine, run));
  assertEquals([end.iterations, "bestIteration" in end], [20, false]);
  assert(end.parameters.w0.every((value) => value === 20));
});

Deno.test("train() with patience resumes with the best parameters that a checkpoint holds", async () => {
  const run = { ...PATIENT, saveEvery: 3 };
  const whole = await eventsOf(new ScriptedEngine(PATIENT, [0, 3, 2, 1, 0]), run);
  const checkpoints = whole.filter((event) => event.type === "checkpoint");
  assertEquals(
    checkpoints.map(({ iteration, best }) => [iteration, best?.iteration]),
    [[3, 2], [6, 2]],
  );
  const resumed = await eventsOf(new ScriptedEngine(PATIENT, [2, 1, 0]), {
    ...run,
    resume: checkpoints[0],
  });
  for (const events of [whole, resumed]) {
    const { bestIteration, iterations } = finished(events);
    assertEquals([bestIteration, iterations], [2, 6]);
  }
});

Deno.test("train() throws if patience is given without validation rows", async () => {
  await assertRejects(
    () => eventsOf(fakeEngine(), { patience: 3 }),
    OptionError,
    "Cannot train as patience must be 0 unless validation is above 0, since test rows must not select the net: current value is 3",
  );
});
