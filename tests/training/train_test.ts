import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import type { EngineState, Evaluation } from "../../lib/engine/engine.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import type { TrainingEvent } from "../../lib/training/events.ts";
import { OptionError, resolveOptions, type TrainingOptions } from "../../lib/training/options.ts";
import { engineOptions, train, type TrainingRun } from "../../lib/training/train.ts";
import { FakeEngine } from "./fake_engine.ts";

/** Twenty images of 2 x 2 pixels, fourteen of them to train on. */
const DATA: Dataset = {
  name: "twenty",
  width: 2,
  height: 2,
  classes: 3,
  images: Uint8Array.from({ length: 80 }, (_, i) => 3 * i),
  labels: Uint8Array.from({ length: 20 }, (_, i) => i % 3),
  trainRows: 14,
};
const OPTIONS = {
  seed: 5,
  iterations: 6,
  batchSize: 4,
  evalEvery: 3,
  evalSize: 2,
  decayEvery: 2,
  hidden: [3, 2],
} as const;

function fakeEngine(options: Partial<TrainingOptions> = OPTIONS): FakeEngine {
  return new FakeEngine(engineOptions(resolveOptions(options), DATA));
}

/** All events of a run on an engine, by whose own clock it goes. */
async function eventsOf(
  engine: FakeEngine,
  run: Partial<TrainingRun> = {},
): Promise<TrainingEvent[]> {
  const { now } = performance;
  performance.now = () => engine.milliseconds;
  try {
    return await Array.fromAsync(train({ data: DATA, engine, ...OPTIONS, ...run }));
  } finally {
    performance.now = now;
  }
}

Deno.test("train() tells what happens in order", async () => {
  const events = await eventsOf(fakeEngine());
  assertEquals(
    events.map((event) => [event.event, "iteration" in event ? event.iteration : undefined]),
    [
      ["started", undefined],
      ["sample", undefined],
      ["evaluated", 0],
      ["evaluated", 3],
      ["evaluated", 6],
      ["progress", 6],
      ["finished", undefined],
    ],
  );
  assertEquals(events[0], {
    event: "started",
    seed: 5,
    device: "fake",
    backend: "cpu",
    dataset: "twenty",
    layers: [4, 3, 2, 3],
  });
  assertEquals(events[4], {
    event: "evaluated",
    iteration: 6,
    accuracy: 0,
    loss: 1,
    learningRate: 0.125,
    seconds: 0.006,
  });
});

Deno.test("train() draws what the notebook draws, in its order", async () => {
  const engine = fakeEngine();
  const events = await eventsOf(engine);

  // The notebook, draw for draw.
  const sampler = new DistSampler(5);
  const mask = sampler.shuffle(Array.from({ length: 20 }, (_, i) => i < 14));
  const rowsWhere = (trains: boolean) =>
    Uint32Array.from(mask.flatMap((value, row) => value === trains ? [row] : []));
  const [train, test] = [rowsWhere(true), rowsWhere(false)];
  const [sample] = sampler.choice(14, 1);
  const shapes = [[3, 4], [3], [2, 3], [2], [3, 2], [3]];
  const parameters = Float32Array.from(shapes.flatMap((shape) => [...sampler.normal(...shape)]));
  const evaluation = () => sampler.choice(6, 2).map((i) => test[i]);
  const step = (learningRate: number) => ({
    call: "step",
    step: { key: sampler.nextKey(), from: 0, count: 4, learningRate },
  });
  const expected = [
    { call: "load", data: DATA },
    {
      call: "start",
      trainRows: train,
      state: { parameters, moments: new Float32Array(), stepsTaken: 0 },
    },
    { call: "evaluate", rows: evaluation() },
    { call: "settle" },
    ...[step(0.5), step(0.5), step(0.25)],
    { call: "evaluate", rows: evaluation() },
    ...[step(0.25), step(0.125), step(0.125)],
    { call: "evaluate", rows: evaluation() },
    { call: "settle" },
    { call: "evaluate", rows: test },
    { call: "settle" },
    { call: "read" },
  ];

  assertEquals(engine.calls as unknown[], expected);
  const row = train[sample];
  const art = [0, 2].map((first) =>
    [0, 1].map((x) => DATA.images[4 * row + first + x] > 100 ? "@" : " ").join("")
  );
  assertEquals(events[1], { event: "sample", index: sample, label: DATA.labels[row], art });
});

