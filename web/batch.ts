/// <reference lib="dom" />
/** The batch of a single step: its images, whether the net had them right, and what it changed. */
import { count } from "../lib/files/printable.ts";
import { element, isDark, make, show, write } from "./dom.ts";
import { paintDigit } from "./pixels.ts";
import { state } from "./state.ts";
import { paintUnits } from "./weights.ts";

/** Maximum number of images shown. */
const MOST_IMAGES = 50;

const list = element("batch", HTMLOListElement);
const summary = element("batch-summary", HTMLParagraphElement);
const introduction = element("batch-introduction", HTMLParagraphElement);
const figure = element("batch-change", HTMLElement);
const change = element("change", HTMLCanvasElement);

/** Shows the batch of the last single step. */
export function showBatch(): void {
  const batch = state.run?.batch;
  show(figure, batch !== undefined);
  show(introduction, batch === undefined);
  if (!batch) {
    write(summary, "");
    return list.replaceChildren();
  }
  const { iteration, images, labels, answers: [before, after], loss, learningRate } = batch;
  const right = (answers: Uint8Array) => labels.filter((label, i) => label === answers[i]).length;
  const isAll = labels.length <= MOST_IMAGES;
  write(
    summary,
    `Step ${count(iteration)}, learning rate ${
      Number(learningRate.toPrecision(3))
    }: before it the net ` +
      `had ${right(before)} of ${labels.length} right, now ${right(after)}. Their loss went from ` +
      `${loss[0].toFixed(3)} to ${loss[1].toFixed(3)}.` +
      (isAll ? "" : ` The first ${MOST_IMAGES} are shown.`),
  );
  const size = images.length / labels.length;
  list.replaceChildren(...Array.from(labels.subarray(0, MOST_IMAGES), (label, i) => {
    const isRight = before[i] === label;
    const item = make("li", isRight ? "right" : "wrong");
    const canvas = make("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `A ${label}, classified as ${before[i]}`);
    paintDigit(canvas, images.subarray(i * size, (i + 1) * size), isDark());
    item.append(canvas, make("span", "", isRight ? `${label} ✓` : `${label} → ${before[i]} ✗`));
    return item;
  }));
  paintUnits(change, batch.change, size, 32, 32);
}
