import { assert, assertEquals, assertMatch } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { modelCard } from "../../lib/runs/model_card.ts";
import { readRunDirectory, RunDirectory } from "../../lib/runs/run_directory.ts";
import type { OptionValues } from "../../lib/training/option_table.ts";
import { resolveOptions } from "../../lib/training/options.ts";
import { predict } from "../../lib/training/predict.ts";
import { train } from "../../lib/training/train.ts";
import { test } from "../requirements.ts";

const DATA = {
  ...syntheticDigits({ trainRows: 90, testRows: 30 }),
  name: "/home/somebody/my|digits",
  classNames: ["zero", "`o`", ..."23456789"],
};

/** Trains a small net in a folder. */
async function trained(given: Partial<OptionValues> = {}) {
  const path = await Deno.makeTempDir({ prefix: "card" });
  const options = resolveOptions({
    hidden: [5, 6],
    iterations: 30,
    batchSize: 9,
    evalSize: 30,
    ...given,
  });
  return {
    path,
    async run() {
      await using directory = new RunDirectory({ options, data: DATA, saveEvery: 0, path });
      const run = { data: DATA, ...options, backend: "cpu" } as const;
      for await (const event of train(run)) await directory.record(event);
    },
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** Runs the card's Python function, line by line, as the few operations of NumPy that it uses. */
function predictAsPython(
  card: string,
  model: Awaited<ReturnType<typeof readRunDirectory>>["model"],
) {
  const tensors = model.parameters;
  let x = Float64Array.from(DATA.images.subarray(0, 784));
  const dense = (i: 0 | 1 | 2) => {
    const [w, b] = [tensors[`w${i}`], tensors[`b${i}`]];
    return Float64Array.from(
      b,
      (bias, unit) => x.reduce((sum, value, k) => sum + value * w[unit * x.length + k], bias),
    );
  };
  for (const line of card.split("```python")[1].split("\n").map((line) => line.trim())) {
    const layer = /^x = (?:(np\.tanh|np\.maximum)\()?x @ p\["w(\d)"\]\.T \+ p\["b\2"\](?:, 0)?\)?$/
      .exec(line);
    if (line === "x = x / 255") x = x.map((value) => value / 255);
    else if (line.startsWith("x = x / np.where(norm")) {
      const norm = Math.hypot(...x);
      x = x.map((value) => value / norm);
    } else if (layer) {
      x = dense(Number(layer[2]) as 0 | 1 | 2);
      if (layer[1] === "np.tanh") x = x.map(Math.tanh);
      if (layer[1] === "np.maximum") x = x.map((value) => Math.max(value, 0));
    }
  }
  const e = x.map((value) => Math.exp(value - Math.max(...x)));
  const sum = e.reduce((a, b) => a + b);
  return e.map((value) => value / sum);
}

function includes(card: string, words: string) {
  assert(card.includes(words), `${words} in:\n${card}`);
}

test("A finished run's README.md tells the run's data, accuracy and options", async () => {
  await using folder = await trained({ seed: 7, head: "softmax" });
  await folder.run();
  const card = await Deno.readTextFile(`${folder.path}/README.md`);
  const { run } = await readRunDirectory(folder.path);
  const { accuracy, loss } = run.result;
  const wrong = Math.round(30 * (1 - accuracy));
  includes(card, `${(100 * accuracy).toFixed(2)}% of 30 test rows (${wrong} wrong)`);
  includes(card, `mean loss ${loss.toFixed(4)}, after 30 steps`);
  includes(card, `metrics: [{ type: accuracy, value: ${accuracy} }]`);
  includes(card, "drawn at random from all rows");
  includes(card, run.data!.hash);
  includes(card, "90 training rows; 30 test rows");
  includes(card, "784, 5, 6, 10 units");
  includes(card, "The seed is 7.");
  const rows = [...card.matchAll(/^\| ([A-Z].*?) +\| (.*?) +\|$/gm)].map(([, name]) => name);
  assertEquals(rows.toSorted(), [
    "Batch size",
    "Head",
    "Hidden units",
    "Rows per evaluation",
    "Steps",
  ]);
  // No private path, and no name that breaks the page.
  assert(!card.includes("/home/somebody"), card);
  includes(card, "# A net trained on my\\|digits\n");
  includes(card, "10 classes: zero, \\`o\\`, 2,");
});

test("The Python code of a model card computes the net's probabilities", async () => {
  for (
    const given of [{}, { activation: "relu", head: "softmax", scale: "unit" }] as Partial<
      OptionValues
    >[]
  ) {
    await using folder = await trained(given);
    await folder.run();
    const { model, run } = await readRunDirectory(folder.path);
    const card = modelCard({ ...model, run }, "model.safetensors");
    const found = predictAsPython(card, model);
    const { probabilities } = predict(model, DATA.images.subarray(0, 784));
    found.forEach((p, i) =>
      assert(Math.abs(p - probabilities[i]) < 1e-6, `${p} ${probabilities[i]}`)
    );
    // The text says the same as the code.
    assertEquals(/divided by (255|its L2 norm)/.exec(card)?.[1] === "255", given.scale === "unit");
  }
});

test("RunDirectory leaves a README.md alone that somebody else wrote", async () => {
  await using folder = await trained();
  await Deno.writeTextFile(`${folder.path}/README.md`, "mine");
  await folder.run();
  assertMatch(await Deno.readTextFile(`${folder.path}/README.md`), /^mine$/);
});