Deno.test("train() ends with the net and its accuracy on all test rows", async () => {
  const engine = fakeEngine();
  const events = await eventsOf(engine);
  const { parameters, ...rest } = events.find((event) => event.event === "finished")!;
  assertEquals(rest, {
    event: "finished",
    iterations: 6,
    seconds: 0.006,
    accuracy: 6 / 6,
    loss: 1,
    architecture: engine.options.architecture,
    scale: "l2",
  });
  assertEquals(Object.values(parameters).map(({ length }) => length), [12, 3, 6, 2, 6, 3]);
});

Deno.test("train() evaluates on the validation rows where there are any, at the end on the test rows", async () => {
  const engine = fakeEngine();
  await eventsOf(engine, { validation: 5 });
  const trained = new Set(engine.calls.find((call) => call.call === "start")!.trainRows);
  assertEquals(trained.size, 9);
  const evaluated = engine.calls.flatMap((call) => call.call === "evaluate" ? [call.rows] : []);
  const tested = new Set(evaluated.pop());
  assertEquals(tested.size, 6);
  for (const row of evaluated.flatMap((rows) => [...rows])) {
    assert(!trained.has(row) && !tested.has(row));
  }
});

// A net of the notebook's size, as the first chunk of steps goes by that.
const FULL = { iterations: 5000, evalEvery: 500, batchSize: 10, hidden: [900, 480] } as const;

Deno.test("train() waits three times in 5000 steps where the device is fast", async () => {
  const engine = fakeEngine(FULL);
  engine.millisecondsPerStep = 0.014;
  engine.millisecondsToHear = 11;
  const events = await eventsOf(engine, FULL);
  assertEquals(events.filter(({ event }) => event === "evaluated").length, 11);
  // One more before the loop, and one after it.
  assertEquals(engine.settles, 3 + 2);
  // 70 ms of steps, and the first and the last answer to wait for.
  const { seconds } = events.find((event) => event.event === "finished")!;
  assert(seconds < 0.095, `${seconds} s`);
});

for (const stepsBlock of [false, true]) {
  Deno.test(`train() waits every 100 ms where the device is slow and steps ${stepsBlock ? "" : "do not "}block`, async () => {
    const engine = fakeEngine(FULL);
    engine.stepsBlock = stepsBlock;
    engine.millisecondsPerStep = 1;
    engine.millisecondsToHear = 11;
    const times = (await eventsOf(engine, FULL))
      .flatMap((event) => event.event === "progress" ? [event.seconds] : []);
    const waits = times.map((seconds, i) => seconds - (times[i - 1] ?? 0));
    // 5 s of steps. What is in flight at the end comes together with what was before it.
    assert(waits.every((wait) => wait < 0.22), `${waits}`);
    assert(waits.slice(1, -2).every((wait) => wait > 0.06), `${waits}`);
    // Before the loop, and after its first chunk: how long that takes nobody knew.
    assertEquals(engine.idle, 2 * 11);
  });
}

Deno.test("train() waits as seldom as ever once a device that paused goes on", async () => {
  const engine = fakeEngine(FULL);
  engine.stepsBlock = true;
  engine.pause = 7000;
  engine.millisecondsToHear = 11;
  const waits = (await eventsOf(engine, FULL)).filter(({ event }) => event === "progress").length;
  // 5 s of steps: 50 waits, and some to find the pace again.
  assert(waits <= 75, `${waits} waits`);
});

Deno.test("train() ends at the next wait when its signal aborts, with what it knows by then", async () => {
  const engine = fakeEngine(FULL);
  const controller = new AbortController();
  const events: TrainingEvent[] = [];
  for await (
    const event of train({
      data: DATA,
      engine,
      ...OPTIONS,
      ...FULL,
      saveEvery: 40,
      signal: controller.signal,
    })
  ) {
    events.push(event);
    if (event.event === "progress" && event.iteration === 80) controller.abort();
  }
  assertEquals(events.find((event) => event.event === "finished")?.iterations, 80);
  assertEquals(engine.calls.filter(({ call }) => call === "step").length, 80);
});

