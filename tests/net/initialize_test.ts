import { assert, assertEquals } from "@std/assert";
import {
  type Architecture,
  parameterCount,
  type ParameterName,
  parameterRanges,
} from "../../lib/net/architecture.ts";
import { drawParameters } from "../../lib/net/initialize.ts";
import { parameterViews } from "../../lib/net/maths.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import type { ThreefryLayout } from "../../lib/random/threefry.ts";
import golden from "../golden/notebook_draws.json" with { type: "json" };

const NET: Architecture = {
  inputs: 784,
  hidden: [50, 100],
  classes: 10,
  activation: "tanh",
  head: "notebook",
};

for (const { seed, layout, parameters } of golden.runs) {
  Deno.test(`drawParameters() draws the same first elements as JAX for seed ${seed} in the ${layout} layout`, () => {
    const sampler = new DistSampler(seed, { threefry: layout as ThreefryLayout });
    // The notebook draws the split's mask and the spot check before the parameters.
    sampler.nextKey();
    sampler.nextKey();
    const drawn = parameterViews(NET, drawParameters(NET, "normal", sampler));
    for (const [name, { start }] of Object.entries(parameters)) {
      const theirs = new Float32Array(
        Uint8Array.from(atob(start), (character) => character.charCodeAt(0)).buffer,
      );
      const ours = drawn[name as ParameterName].slice(0, theirs.length);
      theirs.forEach((value, i) => {
        assert(Math.abs(ours[i] - value) <= 8 * 2 ** -23 * Math.abs(value), `${name}[${i}]`);
      });
    }
  });
}

Deno.test("drawParameters() with glorot draws only weights, with a variance of 2 / (in + out)", () => {
  const sampler = new DistSampler(5);
  const drawn = parameterViews(NET, drawParameters(NET, "glorot", sampler));
  const afterThree = new DistSampler(5);
  const first = afterThree.normal(50, 784);
  for (let draws = 1; draws < 3; draws++) afterThree.nextKey();
  assertEquals(sampler.key, afterThree.key);
  assertEquals(drawn.w0, first.map((draw) => draw * Math.sqrt(2 / (784 + 50))));
  for (const { name, shape, length } of parameterRanges(NET)) {
    const variance = drawn[name].reduce((sum, w) => sum + w * w, 0) / length;
    const expected = shape.length === 1 ? 0 : 2 / (shape[0] + shape[1]);
    assert(Math.abs(variance - expected) <= 5 * expected * Math.sqrt(2 / length), name);
  }
});

Deno.test("drawParameters() with normal draws every element", () => {
  const drawn = drawParameters(NET, "normal", new DistSampler(1));
  assertEquals(drawn.length, parameterCount(NET));
  assert(drawn.every((w) => w !== 0 && Number.isFinite(w)));
});
