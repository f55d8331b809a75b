import { assertEquals, assertNotEquals } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { drawStart } from "../../lib/training/plan.ts";
import { engineOptions } from "../../lib/training/engine_options.ts";
import { stateBefore } from "../../lib/engine/state.ts";
import { OPTIMIZERS } from "../../lib/net/optimizers.ts";
import { teach } from "../../web/lesson.ts";

const data = syntheticDigits({ trainRows: 200, testRows: 20 });
const options = { ...NOTEBOOK, hidden: [6, 5] as const, optimizer: "adam" as const };

/** Teaches a new net the first test digit, named so many times. */
async function lesson(names: number): Promise<Float32Array> {
  const { architecture } = engineOptions(options, data);
  const { parameters, split } = drawStart(data, options, architecture);
  const pupil = {
    options: engineOptions(options, data),
    state: stateBefore(OPTIMIZERS.adam.defaults, parameters),
    learningRate: 0.01,
  };
  const image = data.images.slice(-784);
  const named = Array(names).fill({ image, label: 3, isTest: true });
  return (await teach(pupil, named, data, split.train)).state.parameters;
}

Deno.test("teach() gives the same net for the same lesson, and uses other rows for the next", async () => {
  const [first, again, next] = [await lesson(1), await lesson(1), await lesson(2)];
  assertEquals(first, again);
  assertNotEquals(first, next);
});
