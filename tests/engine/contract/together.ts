/** Contract: nets that train together get the same bits as each alone. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Engine, EngineOptions, EngineState, Step } from "../../../lib/engine/engine.ts";
import { drawState, generatedData } from "../../../lib/engine/reference.ts";
import { OPTIMIZERS } from "../../../lib/net/optimizers.ts";
import {
  allRows,
  assertSame,
  drawnSteps,
  epochSteps,
  LARGE_BATCH_ENGINE,
  type MakeEngine,
  NOTEBOOK_ENGINE,
  OTHER_ENGINE,
  otherData,
  type Register,
} from "./shared.ts";

/** A net's run. */
interface Run {
  trainRows: Uint32Array;
  state: EngineState;
  /** The steps between two evaluations. */
  steps: Step[][];
  evaluated: Uint32Array;
}

/** Registers the tests of several nets at a time. */
export function registerTogether(register: Register, make: MakeEngine): void {
  const largeData = generatedData({ rows: 1600, width: 9, height: 7, classes: 10 });
  const cases = [
    { what: "the notebook's net", belongs: {}, ...notebookRuns() },
    { what: "shifted images in epochs", belongs: { smoke: "one set" } as const, ...epochRuns() },
    { what: "evaluations of several submissions", belongs: {}, ...longEvaluations() },
    {
      what: "batches of several slots",
      belongs: {},
      options: LARGE_BATCH_ENGINE,
      data: largeData,
      runs: [[1500, 1200], [30, 1100, 900]].map((counts, i): Run => ({
        trainRows: allRows(largeData),
        state: stateOf(LARGE_BATCH_ENGINE, i),
        steps: counts.map((count, j) => drawnSteps(4, count, 0.01).slice(2 * i + j, 2 * i + j + 1)),
        evaluated: allRows(largeData).slice(7 * i),
      })),
    },
  ];
  for (const { what, belongs, options, data, runs } of cases) {
    register(`trains nets together with the same bits as each alone, with ${what}`, async () => {
      await using engine = await make(options);
      const trainOn = async (engine: Engine, { trainRows, state, steps, evaluated }: Run) => {
        engine.load(data);
        engine.start(trainRows, state);
        const evaluations = [];
        for (const some of steps) {
          engine.step(some);
          engine.evaluate(evaluated);
          if (some.length !== 2) evaluations.push(await engine.settle());
        }
        evaluations.push(await engine.settle());
        return { evaluations: evaluations.flat(), state: await engine.read() };
      };
      const alone = [];
      for (const run of runs) alone.push(await trainOn(engine, run));
      for (const [i, { evaluations, state }] of alone.entries()) {
        assertEquals(evaluations.length, runs[i].steps.length);
        assertEquals(state.stepsTaken, runs[i].state.stepsTaken + runs[i].steps.flat().length);
      }
      const engines = engine.together(Math.min(engine.nets, runs.length));
      if (engine.nets === 1) return assertEquals(engines, [engine]);
      // A device with small buffers takes fewer.
      const together = await Promise.all(engines.map(async (one, i) => {
        const result = await trainOn(one, runs[i]);
        await one[Symbol.asyncDispose]();
        return result;
      }));
      assert(together.length > 1);
      assertSame(together, alone.slice(0, together.length));
      // The engine itself can be used again.
      assertSame(await trainOn(engine, runs[0]), alone[0]);
    }, belongs);
  }

  register("refuses wrong work of one of several nets, and goes on without one", async () => {
    await using engine = await make(OTHER_ENGINE);
    if (engine.nets === 1) return assertEquals(engine.together(1), [engine]);
    const [first, second] = engine.together(2);
    const data = otherData(70);
    const state = stateOf(OTHER_ENGINE, 0);
    const [step] = drawnSteps(1, 20, 0.1);
    assertThrows(() => first.start(allRows(data), state), Error, "no data is loaded");
    for (const one of [first, second]) one.load(data);
    assertThrows(() => second.load(otherData(70)), Error, "another data set");
    assertThrows(() => first.step([step]), Error, "no run was started");
    assertThrows(() => first.start(new Uint32Array(71), state), RangeError, "71");
    for (const one of [first, second]) one.start(allRows(data), state);
    assertThrows(() => first.step([{ ...step, count: 61 }]), RangeError, "61");
    assertThrows(() => first.evaluate(Uint32Array.of(70)), RangeError, "70");
    first.step([step]);
    first.evaluate(allRows(data));
    const settled = first.settle();
    const abandoned = assertRejects(() => second.read().then(() => second.settle()), Error);
    await second[Symbol.asyncDispose]();
    assertThrows(() => second.step([step]), Error, "disposed");
    await abandoned;
    assertEquals((await settled).length, 1);
    assertEquals((await first.read()).stepsTaken, 1);
    await first[Symbol.asyncDispose]();
  });
}

function stateOf({ architecture, optimizer }: EngineOptions, i: number): EngineState {
  const { parameters, ...state } = drawState(architecture, optimizer, 1);
  return {
    ...state,
    stepsTaken: 5 * i,
    parameters: parameters.map((value) => value * (1 + i / 8)),
  };
}

/** Three runs with keys, rates, rows and lengths of their own, whose evaluations take several slots. */
function notebookRuns() {
  const data = generatedData({ rows: 400, width: 28, height: 28, classes: 10 });
  const runs = [[2, 5, 1], [2, 2, 2], [3, 3]].map((lengths, i): Run => {
    const steps = drawnSteps(30, 100 - i, 0.5 / (i + 1)).slice(10 * i);
    return {
      trainRows: allRows(data).slice(13 * i),
      state: stateOf(NOTEBOOK_ENGINE, i),
      steps: lengths.map((length) => steps.splice(0, length)),
      evaluated: allRows(data).slice(40 * i),
    };
  });
  return { options: NOTEBOOK_ENGINE, data, runs };
}

/** Runs whose epochs end with smaller batches, at different steps. */
function epochRuns() {
  const options = { ...OTHER_ENGINE, optimizer: OPTIMIZERS.adam.defaults };
  const data = otherData(350);
  const runs = [170, 165, 70].map((n, i): Run => {
    const steps = [1, 2].flatMap((seed) => epochSteps(n, 60, 0.01, 10 * i + seed));
    return {
      trainRows: allRows(data).slice(350 - n),
      state: stateOf(options, i),
      steps: [steps.slice(0, 3), steps.slice(3)],
      evaluated: allRows(data).slice(100 * i),
    };
  });
  return { options, data, runs };
}

/** Runs on images so large that an evaluation takes more submissions alone than together. */
function longEvaluations() {
  const data = generatedData({ rows: 40, width: 80, height: 70, classes: 10 });
  const architecture = { ...NOTEBOOK_ENGINE.architecture, inputs: 5600, hidden: [4, 4] as const };
  const options = { ...NOTEBOOK_ENGINE, architecture };
  const runs = [0, 1, 2].map((i): Run => ({
    trainRows: allRows(data),
    state: stateOf(options, i),
    steps: [drawnSteps(1, 10, 0.1)],
    evaluated: Uint32Array.from({ length: 1500 + 100 * i }, (_, j) => (7 * j + i) % 40),
  }));
  return { options, data, runs };
}
