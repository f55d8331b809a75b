/** Evaluates a trained net on labeled images, in plain TypeScript, without a device. */
import { checkDataset } from "../data/check.ts";
import { type Dataset, imagesOf } from "../data/dataset.ts";
import { nextTurn } from "../engine/host.ts";
import { RowCounter } from "../net/evaluation.ts";
import type { Floats, Model } from "../net/architecture.ts";
import { measure, type Metrics } from "./metrics.ts";
import { outputsOfRows } from "./predict.ts";

/** The result of an evaluation, with the metrics on its rows. */
export interface EvaluationReport extends Metrics {
  /** Number of rows evaluated. */
  rows: number;
  /** Number of rows classified correctly. */
  correct: number;
  /** Shape (rows): the predicted class of each row. */
  answers: Uint8Array;
  /** Shape (rows): the probability of each row's predicted class. */
  confidences: Float32Array;
  /**
   * Shape (C, C), row-major: the number of rows by label (first index) and predicted class
   * (second).
   */
  confusion: Uint32Array;
  /**
   * Shape (C): the fraction of rows predicted as a class that belong to it; NaN if there are none.
   */
  precision: Float64Array;
  /** Shape (C): the fraction of a class's rows that are predicted as it; NaN if there are none. */
  recall: Float64Array;
}

/**
 * Compares a net's predictions with the labels.
 *
 * @param model A trained net
 * @param data The data set
 * @param rows The rows to evaluate; all if omitted. Leave out the rows that the net was trained on:
 *   `splitDataset` with the seed of its run returns the others.
 * @returns Counts and metrics
 * @throws {RangeError} If the data's images or classes do not fit the net, or the data set is
 *   inconsistent
 *
 * @example
 * ```ts
 * import { evaluate } from "./evaluate.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = {
 *   architecture: { inputs: 1, hidden: [1, 1], classes: 2, activation: "relu", head: "softmax" },
 *   scale: "unit",
 *   parameters: {
 *     w0: Float32Array.of(1), b0: Float32Array.of(0), w1: Float32Array.of(1),
 *     b1: Float32Array.of(0), w2: Float32Array.of(-1, 1), b2: Float32Array.of(0.5, 0),
 *   },
 * } as const;
 * const data = {
 *   name: "three points", width: 1, height: 1, classes: 2, trainRows: 0,
 *   images: Uint8Array.of(0, 255, 255), labels: Uint8Array.of(0, 1, 0),
 * };
 * const { correct, confusion, recall } = evaluate(model, data);
 * assertEquals([correct, ...confusion, ...recall], [2, 1, 1, 0, 1, 0.5, 1]);
 * ```
 */
export function evaluate(
  model: Model,
  data: Dataset,
  rows: ArrayLike<number> = Uint32Array.from(data.labels, (_, row) => row),
): EvaluationReport {
  const pieces = evaluateByRow(model, data, rows);
  for (;;) {
    const { done, value } = pieces.next();
    if (done) return value;
  }
}

/** How long an evaluation works before it lets the event loop run. */
const TURN_MILLISECONDS = 50;

/**
 * Does what `evaluate` does, but lets the event loop run now and then.
 *
 * @param onTurn Called then with the numbers of rows done and of all rows; if it returns false, the
 *   evaluation ends
 * @returns The report; undefined if it ended early
 * @throws {RangeError} If the data's images or classes do not fit the net
 */
export async function evaluateInTurns(
  model: Model,
  data: Dataset,
  rows: ArrayLike<number>,
  onTurn: (done: number, total: number) => boolean | void = () => {},
): Promise<EvaluationReport | undefined> {
  const pieces = evaluateByRow(model, data, rows);
  for (let begun = performance.now();;) {
    const { done, value } = pieces.next();
    if (done) return value;
    if (performance.now() - begun < TURN_MILLISECONDS) continue;
    await nextTurn();
    if (onTurn(value, rows.length) === false) return undefined;
    begun = performance.now();
  }
}

/** Yields the number of rows done after each row; returns the report. */
function* evaluateByRow(
  model: Model,
  data: Dataset,
  rows: ArrayLike<number>,
): Generator<number, EvaluationReport, void> {
  const { inputs, classes } = model.architecture;
  if (data.width * data.height !== inputs || data.classes > classes) {
    throw new RangeError(
      `Cannot evaluate as the data must have ${inputs} pixels and at most ${classes} classes: ` +
        `current value is ${data.width * data.height} pixels and ${data.classes} classes`,
    );
  }
  checkDataset(data);
  const tally = new Tally(model.architecture);
  const answers = new Uint8Array(rows.length);
  const confidences = new Float32Array(rows.length);
  for (const { row, x3, p } of outputsOfRows(model, imagesOf(data, rows))) {
    answers[row] = tally.add(x3, data.labels[rows[row]]);
    confidences[row] = p[answers[row]];
    yield row + 1;
  }
  return { ...tally.result(), answers, confidences };
}

/** What an evaluation says of all rows together. */
export type EvaluationCounts = Omit<EvaluationReport, "answers" | "confidences">;

/** Counts right and wrong predictions, row by row. */
export class Tally {
  readonly #classes: number;
  readonly #counter: RowCounter;
  readonly #confusion: Uint32Array;

  constructor({ classes, head }: Pick<Model["architecture"], "classes" | "head">) {
    this.#classes = classes;
    this.#counter = new RowCounter(head);
    this.#confusion = new Uint32Array(classes * classes);
  }

  /** Counts a row with the net's outputs x3, shape (C), and returns the predicted class. */
  add(x3: Floats, label: number): number {
    const answer = this.#counter.add(x3, label);
    this.#confusion[label * this.#classes + answer]++;
    return answer;
  }

  /** The metrics of all rows counted. */
  result(): EvaluationCounts {
    const [classes, confusion] = [this.#classes, this.#confusion];
    const right = Float64Array.from({ length: classes }, (_, c) => confusion[c * classes + c]);
    const evaluation = this.#counter.result();
    return {
      rows: evaluation.rows,
      correct: evaluation.correct,
      ...measure(evaluation),
      confusion,
      precision: right.map((count, c) => count / sum(classes, (i) => confusion[i * classes + c])),
      recall: right.map((count, c) => count / sum(classes, (i) => confusion[c * classes + i])),
    };
  }
}

function sum(count: number, term: (i: number) => number): number {
  let total = 0;
  for (let i = 0; i < count; i++) total += term(i);
  return total;
}
