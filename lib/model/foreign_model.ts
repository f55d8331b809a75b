/**
 * Reads nets trained by other programs: two or three weight matrices and as many biases, under any
 * names, with shapes that fit one after the other. PyTorch stores matrices as [out, in], Keras and Flax
 * store them as [in, out].
 */
import { byRows } from "../files/numbers.ts";
import type { Model, ModelArchitecture } from "../net/architecture.ts";
import { type Head, HEADS } from "../net/heads.ts";
import { foldPixels, FOREIGN_SCALES, type Layer, type Pixels } from "./fold_pixels.ts";
import { fail } from "./metadata.ts";
import type { Tensor } from "./safetensors.ts";

/** How a net computes: what its arrays do not tell. */
export interface NetSettings extends Pixels {
  /** The activation of the hidden layers. */
  activation: ModelArchitecture["activation"] | "sigmoid";
  /** How the last layer's sums become probabilities. */
  head: Head;
}

/** The name of a setting without which a net cannot be used. */
export type RequiredSetting = "activation" | "head" | "scale";

/** The names of these settings. */
export const REQUIRED_SETTINGS: readonly RequiredSetting[] = ["activation", "head", "scale"];

/** The activations, and with which of this program's the equal net is used. */
const ACTIVATIONS_OF: Readonly<
  Record<
    NetSettings["activation"],
    {
      activation: ModelArchitecture["activation"];
      /** Turns the layers into those of the equal net. */
      convert?: (layers: Layer[]) => void;
    }
  >
> = {
  tanh: { activation: "tanh" },
  relu: { activation: "relu" },
  sigmoid: { activation: "tanh", convert: sigmoidsToTanh },
  gelu: { activation: "gelu" },
  "gelu-tanh": { activation: "gelu-tanh" },
};

/** The values of these settings. */
export const SETTING_WORDS: { [Name in RequiredSetting]: readonly NetSettings[Name][] } = {
  activation: keysOf(ACTIVATIONS_OF),
  head: keysOf(HEADS),
  scale: keysOf(FOREIGN_SCALES),
};

function keysOf<Key extends string>(table: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(table) as Key[];
}

/** Thrown for a file of another program that needs `NetSettings` to be given. */
export class MissingSettingsError extends Error {
  /** The error's class. */
  override name = "MissingSettingsError";
  /** The names of the settings to give. */
  readonly missing: RequiredSetting[];