Deno.test("train() yields a checkpoint where its signal aborts, and none twice", async () => {
  const checkpointsOf = async (saveEvery: number, abortAt: (event: TrainingEvent) => boolean) => {
    const controller = new AbortController();
    const { signal } = controller;
    const iterations: number[] = [];
    const run = { data: DATA, engine: fakeEngine(FULL), ...OPTIONS, ...FULL, saveEvery, signal };
    for await (const event of train(run)) {
      if (abortAt(event)) controller.abort();
      if (event.event === "checkpoint") iterations.push(event.iteration);
    }
    return iterations;
  };
  const at80 = (event: TrainingEvent) => event.event === "progress" && event.iteration === 80;
  assertEquals(await checkpointsOf(40, at80), [40, 80]);
  assertEquals((await checkpointsOf(0, (event) => event.event === "progress")).length, 1);
  assertEquals(await checkpointsOf(0, (event) => event.event === "started"), [0]);
  assertEquals(await checkpointsOf(0, () => false), []);
});

for (const loss of [NaN, Infinity]) {
  Deno.test(`train() stops with the step's number when the loss is ${loss}`, async () => {
    const engine = fakeEngine();
    const events = train({ data: DATA, engine, ...OPTIONS });
    await assertRejects(
      async () => {
        for await (const event of events) if (event.event === "evaluated") engine.loss = loss;
      },
      Error,
      `Cannot go on as the loss must be a finite number: current value is ${loss} after step 3; ` +
        "try a smaller learningRate than 0.5",
    );
  });
}

Deno.test("train() resumes from a checkpoint with the calls that it would have made", async () => {
  const whole = fakeEngine();
  const checkpoints = (await eventsOf(whole, { saveEvery: 2 }))
    .filter((event) => event.event === "checkpoint");
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
    assertEquals(events.filter(({ event }) => event === "checkpoint"), [
      ...checkpoints.filter(({ iteration }) => iteration > resume.iteration),
    ]);
  }
});

/** An engine whose evaluations find what they are told to find, and whose parameters are its steps' number. */
class ScriptedEngine extends FakeEngine {
  constructor(options: Partial<TrainingOptions>, readonly correct: number[]) {
    super(engineOptions(resolveOptions({ ...OPTIONS, ...options }), DATA));
  }

  override async settle(): Promise<Evaluation[]> {
    const evaluations = await super.settle();
    return evaluations.map((found) => ({ ...found, correct: this.correct.shift()! }));
  }

  override async read(): Promise<EngineState> {
    const state = await super.read();
    return { ...state, parameters: state.parameters.fill(state.stepsTaken) };
  }
}

/** Evaluated before the first step, then after every second one. */
const PATIENT = { iterations: 20, evalEvery: 2, validation: 4, evalSize: 4, patience: 2 };

for (
  const { correct, iterations, bestIteration } of [
    // The evaluation before the first step is not counted.
    { correct: [4, 1, 2, 2, 1], iterations: 8, bestIteration: 4 },
    { correct: [0, 0, 1, 0, 2, 1, 3, 0, 0], iterations: 16, bestIteration: 12 },
    { correct: [0, 1, 0, 1, 3], iterations: 6, bestIteration: 2 },
    { correct: [0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 3], iterations: 20, bestIteration: 16 },
  ]
) {
  Deno.test(`train() with patience ends after ${iterations} steps and gives the net of ${bestIteration} where rows right are ${correct}`, async () => {
    // What follows is never looked at but for the test rows.
    const engine = new ScriptedEngine(PATIENT, [...correct, 0]);
    const events = await eventsOf(engine, PATIENT);
    const end = events.at(-1)!;
    assert(end.event === "finished");
    assertEquals([end.iterations, end.bestIteration], [iterations, bestIteration]);
    // The net is restored before test rows are evaluated.
    const [start, evaluate] = engine.calls.slice(-4, -2);
    assert(start.call === "start" && evaluate.call === "evaluate");
    assert(start.state.parameters.every((value) => value === bestIteration));
    assertEquals(start.state.stepsTaken, 0);
    assert(!events.some(({ event }) => event === "checkpoint"));
  });
}

