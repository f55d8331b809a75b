import { assert, assertEquals } from "@std/assert";
import { encodeC, encodeJson } from "../../lib/model/export_text.ts";
import { loadModel } from "../../lib/model/load_model.ts";
import type { NetSettings } from "../../lib/model/foreign_model.ts";
import type { SavedModel } from "../../lib/model/saved_model.ts";
import { predict } from "../../lib/training/predict.ts";
import golden from "../golden/foreign_pixels.json" with { type: "json" };
import { runToEnd, start } from "../processes.ts";
import { test } from "../requirements.ts";
import { generatedImages, initializedModel } from "../training/small_model.ts";

const TANH = initializedModel();
const NETS: Record<string, SavedModel> = {
  "tanh, l2": TANH,
  "notebook": { ...TANH, architecture: { ...TANH.architecture, head: "notebook" } },
  "relu, unit": {
    ...TANH,
    scale: "unit",
    architecture: { ...TANH.architecture, activation: "relu" },
  },
};
for (const name of ["gelu", "gelu, tanh", "one hidden layer, tanh"] as const) {
  const { file, settings } = golden.nets[name];
  NETS[name] = await loadModel(Uint8Array.fromBase64(file), settings as NetSettings);
}

/** Returns images for a net, of which one is blank. */
function imagesFor({ architecture: { inputs } }: SavedModel): Uint8Array<ArrayBuffer> {
  const images = generatedImages(inputs).subarray(0, 12 * inputs).slice();
  images.fill(0, 0, inputs);
  return images;
}

for (const [name, model] of Object.entries(NETS)) {
  test(`encodeC() writes a header whose function returns the same probabilities: ${name}`, async () => {
    const { inputs, classes } = model.architecture;
    const images = imagesFor(model);
    const folder = await Deno.makeTempDir();
    await Deno.writeTextFile(`${folder}/net.h`, encodeC(model));
    await Deno.writeTextFile(
      `${folder}/main.c`,
      `#include "net.h"
#include <stdio.h>
int main(void) {
  unsigned char pixels[NET_INPUTS];
  float p[NET_CLASSES];
  while (fread(pixels, 1, NET_INPUTS, stdin) == NET_INPUTS) {
    printf("%d", net_predict(pixels, p));
    for (int i = 0; i < NET_CLASSES; i++) printf(" %.9g", p[i]);
    printf(" %s\\n", net_class_names[0]);
  }
}
`,
    );
    const flags = ["-std=c99", "-Wall", "-Wextra", "-Werror", `${folder}/main.c`, "-o"];
    const { code, stderr } = await runToEnd("cc", { args: [...flags, `${folder}/main`, "-lm"] });
    assertEquals(code, 0, stderr);
    await using child = start(`${folder}/main`, { stdin: "piped", stderr: "null" });
    await new Response(images).body!.pipeTo(child.stdin);
    const text = await new Response(child.stdout).text();
    assertEquals((await child.status).code, 0);
    await Deno.remove(folder, { recursive: true });

    const { labels, probabilities } = predict(model, images);
    const rows = text.trim().split("\n").map((line) => line.split(" "));
    assertEquals(rows.length, images.length / inputs);
    assertEquals(rows.map(([label]) => Number(label)), [...labels]);
    const found = rows.flatMap((row) => row.slice(1, 1 + classes).map(Number));
    const largest = Math.max(...found.map((value, i) => Math.abs(value - probabilities[i])));
    assert(largest < 1e-5, `probabilities differ by up to ${largest}`);
  });

  Deno.test(`encodeJson() writes what a page needs for the same probabilities: ${name}`, () => {
    const { inputs } = model.architecture;
    const images = imagesFor(model);
    const { layers, scale, classNames } = JSON.parse(encodeJson(model));
    assertEquals(classNames[1], "1");
    const found: number[] = [];
    for (let from = 0; from < images.length; from += inputs) {
      const pixels = [...images.subarray(from, from + inputs)];
      const divisor = scale === "divide by 255" ? 255 : Math.hypot(...pixels) || 1;
      let x = pixels.map((pixel) => pixel / divisor);
      for (const layer of layers) {
        x = layer.biases.map((bias: number, i: number) => {
          const row = layer.weights.slice(i * layer.inputs, (i + 1) * layer.inputs);
          const z = row.reduce((sum: number, w: number, j: number) => sum + w * x[j], bias);
          return ACTIVATIONS[layer.activation](z);
        });
      }
      const largest = Math.max(...x);
      const e = x.map((z) => Math.exp(z - largest));
      found.push(...e.map((value) => value / e.reduce((a, b) => a + b)));
    }
    const { probabilities } = predict(model, images);
    const largest = Math.max(...found.map((value, i) => Math.abs(value - probabilities[i])));
    // 1e-3 for gelu, which this test only approximates.
    assert(largest < (name === "gelu" ? 1e-3 : 1e-5), `probabilities differ by up to ${largest}`);
  });
}

const gelu = (z: number) =>
  z / 2 * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)));
const ACTIVATIONS: Record<string, (z: number) => number> = {
  tanh: Math.tanh,
  relu: (z) => Math.max(0, z),
  linear: (z) => z,
  "gelu-tanh": gelu,
  gelu,
};
