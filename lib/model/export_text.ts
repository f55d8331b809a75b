/** Writes a net as text: JSON for web pages, C for microcontrollers. */
import type { PixelScale } from "../data/dataset.ts";
import { printable } from "../files/printable.ts";
import { classNamesOf, functionOf, layersOf } from "./layers.ts";
import type { SavedModel } from "./saved_model.ts";

/** Digits that distinguish all 32-bit floats. */
const DIGITS = 9;

/** How pixels are scaled: in words, and as C statements that set x. */
const SCALES: Record<PixelScale, { words: string; c: string[] }> = {
  l2: {
    words: "divide by the L2 norm of the image, if not 0",
    c: [
      "  float squares = 0;",
      "  for (int i = 0; i < NET_INPUTS; i++) squares += (float)pixels[i] * pixels[i];",
      "  const float divisor = squares > 0 ? sqrtf(squares) : 1;",
      "  for (int i = 0; i < NET_INPUTS; i++) x[i] = pixels[i] / divisor;",
    ],
  },
  unit: {
    words: "divide by 255",
    c: ["  for (int i = 0; i < NET_INPUTS; i++) x[i] = pixels[i] / 255.0f;"],
  },
};

/**
 * Encodes a net as JSON, for a page that uses it without a library. Each layer is
 * `x = activation(weights x + biases)` with `weights[output * inputs + input]`; softmax of the last
 * layer's outputs gives the probabilities.
 */
export function encodeJson(model: SavedModel): string {
  const { scale } = model;
  const numbers = (array: Float32Array) => Array.from(array, (x) => Number(x.toPrecision(DIGITS)));
  return JSON.stringify({
    format: "mnist-webgpu 1",
    pixels: "0 (background) to 255 (full ink)",
    scale: SCALES[scale].words,
    classNames: classNamesOf(model),
    output: "softmax",
    layers: layersOf(model).map(({ weights, biases, ...layer }) => ({
      ...layer,
      weights: numbers(weights),
      biases: numbers(biases),
    })),
  }) + "\n";
}

/**
 * Encodes a net as a C99 header: the weights, and the function
 * `int net_predict(const unsigned char *pixels, float *probabilities)`. It needs no memory but the
 * stack, and only math.h.
 */
export function encodeC(model: SavedModel): string {
  const { architecture: { inputs, classes }, scale } = model;
  const layers = layersOf(model);
  const names = classNamesOf(model).map((name) =>
    JSON.stringify(printable(name, 40).replace(/[^\x20-\x7e]|\?/g, "_"))
  );
  const widest = Math.max(...layers.map(({ outputs }) => outputs));
  const arrays = layers.flatMap(({ weights, biases }, i) => [
    cArray(`net_w${i}`, weights),
    cArray(`net_b${i}`, biases),
  ]);
  const functions = layers.map(({ activation }, i) =>
    `static float net_f${i}(float z) { return ${functionOf(activation).c}; }`
  );
  const steps = layers.map(({ inputs, outputs }, i) => {
    const [from, to] = i === 0 ? ["x", "a"] : i % 2 === 1 ? ["a", "b"] : ["b", "a"];
    return `  net_layer(${from}, ${inputs}, ${to}, ${outputs}, net_w${i}, net_b${i}, net_f${i});`;
  });
  const last = layers.length % 2 === 1 ? "a" : "b";
  return `/* A neural net of mnist-webgpu. Include it in one C file, and call net_predict. */
#ifndef MNIST_WEBGPU_NET_H
#define MNIST_WEBGPU_NET_H
#include <math.h>

#define NET_INPUTS ${inputs}
#define NET_CLASSES ${classes}

static const char *const net_class_names[NET_CLASSES] = {${names.join(", ")}};
${arrays.join("\n")}

${functions.join("\n")}

/* y = f(w x + b), where w has m rows of n weights. */
static void net_layer(const float *x, int n, float *y, int m, const float *w, const float *b,
                      float (*f)(float)) {
  for (int i = 0; i < m; i++) {
    float z = b[i];
    for (int j = 0; j < n; j++) z += w[i * n + j] * x[j];
    y[i] = f(z);
  }
}

/* Returns the class of an image: NET_INPUTS pixels row by row, 0 (background) to 255 (full ink).
   Writes the NET_CLASSES probabilities. */
static int net_predict(const unsigned char *pixels, float *probabilities) {
  float x[NET_INPUTS], a[${widest}], b[${widest}];
${SCALES[scale].c.join("\n")}
${steps.join("\n")}
  int best = 0;
  for (int i = 1; i < NET_CLASSES; i++) if (${last}[i] > ${last}[best]) best = i;
  float sum = 0;
  for (int i = 0; i < NET_CLASSES; i++) sum += probabilities[i] = expf(${last}[i] - ${last}[best]);
  for (int i = 0; i < NET_CLASSES; i++) probabilities[i] /= sum;
  return best;
}
#endif
`;
}

function cArray(name: string, numbers: Float32Array): string {
  const texts = Array.from(numbers, (x) => {
    const text = String(Number(x.toPrecision(DIGITS)));
    return `${/[.e]/.test(text) ? text : `${text}.0`}f`;
  });
  const lines = [];
  for (let i = 0; i < texts.length; i += 8) lines.push(`  ${texts.slice(i, i + 8).join(", ")}`);
  return `static const float ${name}[${numbers.length}] = {\n${lines.join(",\n")}\n};`;
}
