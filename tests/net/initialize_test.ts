import { assert, assertEquals } from "@std/assert";
import { type Architecture, parameterRanges } from "../../lib/net/architecture.ts";
import { drawParameters } from "../../lib/net/initialize.ts";
import { parameterViews } from "../../lib/net/maths.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";

const NET: Architecture = {
  inputs: 784,
  hidden: [50, 100],
  classes: 10,
  activation: "tanh",
  head: "notebook",
};

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
