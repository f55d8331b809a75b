/** Counts what an evaluation finds, row by row. */
import type { Floats } from "./architecture.ts";
import { type Head, HEADS } from "./heads.ts";
import { predictedClass } from "./maths.ts";

/** The result of an evaluation on some rows. */
export interface Evaluation {
  /** Number of rows whose largest output is their label's; the first of equal outputs wins. */
  correct: number;
  /** Number of rows evaluated. */
  rows: number;
  /** The mean loss over the rows. */
  loss: number;
}

/**
 * Adds up an evaluation on the host. A WebGPU device does the same in shaders/functions/head.wgsl.
 */
export class RowCounter {
  readonly #loss: (outputs: Floats, label: number) => number;
  readonly #sums = { correct: 0, rows: 0, loss: 0 };

  /** @param head The net's head, which has the loss */
  constructor(head: Head) {
    this.#loss = HEADS[head].loss;
  }

  /** Counts a row with the net's outputs x3, shape (C), and returns the predicted class. */
  add(outputs: Floats, label: number): number {
    const answer = predictedClass(outputs);
    if (answer === label) this.#sums.correct++;
    this.#sums.rows++;
    this.#sums.loss += this.#loss(outputs, label);
    return answer;
  }

  /** The result for all rows so far. */
  result(): Evaluation {
    return { ...this.#sums, loss: this.#sums.loss / this.#sums.rows };
  }
}
