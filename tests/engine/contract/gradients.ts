/** Contract: gradients match float64, also if sizes are no multiples of a kernel's tiles. */
import { assert } from "@std/assert";
import { type Activation, ACTIVATIONS } from "../../../lib/net/activations.ts";
import { type Architecture, layerSizes, parameterRanges } from "../../../lib/net/architecture.ts";
import { type Head, HEADS } from "../../../lib/net/heads.ts";
import { prngKey } from "../../../lib/random/threefry.ts";
import {
  drawState,
  generatedData,
  Reference,
  relativeError,
} from "../../../lib/engine/reference.ts";
import { allRows, type MakeEngine, NOTEBOOK_ENGINE, type Register } from "./shared.ts";

/** Registers the tests of gradients. */
export function registerGradients(register: Register, make: MakeEngine): void {
  const nets: Architecture[] = [
    { inputs: 784, hidden: [50, 100], classes: 10, activation: "tanh", head: "notebook" },
    { inputs: 784, hidden: [1, 1], classes: 10, activation: "tanh", head: "softmax" },
    { inputs: 784, hidden: [7, 13], classes: 4, activation: "relu", head: "notebook" },
    { inputs: 784, hidden: [64, 32], classes: 10, activation: "tanh", head: "softmax" },
    { inputs: 784, hidden: [128, 64], classes: 10, activation: "relu", head: "softmax" },
    { inputs: 784, hidden: [33, 129], classes: 2, activation: "tanh", head: "notebook" },
    { inputs: 13, hidden: [50, 100], classes: 4, activation: "tanh", head: "softmax" },
    { inputs: 13, hidden: [7, 13], classes: 2, activation: "tanh", head: "notebook" },
    { inputs: 13, hidden: [33, 129], classes: 10, activation: "relu", head: "notebook" },
    // Layer 2 has more inputs than a section of the CPU engine's sparse products, which is 208.
    { inputs: 13, hidden: [230, 40], classes: 4, activation: "relu", head: "softmax" },
    { inputs: 1, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook" },
    { inputs: 1, hidden: [64, 32], classes: 4, activation: "relu", head: "softmax" },
    { inputs: 36, hidden: [20, 30], classes: 256, activation: "tanh", head: "softmax" },
  ];
  // A function or head without a net above, because it is new, gets one.
  for (const activation of Object.keys(ACTIVATIONS) as Activation[]) {
    for (const head of Object.keys(HEADS) as Head[]) {
      if (nets.some((net) => net.activation === activation && net.head === head)) continue;
      nets.push({ inputs: 13, hidden: [7, 13], classes: 4, activation, head });
    }
  }
  // With the nets of other core tests, each activation is combined with each head.
  const core = [nets[2], nets[11]];
  for (const architecture of nets) {
    const { hidden, activation, head } = architecture;
    const sizes = layerSizes(architecture).join("-");
    register(
      `computes the gradients of a ${sizes} net with ${activation} and the ${head} head`,
      async () => {
        const side = Math.sqrt(architecture.inputs);
        const [width, height] = Number.isInteger(side) ? [side, side] : [architecture.inputs, 1];
        const data = generatedData({ rows: 150, width, height, classes: architecture.classes });
        const options = { ...NOTEBOOK_ENGINE, architecture, batchSize: 150 };
        const state = drawState(
          architecture,
          options.optimizer,
          // N(0, 1) parameters saturate the outputs of wide layers, which makes 1 - x3^2 inexact.
          activation === "relu" || Math.max(...hidden) > 128 ? 1 : undefined,
        );
        const trainRows = allRows(data).reverse();
        await using engine = await make(options);
        engine.load(data);
        for (const count of [1, 3, 100, 101, 150]) {
          // With so large a rate, the new parameters equal the scaled gradient, in float32.
          const step = { key: prngKey(count), from: 0, count, learningRate: 2 ** 20 };
          engine.start(trainRows, state);
          engine.step([step]);
          const { parameters } = await engine.read();
          const gradient = Array.from(
            parameters,
            (after, i) => (state.parameters[i] - after) / step.learningRate,
          );
          const expected = new Reference(options, data, trainRows, state).gradient(step);
          const error = relativeError(gradient, expected);
          // Float32 leaves errors of up to 1.7e-6 on the engines. Only with N(0, 1) parameters of wide layers are
          // outputs so close to 1 that the rounding of x alone, in an otherwise exact 1 - x^2, changes the
          // gradient of the first row by 6.5e-7, and that of other rows by up to 2e-4. The engines' tanh, which
          // is off by some roundings, makes that 1.2e-5.
          const tolerance = architecture === nets[0] ? 2e-5 : 5e-6;
          assert(error <= tolerance, `batch of ${count}: relative error ${error}`);
          for (const { name, offset, length } of parameterRanges(architecture)) {
            const [ours, theirs] = [gradient, expected].map((all) =>
              all.slice(offset, offset + length)
            );
            const error = relativeError(ours, theirs);
            assert(
              error <= 3 * tolerance,
              `batch of ${count}: relative error ${error} in ${name}`,
            );
          }
        }
      },
      { core: core.includes(architecture) },
    );
  }
}
