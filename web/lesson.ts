/** Teaches a net a digit that the visitor named: a few steps on it, among other digits. */
import type { Dataset } from "../lib/data/dataset.ts";
import { createEngine } from "../lib/engine/create.ts";
import type { Backend, EngineOptions, EngineState } from "../lib/engine/engine.ts";
import { copyOfState, stateBefore } from "../lib/engine/state.ts";
import type { SavedModel } from "../lib/model/saved_model.ts";
import { flatParameters, isTrainable } from "../lib/net/architecture.ts";
import { HEADS } from "../lib/net/heads.ts";
import { parameterViews, predictedClass } from "../lib/net/maths.ts";
import { OPTIMIZERS } from "../lib/net/optimizers.ts";
import { permutation } from "../lib/random/distributions.ts";
import { prngKey } from "../lib/random/threefry.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { forwardPass } from "../lib/training/predict.ts";
import type { NamedDigit } from "./messages.ts";

/**
 * What a batch contains: copies of the digit, rows of the data of each class, and the digits named
 * last. With fewer others, or larger steps, a net forgets much for one digit: with the preset small after
 * 1,500 steps, up to 28% of the test digits, and with these at most 2.2% in six trials.
 */
const COPIES = 2;
const ROWS_OF_CLASS = 3;
const MOST_NAMED = 10;
/** The learning rate, as a fraction of the run's. */
const RATE = 0.5;
/** Steps after which the lesson ends, even if the net's answer is still wrong. */
const MOST_STEPS = 20;
/** A lesson ends once the net's answer is right, with this probability if its head can reach it. */
const SURE = 0.5;

/** The net to teach. */
export interface Pupil {
  options: Pick<EngineOptions, "architecture" | "optimizer" | "scale" | "threefry">;
  state: EngineState;
  learningRate: number;
}

/**
 * Returns a net of a file as a pupil. If its file does not say how it was trained, Adam suits most nets.
 *
 * @throws {Error} If no engine can train the net
 */
export function pupilOf({ architecture, scale, parameters, run }: SavedModel): Pupil {
  if (!isTrainable(architecture)) {
    throw new Error(`the page does not train nets with ${architecture.activation}`);
  }
  const { threefry, ...options } = run?.options ?? NOTEBOOK;
  const optimizer = OPTIMIZERS[run ? options.optimizer : "adam"].defaults;
  const flat = Float32Array.from(flatParameters(architecture, parameters));
  return {
    options: { architecture, scale, threefry, optimizer },
    state: stateBefore(optimizer, flat),
    learningRate: run ? options.learningRate : 0.002,
  };
}

/** The result of a lesson. */
export interface Lesson {
  state: EngineState;
  /** Number of steps. */
  steps: number;
}

/**
 * Teaches a net the last of some digits.
 *
 * @param pupil The net
 * @param named The digits that the visitor named
 * @param data The data set with the others
 * @param rows The training rows
 * @returns The net's state after the lesson
 * @throws {Error} If the net is no longer finite, or no engine can be created
 */
export async function teach(
  { options, state, learningRate }: Pupil,
  named: readonly NamedDigit[],
  data: Dataset,
  rows: Uint32Array,
): Promise<Lesson> {
  const { label, image } = named.at(-1)!;
  const batch = batchFor(named, data, rows);
  const batchSize = batch.labels.length;
  // Such a batch is too small for a GPU, and for threads.
  const backend: Backend = typeof WebAssembly === "undefined" ? "auto" : "cpu";
  await using engine = await createEngine({
    ...options,
    ...{ batchSize, augment: "none", backend, threads: 1 },
  });
  engine.load(batch);
  engine.start(Uint32Array.from(batch.labels.keys()), state);
  const { architecture, scale } = options;
  const canBeSure = HEADS[architecture.head].output.bound === Infinity;
  for (let steps = 1;; steps++) {
    const key = prngKey(steps);
    engine.step([{ key, from: 0, count: batchSize, learningRate: RATE * learningRate }]);
    const after = copyOfState(await engine.read());
    if (after.parameters.some((value) => !isFinite(value))) {
      throw new Error("the weights would no longer be finite numbers; try a smaller learning rate");
    }
    const parameters = parameterViews(architecture, after.parameters);
    const { x3, p } = forwardPass({ architecture, scale, parameters }, image);
    const isRight = predictedClass(x3) === label && (p[label] > SURE || !canBeSure);
    if (isRight || steps === MOST_STEPS) return { state: after, steps };
  }
}

/** Returns the batch as a data set. */
function batchFor(
  named: readonly NamedDigit[],
  { name, width, height, classes, ...data }: Dataset,
  rows: Uint32Array,
): Dataset {
  const size = width * height;
  const digits: Omit<NamedDigit, "isTest">[] = [
    ...Array<NamedDigit>(COPIES).fill(named.at(-1)!),
    ...named.slice(-1 - MOST_NAMED, -1),
  ];
  const left = new Uint8Array(classes).fill(ROWS_OF_CLASS);
  // Each lesson has other rows, and the same lesson has the same.
  for (const drawn of permutation(prngKey(named.length), rows.length)) {
    if (left.every((count) => count === 0)) break;
    const row = rows[drawn];
    const label = data.labels[row];
    if (left[label] === 0) continue;
    left[label]--;
    digits.push({ image: data.images.subarray(row * size, (row + 1) * size), label });
  }
  const images = new Uint8Array(digits.length * size);
  digits.forEach(({ image }, i) => images.set(image, i * size));
  const labels = Uint8Array.from(digits, ({ label }) => label);
  return { name, width, height, classes, images, labels, trainRows: labels.length };
}
