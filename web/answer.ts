/// <reference lib="dom" />
/** The net's prediction for the drawn digit, and the activations of its layers. */
import { ACTIVATIONS } from "../lib/net/activations.ts";
import type { Model } from "../lib/net/architecture.ts";
import { HEADS } from "../lib/net/heads.ts";
import { forwardPass } from "../lib/training/predict.ts";
import { predictedClass } from "../lib/net/maths.ts";
import { element, isDark, make, onColorScheme } from "./dom.ts";
import { drawnDigit } from "./pad.ts";
import { percent } from "./numbers.ts";
import { paintDigit, paintSigned } from "./pixels.ts";

const seen = element("seen", HTMLCanvasElement);
const answer = element("answer", HTMLParagraphElement);
const headNote = element("head-note", HTMLParagraphElement);
const layers = ["activations-1", "activations-2"].map((id) => element(id, HTMLCanvasElement));
const bars = makeBars(element("probabilities", HTMLOListElement));
let model: Model | undefined;

onColorScheme(showAnswer);

/** Classifies the drawing with this net from now on. */
export function answerWith(newModel: Model): void {
  model = newModel;
  showAnswer();
}

/** Classifies the current drawing and shows the result. */
export function showAnswer(): void {
  if (!model) return;
  headNote.hidden = HEADS[model.architecture.head].output.bound === Infinity;
  const digit = drawnDigit();
  paintDigit(seen, digit ?? new Uint8Array(784), isDark());
  if (!digit) {
    answer.textContent = "Draw something";
    bars.forEach((bar) => bar.show(undefined, false));
    const { hidden } = model.architecture;
    layers.forEach((canvas, i) => paintUnits(canvas, new Float64Array(hidden[i]), 1));
    return;
  }
  const { x1, x2, x3, p } = forwardPass(model, digit);
  const best = predictedClass(x3);
  answer.textContent = `This is a ${best}: ${percent(p[best])}`;
  bars.forEach((bar, digit) => bar.show(p[digit], digit === best));
  [x1, x2].forEach((activations, i) => {
    // Without a bound, the largest activation gets the full color.
    const { bound } = ACTIVATIONS[model!.architecture.activation];
    const largest = Number.isFinite(bound) ? bound : Math.max(...activations, 1e-9);
    paintUnits(layers[i], activations, largest);
  });
}

/** Paints a layer's units as squares. */
function paintUnits(canvas: HTMLCanvasElement, activations: Float64Array, largest: number): void {
  const columns = activations.length % 25 === 0 ? 25 : 32;
  paintSigned(canvas, activations, { columns, width: 1, height: 1, gap: 0 }, largest);
}

/** Creates a bar for each digit's probability. */
function makeBars(list: HTMLOListElement) {
  return Array.from({ length: 10 }, (_, digit) => {
    const item = make("li");
    const bar = make("span", "bar");
    const value = make("span", "value");
    item.append(make("span", "digit", String(digit)), bar, value);
    list.append(item);
    return {
      /** Shows a probability, or an empty bar for undefined. */
      show(probability: number | undefined, isBest: boolean) {
        bar.style.setProperty("--length", `${100 * (probability ?? 0)}%`);
        value.textContent = probability === undefined ? "–" : percent(probability);
        item.classList.toggle("best", isBest);
      },
    };
  });
}
