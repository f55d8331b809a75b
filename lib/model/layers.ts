/** Lists a net's layers as other programs know them, for exports. */
import { IDENTITY, type LayerFunction, USABLE_ACTIVATIONS } from "../net/activations.ts";
import type { Model, ModelArchitecture } from "../net/architecture.ts";
import { HEADS } from "../net/heads.ts";
import type { SavedModel } from "./saved_model.ts";

/** A dense layer: x = f(weights inputs + biases). */
export interface ExportedLayer {
  inputs: number;
  outputs: number;
  /** Shape (outputs, inputs), row-major. */
  weights: Float32Array;
  /** Shape (outputs). */
  biases: Float32Array;
  /** f; `linear` for none. */
  activation: ModelArchitecture["activation"] | "linear";
}

/**
 * Lists a net's layers: three, or two if the net has one hidden layer. Softmax of the last layer's
 * outputs gives the probabilities.
 *
 * @returns The layers, first to last
 */
export function layersOf({ architecture, parameters }: Model): ExportedLayer[] {
  const { inputs, hidden: [first, second], classes, activation, head, isSecondLinear } =
    architecture;
  const { w0, b0, w1, b1, w2, b2 } = parameters;
  const { output } = HEADS[head];
  const last = output === IDENTITY ? "linear" : nameOf(output.apply);
  const layers: ExportedLayer[] = [
    { inputs, outputs: first, weights: w0, biases: b0, activation },
    { inputs: first, outputs: second, weights: w1, biases: b1, activation },
  ];
  if (isSecondLinear) return [layers[0], { ...layers[1], activation: last }];
  return [
    ...layers,
    { inputs: second, outputs: classes, weights: w2, biases: b2, activation: last },
  ];
}

/** Returns the names of a net's classes; its labels if they have none. */
export function classNamesOf({ architecture: { classes }, run }: SavedModel): string[] {
  return [...run?.data?.classNames ?? Array.from({ length: classes }, (_, label) => String(label))];
}

/** Returns the function of an exported layer. */
export function functionOf(
  activation: ExportedLayer["activation"],
): Pick<LayerFunction, "apply" | "c"> {
  return activation === "linear" ? IDENTITY : USABLE_ACTIVATIONS[activation];
}

function nameOf(apply: (z: number) => number): ExportedLayer["activation"] {
  const names = Object.keys(USABLE_ACTIVATIONS) as ModelArchitecture["activation"][];
  return names.find((name) => USABLE_ACTIVATIONS[name].apply === apply) ?? "linear";
}
