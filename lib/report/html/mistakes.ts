/** The report's section that shows misclassified test rows as images. */
import { type Dataset, imageOf } from "../../data/dataset.ts";
import { count, percent } from "../../files/printable.ts";
import type { Model } from "../../net/architecture.ts";
import { HEADS } from "../../net/heads.ts";
import type { EvaluationReport } from "../../training/evaluate.ts";
import { type Html, html } from "./html.ts";
import { imagePicture } from "./pictures.ts";
import { className } from "./format.ts";

/** Maximum number of images, to keep the page small. */
const MAX_IMAGES = 120;

/** A misclassified row. */
interface Mistake {
  /** The row's number in the data set. */
  row: number;
  label: number;
  answer: number;
  /** The probability of the predicted class. */
  probability: number;
}

/**
 * Shows the misclassified rows with the highest probability of the predicted class.
 *
 * @param report The evaluation on the test rows
 */
export function mistakesSection(
  { architecture }: Model,
  data: Dataset,
  test: Uint32Array,
  report: EvaluationReport,
): Html {
  const mistakes = findMistakes(data, test, report);
  if (mistakes.length === 0) return html`<p>No test row is misclassified.</p>`;
  const shown = mistakes.slice(0, MAX_IMAGES);
  const figures = shown.map(({ row, label, answer, probability }) => {
    const predicted = className(answer, data.classNames);
    const is = className(label, data.classNames);
    return html`
      <figure><img src="${imagePicture(imageOf(data, row), data)}" alt="${is}">
      ${is}, predicted <strong>${predicted}</strong> <span class="muted">${percent(
        probability,
        0,
      )}</span></figure>
    `;
  });
  const [some, all] = [shown, mistakes].map(({ length }) => count(length));
  const heading = shown.length < mistakes.length
    ? `The ${some} most confident of ${all} mistakes, with`
    : `All ${all} mistakes, the most confident first, with`;
  const bound = boundText(architecture);
  return html`<p>${heading} the label, the predicted class and its probability.${bound}</p>
<div class="pictures">${figures}</div>`;
}

/**
 * Explains the largest possible probability: the outputs are in [-b, b], so it is
 * e^b / (e^b + (C - 1) / e^b).
 */
function boundText({ head, classes }: Model["architecture"]): string {
  const { bound, formula } = HEADS[head].output;
  if (bound === Infinity) return "";
  const most = Math.exp(bound) / (Math.exp(bound) + (classes - 1) / Math.exp(bound));
  return ` Since ${formula("z")} bounds the net's outputs, no probability exceeds ${
    percent(most, 0)
  }.`;
}

/** Finds all mistakes, sorted by descending probability. */
function findMistakes(
  { labels }: Dataset,
  test: Uint32Array,
  { answers, confidences }: EvaluationReport,
): Mistake[] {
  return Array.from(test, (row, i) => ({
    row,
    label: labels[row],
    answer: answers[i],
    probability: confidences[i],
  }))
    .filter(({ label, answer }) => answer !== label)
    .sort((a, b) => b.probability - a.probability);
}
