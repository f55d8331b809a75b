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
<p>Accuracy and loss are those of all test rows at the end. Of the options only those are listed in which the runs differ.</p>
<div class="scroll">${table(runs)}</div>
${chosenBy(runs)}`,
  );
}

/** Tells data apart that may have the same name. */
const HASH_LINE: [string, (run: ReportedRun) => string] = [
  "SHA-256 of the data",
  ({ data }) => data?.hash.slice(0, 12) ?? "not known",
];

/** A column each, as there are more things to say of a run than runs. */
function table(runs: readonly ReportedRun[]): Html {
  const differing = (Object.keys(NOTEBOOK) as (keyof TrainingOptions)[])
    .filter((name) => new Set(runs.map(({ options }) => String(options[name]))).size > 1);
  const lines: [string, (run: ReportedRun) => string][] = [
    ["accuracy", ({ accuracy }) => percent(accuracy)],
    ["loss", ({ loss }) => decimals(loss)],
    ["steps", ({ iterations }) => count(iterations)],
    ["seconds", ({ seconds }) => seconds.toFixed(2)],
    ["data", ({ dataset }) => dataset],
    ...(new Set(runs.map(({ data }) => data?.hash)).size > 1 ? [HASH_LINE] : []),
    ["device", ({ device, backend }) => `${device} (${backend})`],
    ...differing.map((name): [string, (run: ReportedRun) => string] => [
      spaced(name),
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