Deno.test("train() without patience takes all steps and gives the last net", async () => {
  const run = { ...PATIENT, patience: 0 };
  const events = await eventsOf(new ScriptedEngine(run, [4, 4, ...Array(20).fill(0)]), run);
  const end = events.at(-1)!;
  assert(end.event === "finished");
  assertEquals([end.iterations, "bestIteration" in end], [20, false]);
});

Deno.test("train() goes on with the best net that a checkpoint holds", async () => {
  const run = { ...PATIENT, saveEvery: 3 };
  const whole = await eventsOf(new ScriptedEngine(PATIENT, [0, 3, 2, 1, 0]), run);
  const checkpoints = whole.filter((event) => event.event === "checkpoint");
  assertEquals(checkpoints.map(({ iteration, best }) => [iteration, best?.iteration]), [[3, 2], [
    6,
    2,
  ]]);
  const resumed = await eventsOf(new ScriptedEngine(PATIENT, [2, 1, 0]), {
    ...run,
    resume: checkpoints[0],
  });
  const [end, other] = [whole, resumed].map((events) => events.at(-1)!);
  assert(end.event === "finished" && other.event === "finished");
  assertEquals([end.bestIteration, end.iterations], [2, 6]);
  assertEquals([other.bestIteration, other.iterations], [2, 6]);
});

Deno.test("train() refuses patience without rows held out", async () => {
  await assertRejects(
    () => eventsOf(fakeEngine(), { patience: 3 }),
    OptionError,
    "Cannot train as patience must be 0 where validation is 0: test rows may choose nothing: current value is 3",
  );
});

Deno.test("train() refuses a checkpoint of another run", async () => {
  const [resume] = (await eventsOf(fakeEngine(), { saveEvery: 2 }))
    .filter((event) => event.event === "checkpoint");
  await assertRejects(
    () => eventsOf(fakeEngine(), { resume, seed: 6 }),
    RangeError,
    "Cannot resume as the options must draw the same random numbers as the checkpoint's",
  );
  await assertRejects(
    () => eventsOf(fakeEngine(), { resume, iterations: 1 }),
    RangeError,
    "Cannot resume as iterations must be at least the checkpoint's 2: current value is 1",
  );
});

Deno.test("train() loads data only where the engine does not hold it yet, and leaves the engine open", async () => {
  const engine = fakeEngine();
  await eventsOf(engine);
  await eventsOf(engine);
  const copy = { ...DATA };
  await eventsOf(engine, { data: copy });
  const calls = engine.calls.map(({ call }) => call);
  assertEquals(calls.filter((call) => call === "load").length, 2);
  assertEquals(calls.filter((call) => call === "start").length, 3);
  assert(!calls.includes("dispose"));
});

Deno.test("train() refuses an engine that was made for something else", async () => {
  await assertRejects(
    () => eventsOf(fakeEngine({ ...OPTIONS, scale: "unit" })),
    RangeError,
    `Cannot train as the engine's scale must be "l2": current value is "unit"`,
  );
  await assertRejects(
    () => eventsOf(fakeEngine({ ...OPTIONS, batchSize: 3 })),
    RangeError,
    "Cannot train as the engine's batchSize must be 4: current value is 3",
  );
  // Larger batches than needed are no harm.
  await eventsOf(fakeEngine({ ...OPTIONS, batchSize: 5 }));
});

Deno.test("train() takes no step where there are none to take", async () => {
  const engine = fakeEngine();
  const events = await eventsOf(engine, { iterations: 0 });
  assertEquals(events.map(({ event }) => event), ["started", "sample", "evaluated", "finished"]);
  assert(!engine.calls.some(({ call }) => call === "step"));
});

Deno.test("train() refuses wrong options before it touches the engine", async () => {
  const engine = fakeEngine();
  const wrong: Partial<TrainingRun>[] = [
    { batchSize: 15 },
    { evalSize: 7 },
    { validation: 14 },
    { seed: -1 },
    { saveEvery: 0.5 },
  ];
  for (const run of wrong) await assertRejects(() => eventsOf(engine, run), RangeError);
  assertEquals(engine.calls, []);
});
