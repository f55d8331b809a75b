import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { type Activation, ACTIVATIONS } from "../../lib/net/activations.ts";
import { type Architecture, layerSizes, parameterCount } from "../../lib/net/architecture.ts";
import { type Head, HEADS } from "../../lib/net/heads.ts";
import { forward, gradients, predictedClass } from "../../lib/net/maths.ts";

/** Returns pseudorandom numbers from -1 to 1: the fractional parts of multiples of the golden ratio. */
function numbers(count: number, start = 1): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => ((start + i) * 0.61803398875) % 1 * 2 - 1);
}

function meanLoss(
  architecture: Architecture,
  parameters: Float64Array,
  inputs: Float64Array,
  labels: number[],
): number {
  const { classes, head } = architecture;
  const { x3 } = forward(architecture, parameters, inputs);
  const losses = labels.map((label, row) =>
    HEADS[head].loss(x3.subarray(row * classes, (row + 1) * classes), label)
  );
  return losses.reduce((sum, loss) => sum + loss) / labels.length;
}

for (const activation of Object.keys(ACTIVATIONS) as Activation[]) {
  for (const head of Object.keys(HEADS) as Head[]) {
    Deno.test(`gradients() equals finite differences for every parameter for ${activation} and the ${head} head`, () => {
      const net: Architecture = { inputs: 5, hidden: [4, 6], classes: 3, activation, head };
      const parameters = numbers(parameterCount(net));
      const labels = [0, 2, 1, 2];
      const inputs = numbers(labels.length * net.inputs, 1000);
      const gradient = gradients(net, parameters, inputs, labels);
      const step = 1e-5;
      for (let i = 0; i < parameters.length; i++) {
        const shifted = parameters.slice();
        shifted[i] = parameters[i] + step;
        const above = meanLoss(net, shifted, inputs, labels);
        shifted[i] = parameters[i] - step;
        const below = meanLoss(net, shifted, inputs, labels);
        assertAlmostEquals(gradient[i], (above - below) / (2 * step), 1e-8, `parameter ${i}`);
      }
      assert(gradient.filter((g) => Math.abs(g) > 1e-4).length > gradient.length / 2);
    });
  }
}

Deno.test("forward() returns probabilities that add up to 1 for outputs of any size", () => {
  const net: Architecture = {
    inputs: 2,
    hidden: [3, 2],
    classes: 4,
    activation: "relu",
    head: "softmax",
  };
  const parameters = numbers(parameterCount(net)).map((w) => w * 1000);
  const { x1, x2, x3, p } = forward(net, parameters, numbers(10));
  assertEquals([x1, x2, x3, p].map((x) => x.length / 5), [...layerSizes(net).slice(1), 4]);
  for (let row = 0; row < 5; row++) {
    assertAlmostEquals(p.subarray(row * 4, row * 4 + 4).reduce((sum, p) => sum + p), 1, 1e-12);
  }
});

Deno.test("the loss is precise where a probability is close to 0", () => {
  assertAlmostEquals(HEADS.softmax.loss(Float64Array.of(0, 800), 0), 800, 1e-9);
});

Deno.test("predictedClass() returns the first of equal outputs", () => {
  assertEquals(predictedClass(Float64Array.of(-1, 0.5, 1, 1, -1, 1)), 2);
  assertEquals(predictedClass(Float64Array.of(0, 0)), 0);
});
