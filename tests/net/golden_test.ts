/** Compares the net's mathematics with JAX and optax. Each golden file has a `description`. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { Activation } from "../../lib/net/activations.ts";
import { type Architecture, parameterCount } from "../../lib/net/architecture.ts";
import { type Head, HEADS } from "../../lib/net/heads.ts";
import { forward, gradients, parameterViews } from "../../lib/net/maths.ts";
import { OPTIMIZERS, updateParameters } from "../../lib/net/optimizers.ts";
import { relativeError } from "../../lib/engine/reference.ts";
import goldenGradients from "../golden/gradients.json" with { type: "json" };
import goldenOptimizers from "../golden/optimizers.json" with { type: "json" };

for (const net of goldenGradients.nets) {
  const { hidden, parameterDivisor, labels } = net;
  const parameters = Float64Array.from(
    new Int16Array(bytes(net.parameters).buffer),
    (whole) => whole / parameterDivisor,
  );
  const inputs = Float64Array.from(bytes(net.images));
  for (let from = 0; from < inputs.length; from += net.inputs) {
    const row = inputs.subarray(from, from + net.inputs);
    const norm = Math.hypot(...row);
    if (norm > 0) row.forEach((pixel, i) => row[i] = pixel / norm);
  }

  for (const golden of net.cases) {
    const architecture: Architecture = {
      inputs: net.inputs,
      hidden: [hidden[0], hidden[1]],
      classes: net.classes,
      activation: golden.activation as Activation,
      head: golden.head as Head,
    };
    const name = `${net.inputs}-${hidden.join("-")}-${net.classes} ${golden.activation} net ` +
      `with the ${golden.head} head`;

    Deno.test(`forward() and the loss equal JAX's probabilities and losses for the ${name}`, () => {
      assertEquals(parameters.length, parameterCount(architecture));
      const { x3, p } = forward(architecture, parameters, inputs);
      assert(relativeError(p, new Float64Array(bytes(golden.probabilities).buffer)) < 1e-13);
      golden.losses.forEach((loss, row) => {
        const outputs = x3.subarray(row * net.classes, (row + 1) * net.classes);
        assertAlmostEquals(HEADS[golden.head as Head].loss(outputs, labels[row]), loss, 1e-13);
      });
    });

    Deno.test(`gradients() equals JAX's gradients for the ${name}`, () => {
      const ours = parameterViews(
        architecture,
        gradients(architecture, parameters, inputs, labels),
      );
      for (const [parameter, { stride, norm, values }] of Object.entries(golden.gradients)) {
        const gradient = ours[parameter as keyof typeof ours];
        assertAlmostEquals(Math.hypot(...gradient) / norm, 1, 1e-12, parameter);
        const some = gradient.filter((_, i) => i % stride === 0);
        const theirs = new Float64Array(bytes(values).buffer);
        assertEquals(some.length, theirs.length);
        assert(relativeError(some, theirs) < 1e-12, parameter);
      }
    });
  }
}

for (const golden of goldenOptimizers.cases) {
  Deno.test(`updateParameters() equals optax's steps for ${golden.name}`, () => {
    const optimizer = OPTIMIZERS[golden.name as keyof typeof OPTIMIZERS].defaults;
    for (const [constant, value] of Object.entries(optimizer)) {
      assertEquals(golden[constant as keyof typeof golden], value);
    }
    const parameters = Float64Array.from(goldenOptimizers.start);
    const moments = new Float64Array(golden.moments[0].flat().length);
    golden.parameters.forEach((expected, step) => {
      updateParameters(
        optimizer,
        parameters,
        moments,
        Float64Array.from(goldenOptimizers.gradients[step]),
        golden.learningRates[step],
        step,
      );
      parameters.forEach((w, i) => assertClose(w, expected[i], `parameter ${i} of step ${step}`));
      const expectedMoments = golden.moments[step].flat();
      moments.forEach((m, i) => assertClose(m, expectedMoments[i], `moment ${i} of ${step}`));
    });
  });
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.fromBase64(base64);
}

function assertClose(ours: number, theirs: number, what: string): void {
  assertAlmostEquals(ours, theirs, 1e-12 * Math.max(Math.abs(theirs), 1e-3), what);
}
