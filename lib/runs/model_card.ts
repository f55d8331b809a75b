/** Describes a saved run for readers, as model hubs show it: the README.md of the run's folder. */
import type { PixelScale } from "../data/dataset.ts";
import { SPLITS } from "../data/split.ts";
import { count, printable } from "../files/printable.ts";
import { layersOf } from "../model/layers.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { type Activation, ACTIVATIONS } from "../net/activations.ts";
import { parameterCount } from "../net/architecture.ts";
import { METRICS } from "../training/metrics.ts";
import type { TrainingOptions } from "../training/options.ts";
import type { RunRecord, RunResult } from "../training/record.ts";
import { OPTION_NAMES, OPTIONS } from "../training/option_table.ts";

/** By this line, a run's card is told from a README.md that somebody else wrote. */
export const CARD_MARK = "library_name: mnist-webgpu";

/** How pixels are scaled: for readers, and in NumPy. */
const SCALES: Readonly<Record<PixelScale, { sentence: string; numpy: string }>> = {
  l2: {
    sentence: "Each image is divided by its L2 norm.",
    numpy: `    norm = np.linalg.norm(x, axis=1, keepdims=True)
    x = x / np.where(norm > 0, norm, 1)`,
  },
  unit: { sentence: "Pixels are divided by 255.", numpy: "    x = x / 255" },
};

/**
 * Writes a model card: what the net is, its data, its accuracy, the options that differ from the
 * notebook's, and how to use the file from Deno, a browser and Python.
 *
 * @param model The net of a finished run
 * @param file The name of its safetensors file, in the card's folder
 * @returns Markdown, with the facts that model hubs read in its first lines
 */
export function modelCard(
  model: SavedModel & { run: RunRecord & { result: RunResult } },
  file: string,
): string {
  const { architecture, scale, run } = model;
  const { inputs, hidden, classes, activation, head } = architecture;
  const { data, options, result } = run;
  // A path may tell more about its owner than a card should.
  const dataset = inline(run.dataset.split(/[/\\]/).findLast((part) => part !== "") ?? run.dataset);
  const testRows = data?.testRows ?? 0;
  const wrong = Math.round((1 - result.accuracy) * testRows);
  const added = data?.addedRows ? `, of which ${count(data.addedRows)} were added (--add)` : "";
  const heldOut = options.validation > 0
    ? `; ${count(options.validation)} of them were held out for validation`
    : "";
  const best = result.bestIteration === undefined
    ? ""
    : ` The net is that after step ${count(result.bestIteration)}, the best on held-out rows.`;
  const names = data?.classNames?.map(inline).join(", ");
  const drawn = !SPLITS[options.split].isPublished || data?.publishedSplit === false
    ? ", drawn at random from all rows"
    : "";
  return `---
${CARD_MARK}
pipeline_tag: image-classification
tags: [mnist-webgpu, safetensors]
model-index:
  - name: ${JSON.stringify(`${dataset}, seed ${options.seed}`)}
    results:
      - task: { type: image-classification }
        dataset: { name: ${JSON.stringify(dataset)}, type: ${JSON.stringify(dataset)}, split: test }
        metrics: [{ type: accuracy, value: ${result.accuracy} }]
---

# A net trained on ${dataset}

Three dense layers with ${[inputs, ...hidden, classes].join(", ")} units (${
    count(parameterCount(architecture))
  } parameters, activation ${activation}, head ${head}), trained by mnist-webgpu. Input: gray images${
    data?.width ? ` ${data.width} pixels wide` : ""
  }, ${inputs} bytes each in rows from the top, 0 for the background to 255 for full ink. ${
    SCALES[scale].sentence
  }
Output: the probabilities of ${classes} classes${names ? `: ${names}` : ""}.

## Accuracy

${METRICS.accuracy.format(result.accuracy)} of ${count(testRows)} test rows (${
    count(wrong)
  } wrong)${drawn}: mean loss ${METRICS.loss.format(result.loss)}, after ${
    count(result.iterations)
  } steps.${best}
\`deno task evaluate --model ${file}\` evaluates it again, in float64: rows on which two outputs are nearly equal may differ.

## Data

${dataset}: ${count(data?.trainRows ?? 0)} training rows${added}${heldOut}; ${
    count(testRows)
  } test rows. SHA-256 of all images and labels:
\`${data?.hash ?? "unknown"}\`. Nothing is known about images that look different from these.

## Options

The seed is ${options.seed}. ${optionsTable(options)}

\`options.json\` has all of them. Device: ${inline(run.device)} (${run.backend}).

## Use it

From the command line, on photographs and drawings:

\`\`\`sh
deno task predict --model ${file} photo.jpg
\`\`\`

In Deno, or in a page with the library that \`deno task build\` writes, \`mnist-webgpu.js\`:

\`\`\`ts
import { loadModel, predict } from "./mod.ts"; // in a page: "./mnist-webgpu.js"

const model = await loadModel("${file}"); // in a page: its URL
const images = new Uint8Array(${inputs}); // one image or several
const { labels, probabilities } = predict(model, images);
\`\`\`
${pythonSection(model, file)}`;
}

/** Lists the options that differ from the notebook's. */
function optionsTable(options: TrainingOptions): string {
  const changed = OPTION_NAMES.filter((name) =>
    name !== "seed" && String(options[name]) !== String(OPTIONS[name].default)
  );
  if (changed.length === 0) return "All other options are the published notebook's.";
  const rows = changed.map((name) =>
    `| ${OPTIONS[name].label} | ${inline(String(options[name]))} |`
  );
  return `The options are the published notebook's, except:

| option | value |
| ------ | ----- |
${rows.join("\n")}`;
}

/** Shows how to use the file with NumPy alone. */
function pythonSection(model: SavedModel, file: string): string {
  const { architecture: { inputs }, scale } = model;
  const layers = layersOf(model).map(({ activation }, i) => {
    const sums = `x @ p["w${i}"].T + p["b${i}"]`;
    if (activation === "linear") return `    x = ${sums}`;
    return isTrainable(activation) ? `    x = ${ACTIVATIONS[activation].numpy(sums)}` : undefined;
  });
  if (layers.includes(undefined)) return "";
  return `
In Python, with the packages \`numpy\` and \`safetensors\`:

\`\`\`python
import numpy as np
from safetensors.numpy import load_file

p = load_file("${file}")

def predict(images):  # shape (n, ${inputs}), from 0 to 255
    x = np.asarray(images, np.float32).reshape(-1, ${inputs})
${SCALES[scale].numpy}
${layers.join("\n")}
    e = np.exp(x - x.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)  # probabilities
\`\`\`
`;
}

function isTrainable(activation: string): activation is Activation {
  return Object.hasOwn(ACTIVATIONS, activation);
}

/** Text from a file or a device that cannot be taken for Markdown. */
function inline(text: string): string {
  return printable(text, 100).replace(/[\\`*_{}[\]<>|#]/g, "\\$&");
}