  /**
   * Creates the error.
   *
   * @param missing The names of the settings to give
   */
  constructor(missing: RequiredSetting[]) {
    const words = missing.map((name) => `${name} (${SETTING_WORDS[name].join(" or ")})`);
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

/** One interpretation of the arrays as a net. */
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
 * @param settings How the net computes, and what it expects of pixels
 * @returns The model. Its pixels are this program's: what the net expects of them is folded into its
 *   first layer. A net with sigmoids is returned as the equal net with tanh
 * @throws {MissingSettingsError} If the arrays form a net, but a setting is missing
 * @throws {ModelError} If the arrays form no net of two or three layers, or form several and their
 *   names do not decide between them
 */
export function foreignModel(
  tensors: ReadonlyMap<string, Tensor>,
  settings: Partial<NetSettings>,
): Model {
  const { weights, biases, isTransposed, sizes } = interpret(namedArrays(tensors));
  const { activation, head, scale, mean, std, invert } = settings;
  if (activation === undefined || head === undefined || scale === undefined) {
    throw new MissingSettingsError(
      REQUIRED_SETTINGS.filter((name) => settings[name] === undefined),
    );
  }
  const layers: Layer[] = weights.map((matrix, i) => ({
    weights: isTransposed ? byRows(finite(matrix), [sizes[i + 1], sizes[i]]) : finite(matrix),
    biases: finite(biases[i]),
  }));
  foldPixels(layers[0], { scale, mean, std, invert });
  const own = ACTIVATIONS_OF[activation];
  own.convert?.(layers);
  const isSecondLinear = layers.length === 2;
  const classes = sizes.at(-1)!;
  if (isSecondLinear) layers.push(identityLayer(classes));
  const [first, second, third] = layers;
  const architecture: ModelArchitecture = {
    inputs: sizes[0],
    hidden: [sizes[1], sizes[2]],
    classes,
    activation: own.activation,
    head,
    ...isSecondLinear && { isSecondLinear },
  };
  const parameters = {
    w0: first.weights,
    b0: first.biases,
    w1: second.weights,
    b1: second.biases,
    w2: third.weights,
    b2: third.biases,
  };
  return { architecture, parameters, scale: FOREIGN_SCALES[scale].own };
}

/**
 * Replaces sigmoid(z) = (1 + tanh(z / 2)) / 2 by tanh: halves the sums of each hidden layer, and
 * gives the next layer half the weights and the sum of those halves as additional bias.
 */
function sigmoidsToTanh(layers: Layer[]): void {
  for (const [i, { weights, biases }] of layers.entries()) {
    const fanIn = weights.length / biases.length;
    if (i > 0) {
      biases.forEach((bias, unit) => {
        let sum = 0;
        for (let j = unit * fanIn; j < (unit + 1) * fanIn; j++) sum += weights[j] /= 2;
        biases[unit] = bias + sum;
      });
    }
    if (i === layers.length - 1) break;
    weights.forEach((weight, j) => weights[j] = weight / 2);
    biases.forEach((bias, unit) => biases[unit] = bias / 2);
  }
}

/** Returns a layer whose outputs are its inputs. */
function identityLayer(size: number): Layer {
  const weights = new Float32Array(size * size);
  for (let i = 0; i < size; i++) weights[i * size + i] = 1;
  return { weights, biases: new Float32Array(size) };
}

/** Returns the floating-point arrays sorted by name. Numbers in names are compared as numbers. */
function namedArrays(tensors: ReadonlyMap<string, Tensor>): NamedArray[] {
  if (tensors.size > MAX_ARRAYS) fail(`it must have at most ${MAX_ARRAYS} arrays`, tensors.size);
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

/** Returns the only interpretation of the arrays, or the one that their names tell. */
function interpret(arrays: NamedArray[]): Interpretation {
  const weights = arrays.filter(({ shape }) => shape.length === 2);
  const biases = arrays.filter(({ shape }) => shape.length === 1);
  const listed = () =>
    arrays.slice(0, MAX_LISTED).map(({ name, shape }) => `${name} [${shape}]`).join(", ") +
    (arrays.length > MAX_LISTED ? `, and ${arrays.length - MAX_LISTED} more` : "");
  const isNet = [2, 3].includes(weights.length) && biases.length === weights.length &&
    arrays.length === 2 * weights.length;
  if (!isNet) {
    fail("it must hold three weight matrices and three biases, or two of each", listed() || "none");
  }
  const possible = interpretationsOf(weights, biases);
  if (possible.length === 0) {
    fail("the shapes of its matrices and biases must fit each other", listed());
  }
  // If shapes allow several interpretations, the names decide: first by the orientation (`weight` is
  // [out, in], `kernel` is [in, out]), then by the biases that belong to matrices, then by numbers.
  // The alphabet says nothing: "hidden" comes before "input".
  const isNumbered = areNumbered(weights) && areNumbered(biases);
  const hints: ((interpretation: Interpretation) => boolean)[] = [
    ({ isTransposed }) =>
      !weights.some(({ name }) => (isTransposed ? /weight/i : /kernel/i).test(name)),
    (interpretation) =>
      interpretation.weights.every((w, i) => {
        const bias = interpretation.biases[i];
        return stem(w.name) === stem(bias.name) ||
          isNumbered && weights.indexOf(w) === biases.indexOf(bias);
      }),
    (interpretation) => isNumbered && interpretation.weights.every((w, i) => w === weights[i]),
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

/** Maximum number of arrays, of which six are used: a file may hold an optimizer's state too. */
const MAX_ARRAYS = 1000;
/** Maximum number of arrays that a message lists. */
const MAX_LISTED = 8;

/** Whether names differ only in their numbers, or in the lack of one: dense, dense_1, dense_2. */
function areNumbered(arrays: NamedArray[]): boolean {
  const patterns = arrays.map(({ name }) => name.replace(/[._-]?\d+/g, ""));
  return patterns.every((pattern) => pattern === patterns[0]);
}

/** Returns the part of a name that a matrix and its bias have in common. */
function stem(name: string): string {
  return name.replace(/weights?|kernel|bias(es)?|\b[wb]_?(?=\d|\b|_)/gi, "");
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

/** Returns all orders of some arrays. */
function orders(arrays: NamedArray[]): NamedArray[][] {
  if (arrays.length < 2) return [arrays];
  return arrays.flatMap((first, i) =>
    orders(arrays.toSpliced(i, 1)).map((others) => [first, ...others])
  );
}

/** Returns a copy of an array's elements; throws if one is not finite. */
function finite({ name, data }: NamedArray): Float32Array {
  const bad = data.findIndex((value) => !Number.isFinite(value));
  if (bad >= 0) fail(`element ${bad} of ${name} must be finite`, data[bad]);
  return data.slice();
}
