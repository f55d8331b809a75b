import { assert, assertEquals } from "@std/assert";
import type { Dataset } from "../../../lib/data/dataset.ts";
import { distortImage, type Distortion, drawDistortion } from "../../../lib/engine/distortion.ts";
import type { Augmentation, EngineOptions, EngineState, Step } from "../../../lib/engine/engine.ts";
import { drawState, generatedData, Reference } from "../../../lib/engine/reference.ts";
import { OPTIMIZERS } from "../../../lib/net/optimizers.ts";
import { permutation } from "../../../lib/random/distributions.ts";
import { prngKey } from "../../../lib/random/threefry.ts";
import {
  allRows,
  assertSame,
  epochSteps,
  LARGE_BATCH_ENGINE,
  type MakeEngine,
  OTHER_ENGINE,
  otherData,
  type Register,
} from "./shared.ts";

const NONE: Distortion = { rotate: 0, zoom: 0, shear: 0, shift: 0, warp: 0 };
const ALL: Distortion = { rotate: 15, zoom: 0.15, shear: 0.2, shift: 2, warp: 4 };

/** The number of rows that are compared byte by byte. */
const ROWS = 8;

/** Registers tests of the images that an engine distorts for its steps. */
export function registerDistortions(register: Register, make: MakeEngine): void {
  const strengths: [string, Distortion][] = [
    ["rotates", { ...NONE, rotate: 180 }],
    ["scales", { ...NONE, zoom: 0.99 }],
    ["shears", { ...NONE, shear: 1 }],
    ["shears by up to 1000", { ...NONE, shear: 1000 }],
    ["shifts by parts of a pixel", { ...NONE, shift: 3 }],
    ["shifts by up to 1000 pixels", { ...NONE, shift: 1000 }],
    ["bends", { ...NONE, warp: 6 }],
    ["bends by up to 1000 pixels", { ...NONE, warp: 1000 }],
  ];
  for (const [does, augment] of strengths) {
    register(`${does} images as the definition in float64 does`, async () => {
      await assertDistorted(make, augment, [13, 9]);
      await assertDistorted(make, augment, [22, 20]);
    }, { shared: true });
  }

  register("in every way at once distorts images as the definition in float64 does", async () => {
    for (const size of [[28, 28], [5, 1]]) await assertDistorted(make, ALL, size);
  }, { core: true, shared: true });

  register("distorts images of any size as the definition in float64 does", async () => {
    for (const size of [[1, 1], [1, 6], [3, 5], [14, 3], [18, 20], [19, 34], [37, 4]]) {
      await assertDistorted(make, ALL, size);
    }
  }, { shared: true });

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
      assertSame(await trained(make, ALL, { atOnce: 1 }), await trained(make, ALL));
    },
  );

  register("resumes in the middle of an epoch of distorted images, to the bit", async () => {
    assertSame(await trained(make, ALL, { resumeAfter: 2 }), await trained(make, ALL));
  });

  register(
    "distorts the rows of every batch by their places, of batches in turns too",
    async () => {
      // More than a binding of half a megabyte holds.
      const data = generatedData({ rows: 9000, width: 9, height: 7, classes: 10 });
      const options = { ...LARGE_BATCH_ENGINE, optimizer: OPTIMIZERS.sgd.defaults, augment: ALL };
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
    { smoke: "one set", shared: true },
  );
}

/**
 * Trains for an epoch of six steps and returns the state after it.
 *
 * @param atOnce Steps per call of `step()`
 * @param resumeAfter After so many steps, another engine continues from the first one's state
 */
async function trained(
  make: MakeEngine,
  augment: Augmentation,
  { atOnce = 6, resumeAfter = 0 } = {},
): Promise<EngineState> {
  const data = otherData(350);
  const options = { ...OTHER_ENGINE, augment };
  const steps = epochSteps(350, 60, 0.01);
  const take = async (steps: Step[], state: EngineState) => {
    await using engine = await make(options);
    engine.load(data);
    engine.start(allRows(data), state);
    for (let i = 0; i < steps.length; i += atOnce) engine.step(steps.slice(i, i + atOnce));
    return await engine.read();
  };
  let state = drawState(options.architecture, options.optimizer);
  if (resumeAfter > 0) state = await take(steps.splice(0, resumeAfter), state);
  return await take(steps, state);
}

/**
 * Returns rows with nonzero pixels everywhere or in a part of the image only: an engine may skip the
 * pixels around them.
 */
function inkedData(width: number, height: number): Dataset {
  const data = { ...generatedData({ rows: ROWS, width, height, classes: 2 }), classes: 2 };
  const isInked = (row: number, x: number, y: number) => {
    switch (row) {
      case 0: // nothing
        return false;
      case 1: // one pixel in a corner
        return x === 0 && y === 0;
      case 2:
        return x === width - 1 && y === height - 1;
      case 3: // the middle
        return Math.abs(2 * x + 1 - width) * 3 <= width && Math.abs(2 * y + 1 - height) <= 4;
      case 4: // one side
        return 4 * x < width;
      default:
        return (x * 7 + y * 13 + row) % 5 > 1;
    }
  };
  data.images.forEach((_, i) => {
    const [row, pixel] = [Math.floor(i / (width * height)), i % (width * height)];
    const inked = isInked(row, pixel % width, Math.floor(pixel / width));
    data.images[i] = inked ? 255 - (i * 31) % 7 * 30 : 0;
  });
  return data;
}

/** Asserts that images are distorted as the definition says, up to one level of few bytes. */
export async function assertDistorted(
  make: MakeEngine,
  augment: Distortion,
  [width, height]: number[],
  data: Dataset = inkedData(width, height),
): Promise<void> {
  const found = await inputsOfSteps(make, data, augment);
  const key = prngKey(5);
  const pixels = width * height;
  const rows = permutation(key, data.labels.length);
  let differing = 0;
  rows.forEach((row, position) => {
    const image = data.images.subarray(row * pixels, (row + 1) * pixels);
    const drawn = drawDistortion(key, position, augment);
    const expected = distortImage(image, { width, height }, drawn);
    found[position].forEach((byte, pixel) => {
      const difference = Math.abs(byte - expected[pixel]);
      assert(
        difference <= 1,
        `${width} x ${height}, row ${row}, pixel ${pixel}: ${byte}, not ${expected[pixel]}`,
      );
      differing += difference;
    });
  });
  const bytes = rows.length * pixels;
  assert(differing <= 1 + 0.01 * bytes, `${differing} of ${bytes} bytes differ`);
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
    optimizer: OPTIMIZERS.sgd.defaults,
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
