/**
 * Contract: calls take effect in order, results and arguments are copied, and invalid calls throw.
 */
import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import type { Engine } from "../../../lib/engine/engine.ts";
import { drawState, generatedData } from "../../../lib/engine/reference.ts";
import { OPTIMIZERS } from "../../../lib/net/optimizers.ts";
import {
  allRows,
  assertSame,
  drawnSteps,
  type MakeEngine,
  NOTEBOOK_ENGINE,
  type Register,
  startEngine,
} from "./shared.ts";

/** Registers the tests of order, copies, disposal and invalid arguments. */
export function registerQueue(register: Register, make: MakeEngine): void {
  register("executes calls in the order in which they were made", async () => {
    const [first, second] = [300, 200].map((rows) =>
      generatedData({ rows, width: 28, height: 28, classes: 10 })
    );
    const state = drawState(NOTEBOOK_ENGINE.architecture, NOTEBOOK_ENGINE.optimizer);
    const steps = drawnSteps(4, 100, 0.5);

    const makeCalls = async (engine: Engine, between: () => Promise<unknown>) => {
      engine.load(first);
      engine.start(allRows(first), state);
      for (const step of steps) {
        engine.evaluate(allRows(first));
        await between();
        engine.step([step]);
        await between();
      }
      engine.evaluate(allRows(first).slice(10, 20));
      await between();
      engine.load(second);
      engine.start(allRows(second), state);
      engine.evaluate(allRows(second));
      await between();
      engine.step(steps.slice(0, 2));
      engine.evaluate(allRows(second));
      await between();
    };
    // The expected results are those of an engine that is awaited after every call.
    await using awaited = await make(NOTEBOOK_ENGINE);
    const expected: unknown[] = [];
    await makeCalls(awaited, async () => expected.push(...await awaited.settle()));
    assertEquals(expected.length, 7);
    assertEquals(new Set(expected.map((evaluation) => JSON.stringify(evaluation))).size, 7);

    await using engine = await make(NOTEBOOK_ENGINE);
    await makeCalls(engine, () => Promise.resolve());
    assertEquals(await engine.settle(), expected);
    assertEquals(await engine.settle(), []);
    assertSame(await engine.read(), await awaited.read());
  });

  register(
    "resolves settle() and read() with what was queued before the call, even if more is queued meanwhile",
    async () => {
      const data = generatedData({ rows: 300, width: 28, height: 28, classes: 10 });
      const state = drawState(NOTEBOOK_ENGINE.architecture, NOTEBOOK_ENGINE.optimizer);
      const steps = drawnSteps(3, 100, 0.5);
      await using awaited = await startEngine(make, { options: NOTEBOOK_ENGINE, data, state });
      const expected: unknown[] = [];
      for (const step of steps) {
        awaited.step([step]);
        awaited.evaluate(allRows(data));
        expected.push(await awaited.settle(), await awaited.read());
      }

      await using engine = await startEngine(make, { options: NOTEBOOK_ENGINE, data, state });
      const answers: Promise<unknown>[] = [];
      for (const step of steps) {
        engine.step([step]);
        engine.evaluate(allRows(data));
        answers.push(engine.settle(), engine.read());
      }
      assertSame(await Promise.all(answers), expected);
    },
  );

  register("copies its arguments and the results of read()", async () => {
    const options = { ...NOTEBOOK_ENGINE, optimizer: OPTIMIZERS.adam.defaults };
    const data = generatedData({ rows: 100, width: 28, height: 28, classes: 10 });
    const drawn = drawState(options.architecture, options.optimizer);
    const state = {
      ...drawn,
      moments: new Float32Array([...drawn.parameters, ...drawn.parameters].map(Math.abs)),
    };
    const step = drawnSteps(1, 50, 0.01)[0];
    const run = async (changeArguments: boolean) => {
      const [images, labels, key] = [data.images.slice(), data.labels.slice(), step.key.slice()];
      const [parameters, moments] = [state.parameters.slice(), state.moments.slice()];
      const [trainRows, rows] = [allRows(data), allRows(data)];
      await using engine = await startEngine(make, {
        options,
        data: { ...data, images, labels },
        state: { ...state, parameters, moments },
        trainRows,
      });
      engine.step([{ ...step, key }]);
      engine.evaluate(rows);
      if (changeArguments) {
        for (const array of [images, labels, key, parameters, moments, trainRows, rows]) {
          array.fill(0);
        }
      }
      const results = [await engine.settle(), await engine.read()] as const;
      if (changeArguments) (await engine.read()).parameters.fill(0);
      assertSame(await engine.read(), results[1]);
      return results;
    };
    assertSame(await run(true), await run(false));
  });

  register("throws after it is disposed of", async () => {
    const data = generatedData({ rows: 10, width: 28, height: 28, classes: 10 });
    const state = drawState(NOTEBOOK_ENGINE.architecture, NOTEBOOK_ENGINE.optimizer);
    const engine = await startEngine(make, { options: NOTEBOOK_ENGINE, data, state });
    engine.step(drawnSteps(3, 10, 0.5));
    await engine[Symbol.asyncDispose]();
    assertThrows(() => engine.load(data), Error, "disposed");
    assertThrows(() => engine.start(allRows(data), state), Error, "disposed");
    assertThrows(() => engine.step(drawnSteps(1, 10, 0.5)), Error, "disposed");
    assertThrows(() => engine.evaluate(allRows(data)), Error, "disposed");
    await assertRejects(() => engine.settle(), Error, "disposed");
    await assertRejects(() => engine.read(), Error, "disposed");
    // Disposing of an engine again is allowed.
    await engine[Symbol.asyncDispose]();
  });

  register("throws for data, rows, steps and states that do not fit its options", async () => {
    const data = generatedData({ rows: 150, width: 28, height: 28, classes: 10 });
    const state = drawState(NOTEBOOK_ENGINE.architecture, NOTEBOOK_ENGINE.optimizer);
    const [step] = drawnSteps(1, 100, 0.5);
    await using engine = await make(NOTEBOOK_ENGINE);
    const small = generatedData({ rows: 10, width: 8, height: 8, classes: 10 });
    assertThrows(() => engine.load(small), RangeError, "64");
    assertThrows(() => engine.load({ ...data, classes: 11 }), RangeError, "11");
    engine.load(data);
    assertThrows(() => engine.start(Uint32Array.of(150), state), RangeError, "150");
    assertThrows(() => engine.start(new Uint32Array(151), state), RangeError, "151");
    const parameters = state.parameters.slice(1);
    assertThrows(() => engine.start(allRows(data), { ...state, parameters }), RangeError, "45359");
    const moments = state.parameters.slice();
    assertThrows(() => engine.start(allRows(data), { ...state, moments }), RangeError, "0 moments");
    engine.start(allRows(data), state);
    for (const count of [101, 0, 1.5]) {
      assertThrows(() => engine.step([{ ...step, count }]), RangeError, `value is ${count}`);
    }
    for (const from of [51, -1, 0.5]) {
      assertThrows(() => engine.step([{ ...step, from }]), RangeError, `rows from ${from}`);
    }
    assertThrows(() => engine.evaluate(Uint32Array.of(3, 150)), RangeError, "150");
    assertThrows(() => engine.evaluate(new Uint32Array()), RangeError, "no rows");
    assertSame((await engine.read()).parameters, state.parameters);
  });
}
