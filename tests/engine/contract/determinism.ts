/** Contract: the same calls give the same bits. */
import { assert, assertEquals } from "@std/assert";
import { OPTIMIZERS } from "../../../lib/net/optimizers.ts";
import { drawState, generatedData, relativeError } from "../../../lib/engine/reference.ts";
import {
  allRows,
  assertSame,
  drawnSteps,
  epochSteps,
  type MakeEngine,
  NOTEBOOK_ENGINE,
  OTHER_ENGINE,
  otherData,
  type Register,
  startEngine,
} from "./shared.ts";

/** Registers the tests of equal bits. */
export function registerDeterminism(register: Register, make: MakeEngine): void {
  const cases = [
    {
      what: "the notebook's options",
      options: NOTEBOOK_ENGINE,
      data: generatedData({ rows: 300, width: 28, height: 28, classes: 10 }),
      steps: drawnSteps(12, 100, 0.5),
    },
    ...Object.values(OPTIMIZERS).map(({ defaults: optimizer }) => ({
      what: `${optimizer.name} on shifted images in epochs`,
      options: { ...OTHER_ENGINE, optimizer },
      data: otherData(350),
      steps: [...epochSteps(350, 60, 0.01, 1), ...epochSteps(350, 60, 0.01, 2)],
    })),
  ];
  for (const { what, options, data, steps } of cases) {
    register(
      `gives the same bits in every run, however the steps are divided among calls, with ${what}`,
      async () => {
        const trainRows = allRows(data);
        const state = drawState(options.architecture, options.optimizer);
        await using engine = await make(options);
        engine.load(data);

        const run = async (sizes: readonly number[], between: () => unknown) => {
          engine.start(trainRows, state);
          for (let i = 0, from = 0; from < steps.length; from += sizes[i++ % sizes.length]) {
            engine.step(steps.slice(from, from + sizes[i % sizes.length]));
            await between();
          }
          return await engine.read();
        };
        const expected = await run([steps.length], () => {});
        assertEquals(expected.stepsTaken, steps.length);
        assert(relativeError(expected.parameters, state.parameters) > 1e-4);
        assertSame(await run([1], () => {}), expected);
        assertSame(await run([3, 1, 5], () => engine.settle()), expected);
        assertSame(await run([2], () => engine.read()), expected);

        await using another = await startEngine(make, { options, data, state });
        another.step(steps.slice(0, 7));
        const saved = await another.read();
        // This engine takes other steps in between, then returns to the state that was read.
        another.step(steps.slice(0, 3));
        another.start(trainRows, saved);
        another.step(steps.slice(7));
        assertSame(await another.read(), expected);
      },
    );
  }
}
