/** Several runs on one page. */
import { NOTEBOOK, type TrainingOptions } from "../../training/options.ts";
import { learningCurves } from "./curves.ts";
import { type Html, html } from "./html.ts";
import { page } from "./page.ts";
import type { ReportedRun } from "./reported_run.ts";
import { count, decimals, percent, spaced } from "./words.ts";

/**
 * Runs beside each other as one HTML file: their curves in the same charts, then what they came to
 * and in what they differ.
 *
 * @param runs At least one
 * @returns The file's text
 */
export async function comparePage(runs: readonly ReportedRun[]): Promise<string> {
  return page(
    `${runs.length} runs compared`,
    html`<h2>Learning</h2>
${await learningCurves(runs)}
<h2>What they came to</h2>
<p>Accuracy and loss at the end are those of all test rows.</p>
<div class="scroll">${table(runs)}</div>
${chosenBy(runs)}`,
  );
}

function table(runs: readonly ReportedRun[]): Html {
  const names = (Object.keys(NOTEBOOK) as (keyof TrainingOptions)[])
    .filter((name) => new Set(runs.map(({ options }) => String(options[name]))).size > 1);
  const rows = runs.map((run) =>
    html`
      <tr><td>${run.name}</td>
      ${names.map((name) => html`<td>${String(run.options[name])}</td>`)}
      <td class="number">${percent(run.accuracy)}</td><td class="number">${decimals(run.loss)}</td>
      <td class="number">${count(run.iterations)}</td><td class="number">${run.seconds.toFixed(
        2,
      )}</td>
      <td>${run.dataset}</td><td>${run.device} (${run.backend})</td></tr>
    `
  );
  return html`
    <table>
      <thead>
        <tr><th>run</th>${names.map((name) => html`<th>${spaced(name)}</th>`)}
    <th class="number">accuracy</th><th class="number">loss</th><th class="number">steps</th>
    <th class="number">seconds</th><th>data</th><th>device</th></tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}

/** A comparison is where options get chosen, so it is the place to say by which rows. */
function chosenBy(runs: readonly ReportedRun[]): Html {
  const fromTest = runs.filter(({ options }) => options.validation === 0).length;
  return fromTest === 0
    ? html`<p>The curves are those of training rows held out: options may be picked by them. The table's accuracies are
those of the test rows, and are not to be picked by.</p>`
    : html`<p>${fromTest} of the ${runs.length} runs held no rows out, so their curves are those of test rows: options
picked here are picked by the test rows, and their accuracy on these then flatters. <code>--validation</code> holds rows
out.</p>`;
}
