/**
 * The net and its optimiser on plain arrays: what `lib/net/maths.ts` says, made fast. Names and
 * shapes are explained there.
 *
 * Parameters and moments are float32 numbers, so that the state can leave and come back unchanged;
 * all sums are float64. The parameters are kept in a Float64Array all the same: the products are
 * then of one type of array, which V8 compiles best. w0 is held transposed, (D, H1), so that the
 * weights of one pixel lie together.
 */
import type { Dataset } from "../../data/dataset.ts";
import {
  type Architecture,
  layerSizes,
  parameterCount,
  type ParameterName,
} from "../../net/architecture.ts";
import { answerOfRow, lossOfRow, lossSlopes, parameterViews, softmax } from "../../net/maths.ts";
import { MOMENT_ARRAYS, type Optimizer } from "../../net/optimizer.ts";
import { updateParameters } from "../../net/update.ts";
import type { Shift } from "../augment.ts";
import type { EngineState, Evaluation } from "../engine.ts";
import { addProduct, addSparseProduct, matrix, transposed } from "./products.ts";
import { SparseBatch } from "./sparse_batch.ts";
import { tanh } from "./tanh.ts";

/** The most rows that are worked on together: few enough for their numbers to stay in the cache. */
export const BLOCK_ROWS = 128;

/** A data set made ready for use. */
export interface LoadedData {
  data: Dataset;
  /** Its rows, as `packRows` gives them. */
  words: Uint32Array;
  /** Shape (rows): what a row's bytes are multiplied with. */
  scales: Float32Array;
}

/** See the head of this file. */
export class Network {
  readonly #architecture: Architecture;
  readonly #optimizer: Optimizer;
  readonly #parameters: Float64Array;
  readonly #gradient: Float64Array;
  /** The two arrays above by parameter. */
  readonly #views: Record<ParameterName, Float64Array>;
  readonly #gradientViews: Record<ParameterName, Float64Array>;
  #moments: Float32Array;
  #stepsTaken = 0;

  /** A block's inputs, its layers' outputs, and the loss's derivatives by the sums behind these. */
  readonly #x0: SparseBatch;
  readonly #x1: Float64Array;
  readonly #x2: Float64Array;
  readonly #x3: Float64Array;
  readonly #d1: Float64Array;
  readonly #d2: Float64Array;
  readonly #d3: Float64Array;

