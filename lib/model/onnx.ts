/**
 * Encodes a net as an ONNX file: raw image bytes in, probabilities out. The pixel scaling, the
 * layers and the softmax are part of the graph.
 *
 * The field numbers are those of
 * https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto, the operators those of
 * https://onnx.ai/onnx/operators/ at the version below.
 */
import { printable } from "../files/printable.ts";
import { ACTIVATIONS, type ForeignActivation } from "../net/activations.ts";
import { classNamesOf, type ExportedLayer, layersOf } from "./layers.ts";
import { message } from "./protobuf.ts";
import type { Tensor } from "./safetensors.ts";
import type { SavedModel } from "./saved_model.ts";

/** The version of the operator set, and the version of the file format that introduced it. */
const OPERATORS_VERSION = 17;
const FORMAT_VERSION = 8;

/** TensorProto.DataType.FLOAT. */
const FLOAT = 1;
/** AttributeProto.AttributeType. */
const INT = 2;
const INTS = 7;

/**
 * Encodes a model as an ONNX file. Its input is `images`, float32 with shape (N, D) and values
 * from 0 to 255; its output is `probabilities`, float32 with shape (N, C).
 *
 * @param model A trained net
 * @returns The file's bytes
 *
 * @example
 * ```ts
 * import { encodeOnnx } from "./onnx.ts";
 * import { assert } from "@std/assert";
 *
 * const bytes = encodeOnnx({
 *   architecture: {
 *     inputs: 1, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook",
 *   },
 *   parameters: {
 *     w0: Float32Array.of(1), b0: Float32Array.of(2), w1: Float32Array.of(3),
 *     b1: Float32Array.of(4), w2: Float32Array.of(5, 6), b2: Float32Array.of(7, 8),
 *   },
 *   scale: "l2",
 * });
 * assert(new TextDecoder().decode(bytes).includes("probabilities"));
 * ```
 */
export function encodeOnnx(model: SavedModel): Uint8Array<ArrayBuffer> {
  const { architecture: { inputs, classes }, scale } = model;
  const layers = layersOf(model);
  const scaling = {
    // As `PIXEL_SCALES`: an all-zero row is divided by a tiny number instead of by 0, and stays zero.
    l2: {
      constants: { tiny: scalar(1e-30) },
      nodes: [
        node("ReduceL2", ["images"], "norm", { axes: [1], keepdims: 1 }),
        node("Max", ["norm", "tiny"], "divisor"),
        node("Div", ["images", "divisor"], "x0"),
      ],
    },
    unit: {
      constants: { max_pixel: scalar(255) },
      nodes: [node("Div", ["images", "max_pixel"], "x0")],
    },
  }[scale];
  const nodes = [
    ...scaling.nodes,
    ...layers.flatMap(({ activation }, i) => layerNodes(i, activation)),
    node("Softmax", [`x${layers.length}`], "probabilities", { axis: 1 }),
  ];
  const constants = [
    ...Object.entries(scaling.constants),
    ...layers.flatMap(({ inputs, outputs, weights, biases }, i): [string, Tensor][] => [
      [`w${i}`, { shape: [outputs, inputs], data: weights }],
      [`b${i}`, { shape: [outputs], data: biases }],
    ]),
    ...layers.some(({ activation }) => isGelu(activation)) ? Object.entries(GELU_CONSTANTS) : [],
  ];
  const graph = message(
    ...nodes.map((bytes) => [1, bytes] as const),
    [2, "mnist-webgpu"],
    ...constants.map(([name, tensor]) => [5, initializer(name, tensor)] as const),
    [11, value("images", inputs)],
    [12, value("probabilities", classes)],
  );
  return message(
    [1, FORMAT_VERSION],
    [2, "mnist-webgpu"],
    [7, graph],
    [8, message([1, ""], [2, OPERATORS_VERSION])],
    [6, description(model)],
    ...Object.entries(metadataOf(model)).map(([key, value]) =>
      [14, message([1, key], [2, value])] as const
    ),
  );
}

/** Describes a model for readers. */
function description({ architecture: { inputs, classes }, run }: SavedModel): string {
  return `Input: images, float32 (N, ${inputs}), rows of pixels from 0 (background) to 255 (full ` +
    `ink). Output: probabilities, float32 (N, ${classes}).` +
    (run ? ` Trained on ${printable(run.dataset, 200)} by mnist-webgpu.` : "");
}

