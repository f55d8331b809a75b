/// <reference lib="dom" />
/** Explains one unit of the net: how its sum arises for the image on the pad, and where it goes. */
import { percent } from "../lib/files/printable.ts";
import { USABLE_ACTIVATIONS } from "../lib/net/activations.ts";
import { HEADS } from "../lib/net/heads.ts";
import type { Model } from "../lib/net/architecture.ts";
import type { ForwardPass } from "../lib/training/predict.ts";
import { button, element, isDark, make } from "./dom.ts";
import { onUnit } from "./picture.ts";
import { largestOf, paintDigit, paintSigned } from "./pixels.ts";
import { render } from "./render.ts";
import { state } from "./state.ts";

const root = element("unit", HTMLDivElement);
const text = element("unit-text", HTMLDivElement);

const SIDE = 28;
/** Number of other units listed. */
const MOST_LISTED = 5;

/**
 * Shows a unit's sum.
 *
 * @param unit The unit; undefined hides the explanation
 * @param model The net
 * @param pass Its values for the image
 * @param digit The image
 */
export function showUnit(
  unit: { layer: number; index: number } | undefined,
  model: Model | undefined,
  pass: ForwardPass | undefined,
  digit: Uint8Array | undefined,
): void {
  const isShown = unit !== undefined && model !== undefined && pass !== undefined &&
    digit !== undefined && unit.index < sizeOf(model, unit.layer);
  root.hidden = !isShown;
  if (!isShown) return;
  const { layer, index } = unit;
  const { architecture, parameters } = model;
  const values = [pass.x0, pass.x1, pass.x2, layer === 2 ? pass.p : pass.x3];
  const from = values[layer];
  const weights = [parameters.w0, parameters.w1, parameters.w2][layer]
    .subarray(index * from.length, (index + 1) * from.length);
  const bias = [parameters.b0, parameters.b1, parameters.b2][layer][index];
  const products = Float64Array.from(from, (value, i) => value * weights[i]);
  const sum = products.reduce((total, value) => total + value, bias);
  const output = values[layer + 1][index];

  const line = make("div", "sum");
  if (layer === 0) {
    const canvases = [0, 1, 2].map(() => make("canvas"));
    paintDigit(canvases[0], digit, isDark());
    const grid = { columns: 1, width: SIDE, height: SIDE, gap: 0 };
    paintSigned(canvases[1], weights, grid, largestOf(parameters.w0));
    paintSigned(canvases[2], products, grid, Math.max(...products.map(Math.abs), 1e-9));
    const [image, weight, product] = canvases.map((canvas, i) =>
      captioned(canvas, ["image", "weights", "image × weights"][i])
    );
    line.append(image, "×", weight, "=", product);
  }
  line.append(
    ...equation(sum - bias, bias, sum),
    make("b", "", layer === 2 ? `→ ${percent(output, 1)}` : `→ ${output.toFixed(2)}`),
    make("span", "muted", wordsOf(layer, model)),
  );
  const parts: HTMLElement[] = [
    make("h3", "", titleOf(layer, index)),
    line,
  ];
  if (layer > 0) parts.push(listOf("Most of it comes from", layer - 1, products, model));
  if (layer < 2) {
    const next = [parameters.w1, parameters.w2][layer];
    const size = architecture.hidden[layer];
    const sent = Float64Array.from(
      { length: next.length / size },
      (_, to) => output * next[to * size + index],
    );
    parts.push(listOf("It sends most to", layer + 1, sent, model));
  }
  text.replaceChildren(...parts);
}

function sizeOf({ architecture }: Model, layer: number): number {
  return layer === 2 ? architecture.classes : architecture.hidden[layer];
}

function titleOf(layer: number, index: number): string {
  return layer === 2
    ? `Why ${index}?`
    : `${layer === 0 ? "First" : "Second"} layer, unit ${index + 1}`;
}

/** Writes the sum of the weighted inputs and the bias. */
function equation(weighted: number, bias: number, sum: number): HTMLElement[] {
  return [
    make("span", weighted < 0 ? "minus" : "plus", `sum ${signed(weighted)}`),
    make("span", bias < 0 ? "minus" : "plus", `bias ${signed(bias)}`),
    make("b", sum < 0 ? "minus" : "plus", `= ${signed(sum)}`),
  ];
}

function wordsOf(layer: number, { architecture }: Model): string {
  if (layer < 2) return `= ${USABLE_ACTIVATIONS[architecture.activation].formula("sum")}`;
  const { output } = HEADS[architecture.head];
  return `= softmax(${output.formula("sum")})`;
}

/** Lists the units with the largest contributions. */
function listOf(title: string, layer: number, values: Float64Array, model: Model): HTMLElement {
  const list = make("div", "sum small");
  list.append(make("span", "muted", title));
  const order = Array.from(values.keys())
    .sort((a, b) => Math.abs(values[b]) - Math.abs(values[a]))
    .slice(0, MOST_LISTED)
    .filter((unit) => values[unit] !== 0);
  for (const unit of order) {
    const value = make("span", values[unit] < 0 ? "minus" : "plus", signed(values[unit]));
    if (layer === 0) {
      const canvas = make("canvas");
      const weights = model.parameters.w0.subarray(unit * 784, (unit + 1) * 784);
      const grid = { columns: 1, width: SIDE, height: SIDE, gap: 0 };
      paintSigned(canvas, weights, grid, largestOf(model.parameters.w0));
      const figure = captioned(canvas, "");
      figure.append(value);
      list.append(figure);
    } else {
      const name = layer === 2 ? `digit ${unit}` : `unit ${unit + 1}`;
      const item = make("span", "", `${name} `);
      item.append(value);
      list.append(item);
    }
  }
  if (order.length === 0) list.append(make("span", "", "nothing, as it is 0"));
  return list;
}

function captioned(canvas: HTMLCanvasElement, caption: string): HTMLElement {
  const figure = make("figure");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", caption || "weights");
  figure.append(canvas);
  if (caption) figure.append(make("figcaption", "", caption));
  return figure;
}

onUnit((layer, index) => {
  const { unit } = state;
  const isOpen = unit?.layer === layer && unit.index === index;
  state.unit = isOpen ? undefined : { layer, index };
  render();
});
function closeUnit(): void {
  const opener = document.querySelector<HTMLElement>("#picture [aria-expanded=true]");
  state.unit = undefined;
  opener?.focus();
  render();
}
button("unit-close").addEventListener("click", closeUnit);
addEventListener("keydown", ({ key }) => {
  if (key === "Escape" && state.unit) closeUnit();
});

/** Formats a signed number in few characters. */
function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
