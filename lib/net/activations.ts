/** The activation functions, each with everything that the program knows about it. */

/** The activation function of the hidden layers. */
export type Activation = "tanh" | "relu";

/** A function x = f(z) that a layer applies to its sums z. */
export interface LayerFunction {
  /** Its number in shaders/functions/activation.wgsl and lib/engine/cpu/assembly/activation.ts. */
  code: number;
  /** f(z). */
  apply(z: number): number;
  /** f'(z), as a function of x = f(z), since the backward pass of the kernels no longer has z. */
  derivative(x: number): number;
  /** Formats f(z) for readers. */
  formula(z: string): string;
  /** f(z) as an expression of C99, for exported nets. */
  c: string;
  /** Formats f'(z) for readers, as a function of x. */
  slope(x: string): string;
  /** The least upper bound of |x|; Infinity if there is none. */
  bound: number;
}

/** The activation functions by name. */
export const ACTIVATIONS: Readonly<
  Record<
    Activation,
    LayerFunction & {
      /** ONNX's operator, which needs no attributes. */
      onnx: string;
      /** Formats f(z) as an expression of NumPy. */
      numpy(z: string): string;
      /** Whether f(z) is 0 for about half of all z, so that products may skip zeros. */
      isOftenZero: boolean;
    }
  >
> = {
  tanh: {
    code: 0,
    apply: Math.tanh,
    derivative: (x) => 1 - x * x,
    formula: (z) => `tanh(${z})`,
    slope: (x) => `(1 − ${x}²)`,
    c: "tanhf(z)",
    onnx: "Tanh",
    numpy: (z) => `np.tanh(${z})`,
    isOftenZero: false,
    bound: 1,
  },
  relu: {
    code: 1,
    apply: (z) => Math.max(z, 0),
    // At 0 the derivative is 0, as in JAX.
    derivative: (x) => x > 0 ? 1 : 0,
    formula: (z) => `max(${z}, 0)`,
    slope: (x) => `[${x} > 0]`,
    c: "z > 0 ? z : 0",
    onnx: "Relu",
    numpy: (z) => `np.maximum(${z}, 0)`,
    isOftenZero: true,
    bound: Infinity,
  },
};

/**
 * Activations of other programs' nets, which can be used but not trained: `gelu` is z times the
 * normal distribution's probability below z, `gelu-tanh` its approximation, JAX's default
 * (https://arxiv.org/abs/1606.08415).
 */
export type ForeignActivation = "gelu" | "gelu-tanh";

/** All activations with which a net can be used. */
export const USABLE_ACTIVATIONS: Readonly<
  Record<Activation | ForeignActivation, Pick<LayerFunction, "apply" | "formula" | "bound" | "c">>
> = {
  ...ACTIVATIONS,
  gelu: {
    apply: (z) => z / 2 * (1 + erf(z / Math.SQRT2)),
    formula: (z) => `gelu(${z})`,
    bound: Infinity,
    c: "z * 0.5f * (1 + erff(z * 0.70710678f))",
  },
  "gelu-tanh": {
    apply: (z) => z / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))),
    formula: (z) => `gelu(${z})`,
    bound: Infinity,
    c: "z * 0.5f * (1 + tanhf(0.79788456f * (z + 0.044715f * z * z * z)))",
  },
};

/**
 * The error function, by the series of https://dlmf.nist.gov/7.6#E2, all of whose terms have the
 * same sign.
 */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [sum, term] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
    term *= 2 * x * x / (2 * n + 1);
    sum += term;
  }
  return 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
}

/** f(z) = z, which the last layer may apply. */
export const IDENTITY: LayerFunction = {
  code: 2,
  apply: (z) => z,
  derivative: () => 1,
  formula: (z) => z,
  slope: () => "1",
  c: "z",
  bound: Infinity,
};
