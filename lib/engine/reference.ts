/** A float64 implementation of an engine's work, as the reference that engines are compared with. */
import { PIXEL_SCALES } from "../data/normalize.ts";
import { type Dataset, imageOf, type PixelScale } from "../data/dataset.ts";
import { augmentImage } from "./augment.ts";
import type { EngineOptions, EngineState, Step } from "./engine.ts";
import { stateBefore } from "./state.ts";
import { type Architecture, parameterCount, parameterRanges } from "../net/architecture.ts";
import { type Evaluation, RowCounter } from "../net/evaluation.ts";
import { forward, gradients } from "../net/maths.ts";
import { type Optimizer, updateParameters } from "../net/optimizers.ts";
import { normal, permutation } from "../random/distributions.ts";
import { prngKey, randomBits, split } from "../random/threefry.ts";

/** Has the same methods as an engine, but runs each call immediately. */
export class Reference {
  readonly parameters: Float64Array;
  readonly moments: Float64Array;
  readonly #options: EngineOptions;
  readonly #data: Dataset;
  readonly #rows: Uint32Array;
  #stepsTaken: number;

  constructor(options: EngineOptions, data: Dataset, rows: Uint32Array, state: EngineState) {
    this.#options = options;
    this.#data = data;
    this.#rows = rows;
    this.parameters = Float64Array.from(state.parameters);
    this.moments = Float64Array.from(state.moments);
    this.#stepsTaken = state.stepsTaken;
  }

  /** Returns the gradient that a step would use now. */
  gradient({ key, from, count }: Step): Float64Array {
    const { architecture, augment, threefry, scale } = this.#options;
    const drawn = permutation(key, this.#rows.length, { threefry });
    const rows = Array.from(drawn.slice(from, from + count), (row) => this.#rows[row]);
    const change = (image: Uint8Array, i: number) =>
      augmentImage(image, this.#data, augment, { key, position: from + i });
    const inputs = inputsOf(this.#data, rows, scale, change);
    const labels = rows.map((row) => this.#data.labels[row]);
    return gradients(architecture, this.parameters, inputs, labels);
  }

  step(step: Step): void {
    updateParameters(
      this.#options.optimizer,
      this.parameters,
      this.moments,
      this.gradient(step),
      step.learningRate,
      this.#stepsTaken++,
    );
  }

  /** Like an engine's `evaluate`; also counts rows whose prediction depends on a difference below 1e-6. */
  evaluate(rows: Uint32Array): Evaluation & { undecided: number } {
    const { architecture, scale } = this.#options;
    const { classes, head } = architecture;
    const inputs = inputsOf(this.#data, [...rows], scale);
    const { x3 } = forward(architecture, this.parameters, inputs);
    const counter = new RowCounter(head);
    let undecided = 0;
    rows.forEach((row, i) => {
      const outputs = x3.subarray(i * classes, (i + 1) * classes);
      const [second, first] = outputs.toSorted().slice(-2);
      if (first - second < 1e-6) undecided++;
      counter.add(outputs, this.#data.labels[row]);
    });
    return { ...counter.result(), undecided };
  }
}

/** The net's inputs (B, D) for rows of a data set. Augmented images keep the scale of the original ones. */
function inputsOf(
  data: Dataset,
  rows: readonly number[],
  scale: PixelScale,
  change: (image: Uint8Array, i: number) => Uint8Array = (image) => image,
): Float64Array {
  const pixels = data.width * data.height;
  const inputs = new Float64Array(rows.length * pixels);
  rows.forEach((row, i) => {
    const image = imageOf(data, row);
    const squares = image.reduce((sum, byte) => sum + byte * byte, 0);
    const divisor = PIXEL_SCALES[scale].divisor(squares);
    change(image, i).forEach((byte, pixel) => inputs[i * pixels + pixel] = byte / divisor);
  });
  return inputs;
}

/** A data set with random labels and random bytes, of which 80% are 0 as in MNIST; row 0 is all zeros. */
export function generatedData(
  { rows, width, height, classes }: {
    rows: number;
    width: number;
    height: number;
    classes: number;
  },
): Dataset {
  const pixels = width * height;
  const images = new Uint8Array(rows * pixels);
  // A loop, as Uint8Array.from with a function is slow.
  const words = randomBits(prngKey(rows), images.length);
  for (let i = pixels; i < images.length; i++) if (words[i] % 5 === 0) images[i] = words[i] >>> 24;
  const labels = Uint8Array.from(randomBits(prngKey(rows + 1), rows), (word) => word % classes);
  return { name: "generated", width, height, classes, images, labels, trainRows: rows };
}

/** Repeats the rows of a data set, since random numbers take long to draw, until there are so many. */
export function repeatedRows(data: Dataset, rows: number): Dataset {
  const different = data.labels.length;
  const images = new Uint8Array(rows * data.width * data.height);
  const labels = new Uint8Array(rows);
  for (let from = 0; from < rows; from += different) {
    const count = Math.min(different, rows - from);
    images.set(data.images.subarray(0, count * images.length / rows), from * images.length / rows);
    labels.set(data.labels.subarray(0, count), from);
  }
  return { ...data, images, labels, trainRows: rows };
}

/** The numbers of all rows of a data set. */
export function allRows({ labels }: Dataset): Uint32Array<ArrayBuffer> {
  return Uint32Array.from(labels, (_, row) => row);
}

/** Steps that each sample from all rows, like the notebook's. */
export function drawnSteps(steps: number, count: number, learningRate: number): Step[] {
  return split(prngKey(42), steps).map((key) => ({ key, from: 0, count, learningRate }));
}

/** An initial state: weights N(0, deviation² / in) and biases N(0, deviation²), or all N(0, 1). */
export function drawState(
  architecture: Architecture,
  optimizer: Optimizer,
  deviation?: number,
): EngineState {
  const count = parameterCount(architecture);
  const parameters = normal(prngKey(count), count);
  if (deviation !== undefined) {
    for (const { shape: [, fanIn = 1], offset, length } of parameterRanges(architecture)) {
      for (let i = offset; i < offset + length; i++) parameters[i] *= deviation / Math.sqrt(fanIn);
    }
  }
  return stateBefore(optimizer, parameters);
}

/**
 * |values - expected| / |expected - start| of whole vectors; 0 if values are as expected.
 *
 * @param start What both began from, so that the error is a fraction of the change; 0 by default
 */
export function relativeError(
  values: ArrayLike<number>,
  expected: ArrayLike<number>,
  start?: ArrayLike<number>,
): number {
  let [error, change] = [0, 0];
  for (let i = 0; i < expected.length; i++) {
    error += (values[i] - expected[i]) ** 2;
    change += (expected[i] - (start?.[i] ?? 0)) ** 2;
  }
  return error === 0 ? 0 : Math.sqrt(error / change);
}
