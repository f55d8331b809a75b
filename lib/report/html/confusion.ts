/** The confusion matrix. */
import type { EvaluationReport } from "../../training/evaluate.ts";
import { type Html, html } from "./html.ts";
import { className, count, percent } from "./words.ts";

/** Maximum number of classes for which the matrix is shown. */
const MOST_CLASSES = 30;
/** Number of pairs of classes in the list of frequent mistakes. */
const LISTED = 10;

/**
 * The shaded confusion matrix with precision and recall, and the most frequent mistakes.
 *
 * @param report The evaluation on the test rows
 * @param names The names of the classes, if they are not digits
 */
export function confusionSection(report: EvaluationReport, names?: readonly string[]): Html {
  const classes = report.recall.length;
  const matrix = classes <= MOST_CLASSES
    ? matrixTable(report, names)
    : html`<p>${classes} classes are too many for a table of all pairs.</p>`;
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
  const mostWrong = Math.max(
    1,
    ...confusion.filter((_, i) => Math.floor(i / size) !== i % size),
  );
  const rows = classes.map((label) => {
    const cells = classes.map((answer) => {
      const rowsHere = confusion[label * size + answer];
      const share = label === answer ? recall[label] || 0 : rowsHere / mostWrong;
      const kind = label === answer ? "right" : rowsHere === 0 ? "zero" : "wrong";
      return html`<td class="${kind}" style="--share: ${share.toFixed(3)}">${rowsHere}</td>`;
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
    <th>recall</th></tr>
      </thead>
      <tbody>${rows}<tr><th>precision</th>
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
  const listed = mistakes.slice(0, LISTED).map(({ rows, label, answer }) =>
    html`
      <tr>
        <td>${className(label, names)}</td>
        <td>${className(answer, names)}</td>
        <td class="number">${count(rows)}</td>
        <td class="number">${percent(rows / wrong)}</td>
      </tr>
    `
  );
  return html`
    <table>
      <thead>
        <tr>
          <th>label</th>
          <th>it said</th>
          <th class="number">times</th>
          <th class="number">of all mistakes</th>
        </tr>
      </thead>
      <tbody>${listed}</tbody>
    </table>
  `;
}