/** What a program that uses the file needs to know, and where the net comes from. */
function metadataOf(model: SavedModel): Record<string, string> {
  const { architecture, run } = model;
  return {
    input_range: "0 to 255",
    class_names: JSON.stringify(classNamesOf(model)),
    architecture: JSON.stringify(architecture),
    ...run && { dataset: run.dataset, options: JSON.stringify(run.options) },
    ...run?.result && { test_accuracy: String(run.result.accuracy) },
  };
}

/** Encodes a layer: z = inputs * weights^T + bias, where weights has shape (out, in); x = f(z). */
function layerNodes(number: number, activation: ExportedLayer["activation"]): Uint8Array[] {
  const x = `x${number + 1}`;
  const z = activation === "linear" ? x : `z${number + 1}`;
  const dense = node("Gemm", [`x${number}`, `w${number}`, `b${number}`], z, { transB: 1 });
  if (activation === "linear") return [dense];
  return isGelu(activation)
    ? [dense, ...geluNodes(z, x, activation)]
    : [dense, node(ACTIVATIONS[activation].onnx, [z], x)];
}

/** The constants of `geluNodes`. */
const GELU_CONSTANTS = {
  half: scalar(0.5),
  one: scalar(1),
  inverse_sqrt2: scalar(Math.SQRT1_2),
  cubic: scalar(0.044715),
  sqrt_2_over_pi: scalar(Math.sqrt(2 / Math.PI)),
};

/** The nodes g of GELU's forms, of z; `name` makes the names of intermediate values. */
const GELUS: Record<ForeignActivation, (z: string, name: (end: string) => string) => Uint8Array[]> =
  {
    gelu: (z, name) => [
      node("Mul", [z, "inverse_sqrt2"], name("a")),
      node("Erf", [name("a")], name("g")),
    ],
    "gelu-tanh": (z, name) => [
      node("Mul", [z, z], name("2")),
      node("Mul", [name("2"), z], name("3")),
      node("Mul", [name("3"), "cubic"], name("c")),
      node("Add", [name("c"), z], name("s")),
      node("Mul", [name("s"), "sqrt_2_over_pi"], name("a")),
      node("Tanh", [name("a")], name("g")),
    ],
  };

function isGelu(activation: ExportedLayer["activation"]): activation is ForeignActivation {
  return Object.hasOwn(GELUS, activation);
}

/** Encodes GELU, for which ONNX has an operator only since version 20: x = z (1 + g) / 2. */
function geluNodes(z: string, x: string, activation: ForeignActivation): Uint8Array[] {
  const name = (end: string) => `${x}_${end}`;
  return [
    ...GELUS[activation](z, name),
    node("Add", [name("g"), "one"], name("g1")),
    node("Mul", [z, name("g1")], name("h")),
    node("Mul", [name("h"), "half"], x),
  ];
}

/** Encodes a NodeProto. */
function node(
  operator: string,
  inputs: readonly string[],
  output: string,
  attributes: Record<string, number | number[]> = {},
): Uint8Array {
  return message(
    ...inputs.map((name) => [1, name] as const),
    [2, output],
    [3, output], // a node has the name of its output
    [4, operator],
    ...Object.entries(attributes).map(([name, value]) => [5, attribute(name, value)] as const),
  );
}

/** Encodes an AttributeProto. */
function attribute(name: string, value: number | number[]): Uint8Array {
  return Array.isArray(value)
    ? message([1, name], ...value.map((item) => [8, item] as const), [20, INTS])
    : message([1, name], [3, value], [20, INT]);
}

/** Encodes a TensorProto. */
function initializer(name: string, { shape, data }: Tensor): Uint8Array {
  return message(
    ...shape.map((size) => [1, size] as const),
    [2, FLOAT],
    [8, name],
    [9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)],
  );
}

/** Encodes a ValueInfoProto of floats with shape (N, columns). */
function value(name: string, columns: number): Uint8Array {
  const shape = message([1, message([2, "N"])], [1, message([1, columns])]);
  return message([1, name], [2, message([1, message([1, FLOAT], [2, shape])])]);
}

function scalar(number: number): Tensor {
  return { shape: [], data: Float32Array.of(number) };
}