  constructor(architecture: Architecture, optimizer: Optimizer) {
    const [D, H1, H2, C] = layerSizes(architecture);
    const count = parameterCount(architecture);
    this.#architecture = architecture;
    this.#optimizer = optimizer;
    this.#parameters = new Float64Array(count);
    this.#gradient = new Float64Array(count);
    this.#views = parameterViews(architecture, this.#parameters);
    this.#gradientViews = parameterViews(architecture, this.#gradient);
    this.#moments = new Float32Array(count * MOMENT_ARRAYS[optimizer.name]);
    this.#x0 = new SparseBatch(BLOCK_ROWS, D);
    [this.#x1, this.#x2, this.#x3] = [H1, H2, C].map((n) => new Float64Array(BLOCK_ROWS * n));
    [this.#d1, this.#d2, this.#d3] = [H1, H2, C].map((n) => new Float64Array(BLOCK_ROWS * n));
  }

  /** The state to go on from. */
  set state({ parameters, moments, stepsTaken }: EngineState) {
    this.#parameters.set(this.#transposeW0(parameters, "held"));
    const count = parameters.length;
    for (let from = 0; from < moments.length; from += count) {
      this.#moments.set(this.#transposeW0(moments.subarray(from, from + count), "held"), from);
    }
    this.#stepsTaken = stepsTaken;
  }

  /** A copy of the state. */
  get state(): EngineState {
    const count = this.#parameters.length;
    const moments = new Float32Array(this.#moments.length);
    for (let from = 0; from < moments.length; from += count) {
      moments.set(this.#transposeW0(this.#moments.subarray(from, from + count), "given"), from);
    }
    return {
      parameters: this.#transposeW0(this.#parameters, "given"),
      moments,
      stepsTaken: this.#stepsTaken,
    };
  }

  /**
   * Adds rows' gradients to the gradient of the step being made.
   *
   * @param loaded The data
   * @param rows Row numbers, up to `BLOCK_ROWS`
   * @param weight What each row's gradient counts: 1 over the rows of the step
   * @param shiftOf How far the i-th of the rows is shifted; absent for not at all
   */
  addGradients(
    loaded: LoadedData,
    rows: Uint32Array,
    weight: number,
    shiftOf?: (i: number) => Shift,
  ): void {
    const [D, H1, H2, C] = layerSizes(this.#architecture);
    const B = rows.length;
    const { w1, w2 } = this.#views;
    const gradient = this.#gradientViews;
    this.#forward(loaded, rows, shiftOf);

    const x1 = matrix(this.#x1, B, H1);
    const x2 = matrix(this.#x2, B, H2);
    const d1 = matrix(this.#d1, B, H1);
    const d2 = matrix(this.#d2, B, H2);
    const d3 = matrix(this.#d3, B, C);

    this.#outputDeltas(loaded, rows, weight);
    addProduct(matrix(gradient.w2, C, H2), transposed(d3), x2);
    addColumnSums(gradient.b2, d3.values, B);

    d2.values.fill(0);
    addProduct(d2, d3, matrix(w2, C, H2));
    this.#timesSlopes(d2.values, x2.values, B * H2);
    addProduct(matrix(gradient.w1, H2, H1), transposed(d2), x1);
    addColumnSums(gradient.b1, d2.values, B);

    d1.values.fill(0);
    addProduct(d1, d2, matrix(w1, H2, H1));
    this.#timesSlopes(d1.values, x1.values, B * H1);
    this.#x0.transpose();
    addSparseProduct(gradient.w0, this.#x0.byPixel, d1.values, { rows: D, columns: H1 });
    addColumnSums(gradient.b0, d1.values, B);
  }

  /** Ends a step: updates the parameters with the gradient added up, which is then 0 again. */
  update(learningRate: number): void {
    const parameters = this.#parameters;
    updateParameters(
      this.#optimizer,
      parameters,
      this.#moments,
      this.#gradient,
      learningRate,
      this.#stepsTaken,
    );
    for (let i = 0; i < parameters.length; i++) parameters[i] = Math.fround(parameters[i]);
    this.#gradient.fill(0);
    this.#stepsTaken++;
  }

  /**
   * Evaluates the net on rows and adds what it finds to `total`, with the rows' losses as a sum.
   *
   * @param loaded The data
   * @param rows Row numbers, up to `BLOCK_ROWS`
   */
  evaluate(loaded: LoadedData, rows: Uint32Array, total: Evaluation): void {
    const { classes, head } = this.#architecture;
    this.#forward(loaded, rows);
    for (let i = 0; i < rows.length; i++) {
      const outputs = this.#x3.subarray(i * classes, (i + 1) * classes);
      const label = loaded.data.labels[rows[i]];
      if (answerOfRow(outputs) === label) total.correct++;
      total.loss += lossOfRow(head, outputs, label);
    }
    total.rows += rows.length;
  }

  /** Fills x0 to x3. */
  #forward(loaded: LoadedData, rows: Uint32Array, shiftOf?: (i: number) => Shift): void {
    const { data, words, scales } = loaded;
    const { activation, head } = this.#architecture;
    const [, H1, H2, C] = layerSizes(this.#architecture);
    const B = rows.length;
    const { w0, b0, w1, b1, w2, b2 } = this.#views;

    const x0 = this.#x0;
    x0.clear();
    for (let i = 0; i < B; i++) {
      x0.add(words, rows[i], scales[rows[i]]);
      if (shiftOf) x0.shiftLast(shiftOf(i), data.width);
    }

    const x1 = matrix(this.#x1, B, H1);
    repeat(b0, x1.values, B);
    addSparseProduct(x1.values, x0.byRow, w0, { rows: B, columns: H1 });
    activate(x1.values, B * H1, activation);

    const x2 = matrix(this.#x2, B, H2);
    repeat(b1, x2.values, B);
    addProduct(x2, x1, transposed(matrix(w1, H2, H1)));
    activate(x2.values, B * H2, activation);

    const x3 = matrix(this.#x3, B, C);
    repeat(b2, x3.values, B);
    addProduct(x3, x2, transposed(matrix(w2, C, H2)));
    if (head === "notebook") activate(x3.values, B * C, "tanh");
  }

  /** Fills d3 from x3. */
  #outputDeltas({ data }: LoadedData, rows: Uint32Array, weight: number): void {
    const { classes, head } = this.#architecture;
    const p = new Float64Array(classes);
    for (let i = 0; i < rows.length; i++) {
      const outputs = this.#x3.subarray(i * classes, (i + 1) * classes);
      const deltas = this.#d3.subarray(i * classes, (i + 1) * classes);
      softmax(outputs, p);
      lossSlopes(head, p, data.labels[rows[i]], deltas);
      for (let c = 0; c < classes; c++) {
        deltas[c] *= head === "notebook" ? (1 - outputs[c] * outputs[c]) * weight : weight;
      }
    }
  }

  /** Multiplies derivatives by a layer's outputs with the activation's slope there. */
  #timesSlopes(deltas: Float64Array, outputs: Float64Array, count: number): void {
    if (this.#architecture.activation === "tanh") {
      for (let i = 0; i < count; i++) deltas[i] *= 1 - outputs[i] * outputs[i];
    } else {
      for (let i = 0; i < count; i++) if (outputs[i] <= 0) deltas[i] = 0;
    }
  }

  /** A copy of a parameter-sized array with w0 as it is held here, (D, H1), or as it is given, (H1, D). */
  #transposeW0(from: Float32Array | Float64Array, to: "held" | "given"): Float32Array<ArrayBuffer> {
    const [D, H1] = layerSizes(this.#architecture);
    const copy = Float32Array.from(from);
    const [rows, columns] = to === "held" ? [D, H1] : [H1, D];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        copy[row * columns + column] = from[column * rows + row];
      }
    }
    return copy;
  }
}

/** Writes `row` into each of the first `rows` rows of `into`. */
function repeat(row: Float64Array, into: Float64Array, rows: number): void {
  for (let i = 0; i < rows; i++) into.set(row, i * row.length);
}

/** sums (N) += the sum of the first `rows` rows of `values` (B, N). */
function addColumnSums(sums: Float64Array, values: Float64Array, rows: number): void {
  const N = sums.length;
  for (let row = 0; row < rows; row++) {
    for (let i = 0; i < N; i++) sums[i] += values[row * N + i];
  }
}

/** Applies an activation to the first `count` sums, in place. */
function activate(sums: Float64Array, count: number, activation: Architecture["activation"]): void {
  if (activation === "tanh") {
    for (let i = 0; i < count; i++) sums[i] = tanh(sums[i]);
  } else {
    for (let i = 0; i < count; i++) sums[i] = Math.max(sums[i], 0);
  }
}
