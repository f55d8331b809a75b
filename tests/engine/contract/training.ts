/** Contract: parameters and moments match float64 after some steps. */
import { assert, assertEquals } from "@std/assert";
import type { EngineOptions } from "../../../lib/engine/engine.ts";
import { OPTIMIZERS } from "../../../lib/net/optimizers.ts";
import { prngKey } from "../../../lib/random/threefry.ts";
import { drawState, generatedData, relativeError } from "../../../lib/engine/reference.ts";
import { type ComparedTraining, compareSteps } from "../../../lib/engine/self_check.ts";
import {
  drawnSteps,
  epochSteps,
  LARGE_BATCH_ENGINE,
  type MakeEngine,
  NOTEBOOK_ENGINE,
  OTHER_ENGINE,
  otherData,
  type Register,
} from "./shared.ts";

/** Registers the tests of steps. */
export function registerTraining(register: Register, make: MakeEngine): void {
  register("matches float64 after ten steps of the notebook's net", async () => {
    const data = generatedData({ rows: 1000, width: 28, height: 28, classes: 10 });
    await assertSteps(make, { options: NOTEBOOK_ENGINE, data, steps: drawnSteps(10, 100, 0.5) });
  }, { smoke: "all sets" });

  for (const { defaults: optimizer } of Object.values(OPTIMIZERS)) {
    register(
      `matches float64 after ten steps of ${optimizer.name} in a shuffled epoch of shifted images`,
      async () => {
        const data = otherData(575);
        const options = { ...OTHER_ENGINE, optimizer };
        // The last batch has the remaining 35 rows.
        const learningRate = optimizer.name === "adam" ? 0.01 : 0.1;
        const steps = epochSteps(575, 60, learningRate);
        assertEquals(steps.length, 10);
        assertEquals(steps[9].count, 35);
        await assertSteps(make, { options, data, steps, deviation: 1 });
      },
      {
        core: optimizer !== OPTIMIZERS.sgd.defaults,
        smoke: optimizer === OPTIMIZERS.adam.defaults ? "one set" : undefined,
      },
    );
  }

  for (const { defaults: optimizer } of Object.values(OPTIMIZERS)) {
    register(
      `matches float64 after three steps of ${optimizer.name} on 1500 shifted images each`,
      async () => {
        const data = generatedData({ rows: 2000, width: 9, height: 7, classes: 10 });
        const options = { ...LARGE_BATCH_ENGINE, optimizer };
        const learningRate = optimizer.name === "adam" ? 0.01 : 0.1;
        const steps = drawnSteps(3, 1500, learningRate);
        await assertSteps(make, { options, data, steps, deviation: 1 });
      },
      { smoke: optimizer === OPTIMIZERS.sgd.defaults ? "one set" : undefined },
    );
  }

  register("matches float64 after a step on 700 images of 1600 pixels", async () => {
    // A batch has more words of four pixels than gather.wgsl has invocations.
    const architecture = { ...NOTEBOOK_ENGINE.architecture, inputs: 1600, hidden: [5, 6] } as const;
    const data = generatedData({ rows: 700, width: 40, height: 40, classes: 10 });
    const options = { ...NOTEBOOK_ENGINE, architecture, batchSize: 700 };
    await assertSteps(make, { options, data, steps: drawnSteps(1, 700, 0.5) });
  });

  register("averages the gradient over a batch of all 5000 rows", async () => {
    const architecture = { ...NOTEBOOK_ENGINE.architecture, inputs: 13, hidden: [7, 13] } as const;
    const data = generatedData({ rows: 5000, width: 13, height: 1, classes: 10 });
    const options = { ...NOTEBOOK_ENGINE, architecture, batchSize: 5000 };
    const steps = [{ key: prngKey(1), from: 0, count: 5000, learningRate: 2 ** 10 }];
    const { error } = await train(make, { options, data, steps });
    assert(error <= 1e-5);
  });
}

/** What an engine and the reference are to train. */
interface Training extends ComparedTraining {
  options: EngineOptions;
  deviation?: number;
}

/** Trains an engine and the reference in the same way. */
async function train(make: MakeEngine, { deviation, ...training }: Training) {
  const { options } = training;
  const start = drawState(options.architecture, options.optimizer, deviation);
  await using engine = await make(options);
  return { start, ...await compareSteps(engine, { ...training, state: start }) };
}

/** Asserts that an engine's parameters and moments match the reference's after training. */
export async function assertSteps(make: MakeEngine, training: Training): Promise<void> {
  const { ours, reference, error: ofChange } = await train(make, training);
  const ofParameters = relativeError(ours.parameters, reference.parameters);
  // Adam changes a parameter by about the learning rate, even if its gradient is a rounding error.
  const tolerance = training.options.optimizer.name === "adam" ? 1e-5 : 1e-6;
  assert(ofParameters <= tolerance, `relative error of the parameters: ${ofParameters}`);
  assert(ofChange <= 1e-4, `relative error of their change: ${ofChange}`);
  // Adam's m and v are compared separately: the norm of m is about a thousand times that of v.
  for (let from = 0; from < reference.moments.length; from += ours.parameters.length) {
    const to = from + ours.parameters.length;
    const [moment, expected] = [ours.moments, reference.moments].map((all) => all.slice(from, to));
    const error = relativeError(moment, expected);
    assert(error <= 5e-6, `relative error of ${from === 0 ? "m" : "v"}: ${error}`);
  }
}
