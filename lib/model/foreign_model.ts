/**
 * Reads nets trained by other programs: three weight matrices and three biases, under any names,
 * with shapes that fit one after the other. PyTorch stores matrices as [out, in], Keras and Flax
 * store them as [in, out].
 */
import {
  type Architecture,
  type Model,
  type ParameterName,
  parameterSlots,
} from "../net/architecture.ts";
import { OPTIONS } from "../training/option_table.ts";
import { fail } from "./metadata.ts";
import type { Tensor } from "./safetensors.ts";

/** How a net computes: what its arrays do not tell. */
export type NetSettings = Pick<Architecture, "activation" | "head"> & Pick<Model, "scale">;

/** Thrown for a file of another program that needs `NetSettings` to be given. */
export class MissingSettingsError extends Error {
  /** The error's class. */
  override name = "MissingSettingsError";
  /** The names of the settings to give. */
  readonly missing: (keyof NetSettings)[];

  /**
   * Creates the error.
   *
   * @param missing The names of the settings to give
   */
  constructor(missing: (keyof NetSettings)[]) {
    const words = missing.map((name) => `${name} (${OPTIONS[name].words.join(" or ")})`);
    super(
      `Cannot use this net as its file does not tell how it computes: give ${words.join(", ")}`,
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
interface Interpretation {
  /** The matrices, from the first layer to the last. */
  weights: NamedArray[];
  /** The biases, from the first layer to the last. */
  biases: NamedArray[];
  /** Whether matrices are [in, out]. */
  isTransposed: boolean;
  /** The number of inputs, then the number of outputs of each layer. */
  sizes: number[];
}

/**
 * Creates a model from another program's arrays.
 *
 * @param tensors The arrays by name; dimensions of size 1 are ignored
 * @param settings How the net computes
 * @returns The model
 * @throws {MissingSettingsError} If the arrays form a net, but a setting is missing
 * @throws {ModelError} If the arrays form no net of three layers, or form several and their names do
 *   not decide between them
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
  settings: Partial<NetSettings>,
): Model {
  const { weights, biases, isTransposed, sizes } = interpret(namedArrays(tensors));
  const { activation, head, scale } = settings;
  if (activation === undefined || head === undefined || scale === undefined) {
    const all: (keyof NetSettings)[] = ["activation", "head", "scale"];
    throw new MissingSettingsError(all.filter((name) => settings[name] === undefined));
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

/** Returns the floating-point arrays sorted by name. Numbers in names are compared as numbers. */
function namedArrays(tensors: ReadonlyMap<string, Tensor>): NamedArray[] {
  const arrays: NamedArray[] = [];
  for (const [name, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array)) continue;
    arrays.push({ name, shape: shape.filter((size) => size !== 1), data });
  }
  return arrays.sort((a, b) => sortKey(a.name) < sortKey(b.name) ? -1 : 1);
}

/** Pads the numbers in a name with zeros, so that fc2 sorts before fc10. */
function sortKey(name: string): string {
  return name.replace(/\d+/g, (digits) => digits.padStart(9, "0"));
}

/** Returns the only interpretation of the arrays, or the one that their names suggest. */
function interpret(arrays: NamedArray[]): Interpretation {
  const weights = arrays.filter(({ shape }) => shape.length === 2);
  const biases = arrays.filter(({ shape }) => shape.length === 1);
  const listed = () => arrays.map(({ name, shape }) => `${name} [${shape}]`).join(", ");
  if (arrays.length !== 6 || weights.length !== 3 || biases.length !== 3) {
    fail("it must hold three weight matrices and three biases", listed() || "none");
  }
  const possible = interpretationsOf(weights, biases);
  if (possible.length === 0) {
    fail("the shapes of its matrices and biases must fit each other", listed());
  }
  // If shapes allow several interpretations, the names decide: first by the orientation (`weight` is
  // [out, in], `kernel` is [in, out]), then by the order of biases, then by the order of matrices.
  const hints: ((interpretation: Interpretation) => boolean)[] = [
    ({ isTransposed }) =>
      !weights.some(({ name }) => (isTransposed ? /weight/i : /kernel/i).test(name)),
    (interpretation) =>
      interpretation.weights.every((w, i) =>
        weights.indexOf(w) === biases.indexOf(interpretation.biases[i])
      ),
    (interpretation) => interpretation.weights.every((w, i) => w === weights[i]),
  ];
  const remaining = hints.reduce(
    (remaining, hint) => remaining.length > 1 ? remaining.filter(hint) : remaining,
    possible,
  );
  if (remaining.length !== 1) {
    fail("its shapes and names must tell the place of each array in the net", listed());
  }
  return remaining[0];
}

/** Returns all orders and orientations of the arrays in which each layer fits the next. */
function interpretationsOf(weights: NamedArray[], biases: NamedArray[]): Interpretation[] {
  const found: Interpretation[] = [];
  for (const isTransposed of [false, true]) {
    for (const w of orders(weights)) {
      const [from, to] = isTransposed ? [0, 1] : [1, 0];
      const sizes = [w[0].shape[from], ...w.map(({ shape }) => shape[to])];
      if (w.some(({ shape }, layer) => shape[from] !== sizes[layer])) continue;
      for (const b of orders(biases)) {
        const fits = b.every(({ shape }, layer) => shape[0] === sizes[layer + 1]);
        if (fits) found.push({ weights: w, biases: b, isTransposed, sizes });
      }
    }
  }
  return found;
}

/** Returns all orders of three arrays. */
function orders([a, b, c]: NamedArray[]): NamedArray[][] {
  return [[a, b, c], [a, c, b], [b, a, c], [b, c, a], [c, a, b], [c, b, a]];
}

/** Transposes a matrix from [in, out] to [out, in]. */
function transposed(data: Float32Array, [rows, columns]: readonly number[]): Float32Array {
  return data.map((_, i) => data[(i % columns) * rows + Math.floor(i / columns)]);
}

/** Returns an array's elements; throws if one is not finite. */
function finite({ name, data }: NamedArray): Float32Array {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail(`element ${bad} of ${name} must be finite`, data[bad]);
  return data;
}
