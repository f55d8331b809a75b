/**
 * Reads nets trained by other programs: three weight matrices and three biases, under any names,
 * whose shapes chain. PyTorch stores matrices as [out, in], Keras and Flax as [in, out].
 */
import { type Architecture, type ParameterName, parameterSlots } from "../net/architecture.ts";
import type { Model } from "../net/model.ts";
import { OPTION_WORDS } from "../training/options.ts";
import { fail } from "./metadata.ts";
import type { Tensor } from "./safetensors.ts";

/** How a net computes, which its arrays do not say. */
export type NetSettings = Pick<Architecture, "activation" | "head"> & Pick<Model, "scale">;

/** Thrown for a file that holds a net's arrays but does not say how the net computes. */
export class MissingSettingsError extends Error {
  /** The error's class. */
  override name = "MissingSettingsError";
  /** The facts that must be given. */
  readonly missing: (keyof NetSettings)[];

  /**
   * Creates the error.
   *
   * @param missing The facts that must be given
   */
  constructor(missing: (keyof NetSettings)[]) {
    const words = missing.map((fact) => `${fact} (${OPTION_WORDS[fact].join(" or ")})`);
    super(
      `Cannot use this net as its file does not say its ${words.join(", ")}: pass them as well`,
    );
    this.missing = missing;
  }
}

/** An array in a file. */
interface NamedArray {
  name: string;
  shape: readonly number[];
  data: Float32Array;
}

/** One interpretation of six arrays as a net. */
interface Reading {
  weights: NamedArray[];
  biases: NamedArray[];
  /** Whether matrices are [in, out]. */
  isTransposed: boolean;
  sizes: number[];
}

/**
 * Creates a model from another program's arrays.
 *
 * @param tensors The arrays by name; dimensions of size 1 are ignored
 * @param facts How the net computes
 * @returns The model
 * @throws {MissingSettingsError} If the arrays form a net but a fact is missing
 * @throws {ModelError} If they are not six arrays whose shapes chain, or if they chain in several
 *   ways and their names do not decide which
 *
 * @example
 * ```ts
 * import { foreignModel } from "./foreign_model.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const zeros = (...shape: number[]) => ({
 *   shape,
 *   data: new Float32Array(shape.reduce((product, size) => product * size)),
 * });
 * const model = foreignModel(
 *   new Map([
 *     ["fc1.weight", zeros(3, 9)], ["fc1.bias", zeros(3)], ["fc2.weight", zeros(4, 3)],
 *     ["fc2.bias", zeros(4)], ["fc3.weight", zeros(2, 4)], ["fc3.bias", zeros(2)],
 *   ]),
 *   { activation: "relu", head: "softmax", scale: "unit" },
 * );
 * assertEquals([model.architecture.inputs, model.architecture.hidden], [9, [3, 4]]);
 * ```
 */
export function foreignModel(
  tensors: ReadonlyMap<string, Tensor>,
  facts: Partial<NetSettings>,
): Model {
  const { weights, biases, isTransposed, sizes } = chosenReading(namedArrays(tensors));
  const { activation, head, scale } = facts;
  if (activation === undefined || head === undefined || scale === undefined) {
    const all: (keyof NetSettings)[] = ["activation", "head", "scale"];
    throw new MissingSettingsError(all.filter((fact) => facts[fact] === undefined));
  }
  const [inputs, first, second, classes] = sizes;
  const architecture = { inputs, hidden: [first, second], classes, activation, head } as const;
  const parameters = {} as Record<ParameterName, Float32Array>;
  for (const [i, { name, shape }] of parameterSlots(architecture).entries()) {
    const layer = i >> 1;
    if (shape.length === 1) parameters[name] = finite(biases[layer]);
    else {
      const { data, ...matrix } = weights[layer];
      parameters[name] = finite({ ...matrix, data: isTransposed ? transposed(data, shape) : data });
    }
  }
  return { architecture, parameters, scale };
}

/** The arrays sorted by name, with numbers in names compared as numbers. */
function namedArrays(tensors: ReadonlyMap<string, Tensor>): NamedArray[] {
  const arrays: NamedArray[] = [];
  for (const [name, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array)) continue;
    arrays.push({ name, shape: shape.filter((size) => size !== 1), data });
  }
  return arrays.sort((a, b) => sortKey(a.name) < sortKey(b.name) ? -1 : 1);
}

/** Pads the numbers in a name, so that fc2 sorts before fc10. */
function sortKey(name: string): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(9, "0"));
}

function chosenReading(arrays: NamedArray[]): Reading {
  const weights = arrays.filter(({ shape }) => shape.length === 2);
  const biases = arrays.filter(({ shape }) => shape.length === 1);
  const listed = () => arrays.map(({ name, shape }) => `${name} [${shape}]`).join(", ");
  if (arrays.length !== 6 || weights.length !== 3 || biases.length !== 3) {
    fail("it must hold three weight matrices and three biases", listed() || "none");
  }
  const readings = readingsOf(weights, biases);
  if (readings.length === 0) {
    fail("the shapes of its matrices and biases must fit each other", listed());
  }
  // If shapes leave a choice, names decide: which arrays they call matrices, which bias belongs to
  // which matrix, and their order.
  const hints: ((reading: Reading) => boolean)[] = [
    ({ isTransposed }) =>
      !weights.some(({ name }) => (isTransposed ? /weight/i : /kernel/i).test(name)),
    (reading) =>
      reading.weights.every((w, i) => weights.indexOf(w) === biases.indexOf(reading.biases[i])),
    (reading) => reading.weights.every((w, i) => w === weights[i]),
  ];
  const left = hints.reduce(
    (left, hint) => left.length > 1 ? left.filter(hint) : left,
    readings,
  );
  if (left.length !== 1) {
    fail("its shapes and names must tell which array belongs where", listed());
  }
  return left[0];
}

/** All orders and orientations of the arrays in which the shapes chain. */
function readingsOf(weights: NamedArray[], biases: NamedArray[]): Reading[] {
  const readings: Reading[] = [];
  for (const isTransposed of [false, true]) {
    for (const w of orders(weights)) {
      const [from, to] = isTransposed ? [0, 1] : [1, 0];
      const sizes = [w[0].shape[from], ...w.map(({ shape }) => shape[to])];
      if (w.some(({ shape }, layer) => shape[from] !== sizes[layer])) continue;
      for (const b of orders(biases)) {
        const fits = b.every(({ shape }, layer) => shape[0] === sizes[layer + 1]);
        if (fits) readings.push({ weights: w, biases: b, isTransposed, sizes });
      }
    }
  }
  return readings;
}

function orders([a, b, c]: NamedArray[]): NamedArray[][] {
  return [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]];
}

/** Transposes a matrix from [in, out] to [out, in]. */
function transposed(data: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  return data.map((_, i) => data[(i % columns) * rows + Math.floor(i / columns)]);
}

function finite({ name, data }: NamedArray): Float32Array {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail(`element ${bad} of ${name} must be finite`, data[bad]);
  return data;
}
