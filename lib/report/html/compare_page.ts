/** The page that compares several runs. */
import { count } from "../../files/printable.ts";
import { METRIC_NAMES, METRICS } from "../../training/metrics.ts";
import { OPTION_NAMES } from "../../training/option_table.ts";
import type { ReportedRun } from "../../runs/run_directory.ts";
import { learningCurves } from "./curves.ts";
import { type Html, html } from "./html.ts";
import { page } from "./page.ts";
import { metricLabel, optionLabel } from "./format.ts";

/**
 * Compares runs in one HTML file: their curves in the same charts, then their results and the
 * options in which they differ.
 */
export async function comparePage(runs: readonly ReportedRun[]): Promise<string> {
  return page(
    `${runs.length} runs compared`,
    html`<h2>Learning curves</h2>
${await learningCurves(runs)}
<h2>Results</h2>
<p>Accuracy and loss are over all test rows, after training. Only the options in which the runs differ are listed.</p>
<div class="scroll">${table(runs)}</div>
${selectionText(runs)}`,
  );
}

/** A row of the table: distinguishes data sets of the same name. */
const HASH_ROW: [string, (run: ReportedRun) => string] = [
  "SHA-256 of the data",
  ({ data }) => data?.hash.slice(0, 12) ?? "unknown",
];

/** A table with one column per run. */
function table(runs: readonly ReportedRun[]): Html {
  const differing = OPTION_NAMES
    .filter((name) => new Set(runs.map(({ options }) => String(options[name]))).size > 1);
  const lines: [string, (run: ReportedRun) => string][] = [
    ...METRIC_NAMES.map((name): [string, (run: ReportedRun) => string] => [
      metricLabel(name),
      ({ result }) => METRICS[name].format(result[name]),
    ]),
    ["steps", ({ result }) => count(result.iterations)],
    ["seconds", ({ result }) => result.seconds.toFixed(2)],
    ["data", ({ dataset }) => dataset],
    ...(new Set(runs.map(({ data }) => data?.hash)).size > 1 ? [HASH_ROW] : []),
    ["device", ({ device }) => device],
    ["backend", ({ backend }) => backend],
    ...differing.map((name): [string, (run: ReportedRun) => string] => [
      optionLabel(name),
      ({ options }) => String(options[name]),
    ]),
  ];
  return html`
    <table class="compared">
      <thead>
        <tr><th></th>${runs.map(({ name }) => html`<th>${name}</th>`)}</tr>
      </thead>
      <tbody>${lines.map(([name, valueOf]) =>
        html`
          <tr><th class="muted">${name}</th>${runs.map((run) =>
            html`<td>${valueOf(run)}</td>`
          )}</tr>
        `
      )}</tbody>
    </table>
  `;
}

/**
 * The paragraph on model selection: whether the curves are based on held-out rows or on test rows.
 */
function selectionText(runs: readonly ReportedRun[]): Html {
  const fromTest = runs.filter(({ options }) => options.validation === 0).length;
  return fromTest === 0
    ? html`<p>The curves were measured on held-out training rows, so you may select options by them. The table's
accuracies were measured on the test rows; do not select options by those.</p>`
    : html`<p>${fromTest} of the ${runs.length} runs held out no rows, so their curves were measured on test rows. If you
select options by them, their accuracy on the test rows is optimistic. To hold out rows, use <code>--validation</code>.</p>`;
}
