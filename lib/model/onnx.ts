/**
 * Encodes a net as an ONNX file: raw image bytes in, probabilities out. The pixel scaling, the
 * layers and the softmax are part of the graph.
 *
 * The field numbers are those of
 * https://github.com/onnx/onnx/blob/v1.16.0/onnx/onnx.proto, the operators those of
 * https://onnx.ai/onnx/operators/ at the version below.
 */
import { ACTIVATIONS, type LayerFunction } from "../net/activations.ts";
import type { Model } from "../net/architecture.ts";
import { HEADS } from "../net/heads.ts";
import { message } from "./protobuf.ts";
import type { Tensor } from "./safetensors.ts";
import { modelTensors } from "./saved_model.ts";

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
export function encodeOnnx(model: Model): Uint8Array<ArrayBuffer> {
  const { architecture: { inputs, classes, activation, head }, scale } = model;
  const { output } = HEADS[head];
  const scaling = {
    // As `pixelDivisor`: an all-zero row is divided by a tiny number instead of by 0, and stays zero.
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
    ...layer(0, ACTIVATIONS[activation]),
    ...layer(1, ACTIVATIONS[activation]),
    ...layer(2, output),
    node("Softmax", [output.onnx === undefined ? "z3" : "x3"], "probabilities", { axis: 1 }),
  ];
  const constants = [...Object.entries(scaling.constants), ...modelTensors(model)];
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
  );
}

/** Encodes a layer: z = inputs * weights^T + bias, where weights has shape (out, in); x = f(z). */
function layer(number: number, { onnx }: LayerFunction): Uint8Array[] {
  const [x, z] = [`x${number + 1}`, `z${number + 1}`];
  const dense = node("Gemm", [`x${number}`, `w${number}`, `b${number}`], z, { transB: 1 });
  return onnx === undefined ? [dense] : [dense, node(onnx, [z], x)];
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
