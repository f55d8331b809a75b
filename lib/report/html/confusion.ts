/** The report's section with the confusion matrix. */
import type { EvaluationReport } from "../../training/evaluate.ts";
import { type Html, html, table } from "./html.ts";
import { count, percent } from "../../files/printable.ts";
import { className } from "./format.ts";

/** Maximum number of classes for which the matrix is shown. */
const MAX_CLASSES = 30;
/** Maximum number of pairs of classes in the list of frequent mistakes. */
const MAX_LISTED = 10;

/**
 * Creates the shaded confusion matrix with precision and recall, and the list of the most frequent
 * mistakes.
 *
 * @param report The evaluation on the test rows
 * @param names The names of the classes, if they are not digits
 */
export function confusionSection(report: EvaluationReport, names?: readonly string[]): Html {
  const classes = report.recall.length;
  const matrix = classes <= MAX_CLASSES
    ? matrixTable(report, names)
    : html`<p>The confusion matrix is not shown, as ${classes} classes are too many.</p>`;
  return html`<div class="side-by-side">
<div class="scroll">${matrix}</div>
${frequentMistakes(report, names)}
</div>`;
}

function matrixTable(
  { confusion, precision, recall }: EvaluationReport,
  names?: readonly string[],
): Html {
  const classes = Array.from(recall.keys());
  const size = classes.length;
  const mostMistakes = Math.max(
    1,
    ...confusion.filter((_, i) => Math.floor(i / size) !== i % size),
  );
  const rows = classes.map((label) => {
    const cells = classes.map((answer) => {
      const cellRows = confusion[label * size + answer];
      const share = label === answer ? recall[label] || 0 : cellRows / mostMistakes;
      const kind = label === answer ? "right" : cellRows === 0 ? "zero" : "wrong";
      return html`<td class="${kind}" style="--share: ${share.toFixed(3)}">${cellRows}</td>`;
    });
    return html`
      <tr><th>${className(label, names)}</th>${cells}
      <td class="measure">${fraction(recall[label])}</td></tr>
    `;
  });
  return html`
    <table class="confusion">
      <thead>
        <tr><th>label</th>${classes.map((c) => html`<th>${className(c, names)}</th>`)}
    <th>recall, %</th></tr>
      </thead>
      <tbody>${rows}<tr><th>precision, %</th>
    ${classes.map((c) =>
      html`<td class="measure">${fraction(precision[c])}</td>`
    )}<td></td></tr></tbody>
    </table>
  `;
}

/** Formats a fraction as a percentage with one decimal place; empty for NaN. */
function fraction(value: number): string {
  return Number.isNaN(value) ? "" : (100 * value).toFixed(1);
}

function frequentMistakes(
  { confusion, recall, rows, correct }: EvaluationReport,
  names?: readonly string[],
): Html {
  const size = recall.length;
  const mistakes = Array.from(confusion, (rows, i) => ({
    rows,
    label: Math.floor(i / size),
    answer: i % size,
  }))
    .filter(({ rows, label, answer }) => rows > 0 && label !== answer)
    .sort((a, b) => b.rows - a.rows);
  const wrong = rows - correct;
  const listed = mistakes.slice(0, MAX_LISTED).map(({ rows, label, answer }) => ({
    cells: [className(label, names), className(answer, names), count(rows), percent(rows / wrong)],
  }));
  return html`<div><h3>Most frequent mistakes</h3>
${table(["label", "predicted", "#rows", "#share of mistakes"], listed)}</div>`;
}
