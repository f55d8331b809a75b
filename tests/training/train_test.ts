/** Tests of train() on a fake engine: its events, its calls and its errors. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { parameterViews } from "../../lib/net/maths.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import { OptionError } from "../../lib/training/options.ts";
import { train, type TrainArguments, trainModel } from "../../lib/training/train.ts";
import { DATA, eventsOf, fakeEngine, finished, OPTIONS } from "./small_run.ts";

Deno.test("train() yields its events in order", async () => {
  const events = await eventsOf(fakeEngine());
  assertEquals(
    events.map((event) => [event.type, "iteration" in event ? event.iteration : undefined]),
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
    type: "started",
    seed: 5,
    device: "fake",
    backend: "cpu",
    dataset: "twenty",
    layers: [4, 3, 2, 3],
  });
  assertEquals(events[4], {
    type: "evaluated",
    iteration: 6,
    accuracy: 0,
    loss: 1,
    learningRate: 0.125,
    seconds: 0.006,
  });
});

Deno.test("train() makes the notebook's random draws in the notebook's order", async () => {
  const engine = fakeEngine();
  const events = await eventsOf(engine);

  // These lines repeat the notebook's draws one by one.
  const sampler = new DistSampler(5);
  const mask = sampler.shuffle(Array.from({ length: 20 }, (_, i) => i < 14));
  const rowsWhere = (isTrain: boolean) =>
    Uint32Array.from(mask.flatMap((value, row) => value === isTrain ? [row] : []));
  const [trainRows, testRows] = [rowsWhere(true), rowsWhere(false)];
  const [sample] = sampler.choice(14, 1);
  const shapes = [[3, 4], [3], [2, 3], [2], [3, 2], [3]];
  const parameters = Float32Array.from(shapes.flatMap((shape) => [...sampler.normal(...shape)]));
  const evaluation = () => sampler.choice(6, 2).map((i) => testRows[i]);
  const step = (learningRate: number) => ({
    call: "step",
    step: { key: sampler.nextKey(), from: 0, count: 4, learningRate },
  });
  const expected = [
    {
      call: "start",
      trainRows,
      state: { parameters, moments: new Float32Array(), stepsTaken: 0 },
    },
    { call: "evaluate", rows: evaluation() },
    ...[step(0.5), step(0.5), step(0.25)],
    { call: "evaluate", rows: evaluation() },
    ...[step(0.25), step(0.125), step(0.125)],
    { call: "evaluate", rows: evaluation() },
    { call: "evaluate", rows: testRows },
  ];

  const drawn = ["start", "evaluate", "step"];
  assertEquals(engine.calls.filter(({ call }) => drawn.includes(call)) as unknown[], expected);
  const row = trainRows[sample];
  const art = [0, 2].map((first) =>
    [0, 1].map((x) => DATA.images[4 * row + first + x] > 100 ? "@" : " ").join("")
  );
  assertEquals(events[1], { type: "sample", index: sample, label: DATA.labels[row], art });
});

Deno.test("train() finishes with the net and its accuracy on all test rows", async () => {
  const engine = fakeEngine();
  const { parameters, ...rest } = finished(await eventsOf(engine));
  assertEquals(rest, {
    type: "finished",
    iterations: 6,
    seconds: 0.006,
    accuracy: 6 / 6,
    loss: 1,
    architecture: engine.options.architecture,
    scale: "l2",
  });
  const { parameters: read } = await engine.read();
  assertEquals(parameters, parameterViews(engine.options.architecture, read));
});

Deno.test("train() evaluates on validation rows during the run, and on test rows at the end", async () => {
  const engine = fakeEngine();
  await eventsOf(engine, { validation: 5 });
  const trained = new Set(engine.calls.find((call) => call.call === "start")!.trainRows);
  assertEquals(trained.size, 9);
  const evaluated = engine.calls.flatMap((call) => call.call === "evaluate" ? [call.rows] : []);
  const tested = new Set(evaluated.pop());
  assertEquals(tested.size, 6);
  assertEquals(evaluated.map(({ length }) => length), [2, 2, 2]);
  for (const row of evaluated.flatMap((rows) => [...rows])) {
    assert(!trained.has(row) && !tested.has(row));
  }
});

Deno.test("train() starts from initialParameters and makes the same random draws", async () => {
  const [drawn, replaced] = [fakeEngine(), fakeEngine()];
  await eventsOf(drawn);
  const ones = new Float32Array(32).fill(1);
  await eventsOf(replaced, {
    initialParameters: parameterViews(replaced.options.architecture, ones),
  });
  const start = replaced.calls.find((call) => call.call === "start")!;
  assertEquals(start.state.parameters, ones);
  const others = (engine: typeof drawn) => engine.calls.filter(({ call }) => call !== "start");
  assertEquals(others(replaced), others(drawn));
});

Deno.test("train() reduces the default batch and evaluation sizes to the rows of the data", async () => {
  const engine = fakeEngine({ ...OPTIONS, batchSize: 14 });
  await eventsOf(engine, { batchSize: undefined, evalSize: undefined });
  const counts = engine.calls.flatMap((call) => call.call === "step" ? [call.step.count] : []);
  assertEquals(counts, Array(6).fill(14));
  const sizes = engine.calls.flatMap((call) => call.call === "evaluate" ? [call.rows.length] : []);
  assertEquals(sizes, [6, 6, 6, 6]);
});

for (const loss of [NaN, Infinity]) {
  Deno.test(`train() throws an error that names the step when the loss is ${loss}`, async () => {
    const engine = fakeEngine();
    const events = train({ data: DATA, engine, ...OPTIONS });
    await assertRejects(
      async () => {
        for await (const event of events) if (event.type === "evaluated") engine.loss = loss;
      },
      Error,
      `Cannot continue training as the loss must be a finite number: current value is ${loss} after step 3; ` +
        "try a smaller learning rate than 0.5",
    );
  });
}

Deno.test("train() loads a data set into an engine only once, and does not dispose of the engine", async () => {
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

Deno.test("train() throws if the engine has other options or a smaller batch size", async () => {
  await assertRejects(
    () => eventsOf(fakeEngine({ ...OPTIONS, scale: "unit" })),
    RangeError,
    `scale must be "l2": current value is "unit"`,
  );
  await assertRejects(
    () => eventsOf(fakeEngine({ ...OPTIONS, batchSize: 3 })),
    RangeError,
    "batchSize must be 4: current value is 3",
  );
  await eventsOf(fakeEngine({ ...OPTIONS, batchSize: 5 }));
});

Deno.test("train() takes no step if iterations is 0", async () => {
  const engine = fakeEngine();
  const events = await eventsOf(engine, { iterations: 0 });
  assertEquals(events.map(({ type }) => type), ["started", "sample", "evaluated", "finished"]);
  assert(!engine.calls.some(({ call }) => call === "step"));
});

Deno.test("train() throws for invalid options before it calls the engine", async () => {
  const engine = fakeEngine();
  const wrong: Partial<TrainArguments>[] = [
    { batchSize: 15 },
    { evalSize: 7 },
    { validation: 14 },
    { seed: -1 },
    { saveEvery: 0.5 },
  ];
  for (const run of wrong) await assertRejects(() => eventsOf(engine, run), RangeError);
  assertEquals(engine.calls, []);
});

Deno.test("train() refuses a net that no engine can hold before it draws parameters", async () => {
  const hidden: [number, number] = [1 << 16, 1 << 16];
  await assertRejects(
    () => trainModel({ ...OPTIONS, data: DATA, hidden }),
    OptionError,
    "at most 268435456 parameters, not 4295",
  );
});
