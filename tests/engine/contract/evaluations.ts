/** Contract: evaluations count correct predictions and average the loss. */
import { assert, assertEquals } from "@std/assert";
import { type Architecture, parameterRanges } from "../../../lib/net/architecture.ts";
import { drawState, generatedData, Reference } from "../../../lib/engine/reference.ts";
import {
  allRows,
  drawnSteps,
  type MakeEngine,
  NOTEBOOK_ENGINE,
  OTHER_ENGINE,
  otherData,
  type Register,
  startEngine,
} from "./shared.ts";

/** Registers the tests of evaluations: counts, losses, ties and values that are not finite. */
export function registerEvaluations(register: Register, make: MakeEngine): void {
  for (const head of ["notebook", "softmax"] as const) {
    for (const activation of ["tanh", "relu"] as const) {
      register(
        `counts correct predictions and averages the loss with ${activation} and the ${head} head`,
        async () => {
          const architecture: Architecture = { ...NOTEBOOK_ENGINE.architecture, activation, head };
          const data = generatedData({ rows: 730, width: 28, height: 28, classes: 10 });
          const options = { ...NOTEBOOK_ENGINE, architecture };
          const state = drawState(architecture, options.optimizer, 1);
          // With larger biases, nearly all rows would have the same prediction.
          for (const { name, offset, length } of parameterRanges(architecture)) {
            for (let i = offset; name.startsWith("b") && i < offset + length; i++) {
              state.parameters[i] *= 0.1;
            }
          }
          const reference = new Reference(options, data, allRows(data), state);
          await using engine = await startEngine(make, { options, data, state });
          for (const rows of [[7], [0, 3, 3, 729], allRows(data).slice(99, 600), allRows(data)]) {
            engine.evaluate(Uint32Array.from(rows));
            const [ours, ...more] = await engine.settle();
            assertEquals(more, []);
            const { correct, loss, undecided } = reference.evaluate(Uint32Array.from(rows));
            assertEquals(ours.rows, rows.length);
            assert(
              Math.abs(ours.correct - correct) <= undecided,
              `${ours.correct} correct, expected ${correct}`,
            );
            assert(Math.abs(ours.loss / loss - 1) <= 1e-5, `loss ${ours.loss}, expected ${loss}`);
            assert(undecided < 0.01 * rows.length);
          }
        },
        { core: activation === "relu" && head === "softmax" },
      );
    }
  }

  for (const activation of ["tanh", "relu"] as const) {
    register(
      `computes the large softmax losses of N(0, 1) parameters with ${activation}`,
      async () => {
        const architecture = {
          ...NOTEBOOK_ENGINE.architecture,
          activation,
          head: "softmax",
        } as const;
        const data = generatedData({ rows: 400, width: 28, height: 28, classes: 10 });
        const options = { ...NOTEBOOK_ENGINE, architecture };
        const state = drawState(architecture, options.optimizer);
        const expected = new Reference(options, data, allRows(data), state).evaluate(allRows(data));
        // Then some labels have a probability that is 0 in float32.
        assert(expected.loss > 10, `expected loss ${expected.loss}`);
        await using engine = await startEngine(make, { options, data, state });
        engine.evaluate(allRows(data));
        const [{ loss }] = await engine.settle();
        assert(
          Math.abs(loss / expected.loss - 1) <= 1e-5,
          `loss ${loss}, expected ${expected.loss}`,
        );
      },
    );
  }

  const augmentations = {
    shift: "shift",
    distort: { rotate: 15, zoom: 0, shear: 0, shift: 2, warp: 0 },
  } as const;
  for (const [how, augment] of Object.entries(augmentations)) {
    register(`evaluates images as they are, although its steps ${how} images`, async () => {
      const data = otherData(300);
      const options = { ...OTHER_ENGINE, augment };
      const state = drawState(options.architecture, options.optimizer, 1);
      const reference = new Reference(options, data, allRows(data), state);
      const expected = reference.evaluate(allRows(data));
      await using engine = await startEngine(make, { options, data, state });
      engine.evaluate(allRows(data));
      engine.step(drawnSteps(1, 60, 1e-9));
      engine.evaluate(allRows(data));
      for (const { correct, loss } of await engine.settle()) {
        assert(Math.abs(correct - expected.correct) <= expected.undecided);
        const error = Math.abs(loss / expected.loss - 1);
        assert(error <= 1e-5, `loss ${loss}, expected ${expected.loss}`);
      }
    });
  }

  register("predicts the first of equal outputs", async () => {
    const { architecture, optimizer } = NOTEBOOK_ENGINE;
    const data = generatedData({ rows: 100, width: 28, height: 28, classes: 10 });
    const state = drawState(architecture, optimizer);
    // With this b2, the outputs of classes 3, 6 and 9 are exactly 1, and the others are -1.
    const { offset, length } = parameterRanges(architecture)[5];
    for (let c = 0; c < length; c++) {
      state.parameters[offset + c] = c > 0 && c % 3 === 0 ? 200 : -200;
    }
    await using engine = await startEngine(make, { options: NOTEBOOK_ENGINE, data, state });
    engine.evaluate(allRows(data));
    const [{ correct }] = await engine.settle();
    assertEquals(correct, data.labels.filter((label) => label === 3).length);
  }, { core: true });

  for (const head of ["notebook", "softmax"] as const) {
    for (const activation of ["tanh", "relu"] as const) {
      // One of the nets is that of other tests, whose kernels are compiled.
      const isOther = activation === "relu" && head === "softmax";
      register(
        `returns a loss that is not finite if a parameter is NaN, with ${activation} and the ${head} head`,
        async () => {
          const base = isOther ? OTHER_ENGINE : NOTEBOOK_ENGINE;
          const architecture: Architecture = { ...base.architecture, activation, head };
          const data = isOther
            ? otherData(10)
            : generatedData({ rows: 10, width: 28, height: 28, classes: 10 });
          // An engine may skip inputs that are 0, so one row has no zeros.
          const { inputs } = architecture;
          data.images.fill(255, inputs, 2 * inputs);
          await using engine = await make({ ...base, architecture });
          engine.load(data);
          for (const { name, offset } of parameterRanges(architecture)) {
            const state = drawState(architecture, base.optimizer);
            engine.start(allRows(data), state);
            engine.evaluate(allRows(data));
            state.parameters[offset] = NaN;
            engine.start(allRows(data), state);
            engine.evaluate(allRows(data));
            const losses = (await engine.settle()).map(({ loss }) => Number.isFinite(loss));
            assertEquals(losses, [true, false], name);
          }
        },
        // Implementations differ in what they make of NaN.
        {
          smoke: isOther
            ? "one set"
            : activation === "tanh" && head === "notebook"
            ? "all sets"
            : undefined,
        },
      );
    }
  }
}
