import { assert, assertEquals } from "@std/assert";
import type { Dataset } from "../../../lib/data/dataset.ts";
import { distortImage, type Distortion, drawDistortion } from "../../../lib/engine/distortion.ts";
import type { Augmentation, EngineOptions, Step } from "../../../lib/engine/engine.ts";
import { drawState, generatedData, Reference } from "../../../lib/engine/reference.ts";
import { OPTIMIZERS } from "../../../lib/net/optimizer.ts";
import { permutation } from "../../../lib/random/distributions.ts";
import { prngKey } from "../../../lib/random/threefry.ts";
import {
  allRows,
  assertSame,
  epochSteps,
  type MakeEngine,
  OTHER_ENGINE,
  type Register,
} from "./shared.ts";

const NONE: Distortion = { rotate: 0, zoom: 0, shear: 0, shift: 0, warp: 0 };
const ALL: Distortion = { rotate: 15, zoom: 0.15, shear: 0.2, shift: 2, warp: 4 };

/** Rows that are compared byte by byte. */
const ROWS = 6;

/** Images as an engine distorts them for its steps. */
export function registerDistortions(register: Register, make: MakeEngine): void {
  const strengths: [string, Distortion][] = [
    ["rotates", { ...NONE, rotate: 180 }],
    ["scales", { ...NONE, zoom: 0.9 }],
    ["shears", { ...NONE, shear: 1 }],
    ["shifts by parts of a pixel", { ...NONE, shift: 3 }],
    ["bends", { ...NONE, warp: 6 }],
    ["in every way at once distorts", ALL],
    ["moves away", { ...NONE, shift: 1000, warp: 1000 }],
  ];
  for (const [does, augment] of strengths) {
    register(`${does} images as the definition in float64 does`, async () => {
      const sizes = augment === ALL ? [[28, 28], [5, 1], [1, 6]] : [[13, 9]];
      for (const [width, height] of sizes) {
        await assertDistorted(make, augment, { width, height });
      }
    });
  }

  register(
    "takes steps on distorted images as on images as they are where no strength is above 0",
    async () => {
      const plain = await trained(make, "none");
      assertSame(await trained(make, NONE), plain);
      assert((await trained(make, { ...NONE, shift: 0.5 })).parameters[0] !== plain.parameters[0]);
    },
  );

  register(
    "takes the same steps on distorted images however they are divided among calls",
    async () => {
      assertSame(await trained(make, ALL, 1), await trained(make, ALL));
    },
  );

  register(
    "distorts the rows of every batch by their places, of batches in turns too",
    async () => {
      // More than a binding of half a megabyte holds.
      const data = generatedData({ rows: 9000, width: 8, height: 8, classes: 4 });
      const options = { ...OTHER_ENGINE, optimizer: OPTIMIZERS.sgd, batchSize: 1200, augment: ALL };
      const start = drawState(options.architecture, options.optimizer, 1);
      const reference = new Reference(options, data, allRows(data), start);
      const step: Step = { key: prngKey(9), from: 7500, count: 1200, learningRate: 1 };
      const gradient = reference.gradient(step);
      await using engine = await make(options);
      engine.load(data);
      engine.start(allRows(data), start);
      engine.step([step]);
      const { parameters } = await engine.read();
      let error = 0;
      let length = 0;
      gradient.forEach((value, i) => {
        error += (start.parameters[i] - parameters[i] - value) ** 2;
        length += value ** 2;
      });
      // A byte in some hundreds is one level off. Other distortions would be off by about 1.
      assert(Math.sqrt(error / length) < 2e-3, `${Math.sqrt(error / length)}`);
    },
  );
}

/** The state after an epoch. */
async function trained(make: MakeEngine, augment: Augmentation, atOnce = 6) {
  const data = generatedData({ rows: 350, width: 8, height: 8, classes: 4 });
  const options = { ...OTHER_ENGINE, augment };
  await using engine = await make(options);
  engine.load(data);
  engine.start(allRows(data), drawState(options.architecture, options.optimizer));
  const steps = epochSteps(350, 60, 0.01);
  for (let i = 0; i < steps.length; i += atOnce) engine.step(steps.slice(i, i + atOnce));
  return await engine.read();
}

/** Asserts that images are distorted as the definition says, up to one level of few bytes. */
async function assertDistorted(
  make: MakeEngine,
  augment: Distortion,
  size: { width: number; height: number },
): Promise<void> {
  const data = { ...generatedData({ rows: ROWS, ...size, classes: 2 }), classes: 2 };
  data.images.set(data.images.map((byte) => byte === 0 ? 0 : 255 - byte % 7 * 30));
  const found = await inputsOfSteps(make, data, augment);
  const key = prngKey(5);
  const pixels = size.width * size.height;
  const rows = permutation(key, ROWS, { layout: "legacy" });
  let differing = 0;
  rows.forEach((row, position) => {
    const image = data.images.subarray(row * pixels, (row + 1) * pixels);
    const expected = distortImage(image, size, drawDistortion(key, position, augment));
    found[position].forEach((byte, pixel) => {
      const difference = Math.abs(byte - expected[pixel]);
      assert(difference <= 1, `row ${position}, pixel ${pixel}: ${byte}, not ${expected[pixel]}`);
      differing += difference;
    });
  });
  assert(differing <= 1 + 0.01 * ROWS * pixels, `${differing} of ${ROWS * pixels} bytes differ`);
}

/**
 * The bytes that steps of one row each take as inputs. With w0 = 0 and SGD, a step changes w0 by a
 * multiple of the row's inputs, and b0 by that multiple.
 */
async function inputsOfSteps(
  make: MakeEngine,
  data: Dataset,
  augment: Augmentation,
): Promise<number[][]> {
  const inputs = data.width * data.height;
  const options: EngineOptions = {
    architecture: { inputs, hidden: [1, 1], classes: 2, activation: "tanh", head: "softmax" },
    optimizer: OPTIMIZERS.sgd,
    batchSize: 1,
    scale: "unit",
    augment,
    threefry: "legacy",
  };
  await using engine = await make(options);
  engine.load(data);
  const parameters = new Float32Array(inputs + 7);
  // b0 = 0, w1 = 1, b1 = 0, w2 = (1, -1), b2 = 0
  parameters.set([0, 1, 0, 1, -1, 0, 0], inputs);
  const found: number[][] = [];
  for (let position = 0; position < data.labels.length; position++) {
    engine.start(allRows(data), { parameters, moments: new Float32Array(), stepsTaken: 0 });
    engine.step([{ key: prngKey(5), from: position, count: 1, learningRate: 1 }]);
    const { parameters: changed } = await engine.read();
    const ofBias = changed[inputs];
    assert(ofBias !== 0);
    const bytes = Array.from(changed.subarray(0, inputs), (change) => 255 * change / ofBias);
    const rounded = bytes.map(Math.round);
    bytes.forEach((byte, i) => assert(Math.abs(byte - rounded[i]) < 0.01, `${byte}`));
    found.push(rounded);
  }
  assertEquals(found.length, data.labels.length);
  return found;
}
