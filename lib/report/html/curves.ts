/** The learning curves of one or several runs: accuracy and loss against steps. */
import { namedDataset } from "../../data/names.ts";
import { lineChart, type Point, type Series } from "./charts.ts";
import { type Html, html } from "./html.ts";
import { NOTEBOOK_CURVE } from "./notebook_curve.ts";
import type { ReportedRun } from "./reported_run.ts";
import { count, decimals, percent } from "./format.ts";

/** Maximum points of a line; more would not be visible. */
const MAX_POINTS = 1000;

/** Number of line colors in the style sheet; further runs reuse them. */
const COLORS = 8;

/**
 * Draws charts of accuracy, of accuracy without the initial evaluation, and of loss.
 *
 * @param runs The runs, one line each
 * @returns Figures, with the notebook's curve if all runs use its data
 */
export async function learningCurves(runs: readonly ReportedRun[]): Promise<Html> {
  const last = Math.max(...runs.map(({ curve }) => curve.at(-1)?.iteration ?? 0));
  const notebook: Series[] = runs.every(isLikeNotebook)
    ? [{
      name: "the notebook",
      color: "var(--notebook)",
      dashed: true,
      points: NOTEBOOK_CURVE.filter(({ iteration }) => iteration <= last)
        .map(({ iteration, accuracy }) => ({ iteration, value: 100 * accuracy })),
    }]
    : [];
  const shown = runs.map((run) => ({ ...run, curve: thinned(run.curve) }));
  const lines = (pointsOf: (run: ReportedRun) => Point[]): Series[] =>
    shown.map((run, i) => ({
      name: runs.length > 1 ? run.name : "this run",
      color: `var(--series-${i % COLORS + 1})`,
      points: pointsOf(run),
    }));
  const accuracies = [...lines((run) => accuracyPoints(run, runs.length === 1)), ...notebook];
  const afterStart = accuracies.map((series) => ({
    ...series,
    points: series.points.filter(({ iteration }) => iteration > 0),
  }));
  const losses = lines(({ curve }) =>
    curve.map(({ iteration, loss }) => ({ iteration, value: loss }))
  );
  const values = losses.flatMap(({ points }) => points.map(({ value }) => value));
  const lowest = values.reduce((least, value) => Math.min(least, value), Infinity);
  const isWide = lowest > 0 && values.some((value) => value > 20 * lowest);
  const title = "accuracy, %";
  const charts = [
    figure(await lineChart(accuracies, { title, axis: "zero" }), "Accuracy"),
    ...(afterStart.some(({ points }) => points.length > 1)
      ? [
        figure(
          await lineChart(afterStart, { title, axis: "close" }),
          "Accuracy without the initial evaluation",
        ),
      ]
      : []),
    figure(
      await lineChart(losses, { title: "loss, nats", axis: isWide ? "log" : "zero" }),
      "Loss",
    ),
  ];
  const longest = runs.reduce((most, { curve }) => Math.max(most, curve.length), 0);
  const note = longest > MAX_POINTS
    ? html`<p class="muted">The charts show every ${ordinal(stride(longest))} of ${count(longest)}
evaluations.</p>`
    : "";
  return html`${legend(accuracies)}
<div class="charts">${charts}</div>${note}`;
}

/** Returns the n of a curve of which every n-th evaluation is shown. */
function stride(evaluations: number): number {
  return Math.ceil(evaluations / MAX_POINTS);
}

/** Reduces a curve to about `MAX_POINTS` points at most: every n-th, and the last. */
function thinned<P>(curve: readonly P[]): P[] {
  const step = stride(curve.length);
  return curve.filter((_, i) => i % step === 0 || i === curve.length - 1);
}

/** Formats an ordinal number: `2nd`, `3rd`, `4th`, `131st`. */
function ordinal(number: number): string {
  const endings = { one: "st", two: "nd", few: "rd", other: "th" } as Record<string, string>;
  return count(number) + endings[new Intl.PluralRules("en", { type: "ordinal" }).select(number)];
}

/** Creates one legend for all charts, so that the charts have equal sizes. */
function legend(series: readonly Series[]): Html {
  if (series.length === 1) return html``;
  const entries = series.map(({ name, color, dashed }) =>
    html`
      <li class="${dashed ? "dashed" : "solid"}" style="--color: ${color}">${name}</li>
    `
  );
  return html`<ul class="legend">${entries}</ul>`;
}

function figure(chart: Html, caption: string): Html {
  return html`<figure><figcaption>${caption}</figcaption>${chart}</figure>`;
}

/** Returns whether a run uses the notebook's data, so that their results are comparable. */
export function isLikeNotebook({ dataset }: Pick<ReportedRun, "dataset">): boolean {
  return namedDataset(dataset)?.isMnist ?? false;
}

/**
 * Returns the standard error of an accuracy measured on n sampled rows: sqrt(p (1 - p) / n), as for
 * the binomial distribution.
 */
export function standardError(accuracy: number, rows: number): number {
  return Math.sqrt(accuracy * (1 - accuracy) / rows);
}

function accuracyPoints({ curve, options }: ReportedRun, withErrors: boolean): Point[] {
  return curve.map(({ iteration, accuracy }) => ({
    iteration,
    value: 100 * accuracy,
    error: withErrors ? 100 * standardError(accuracy, options.evalSize) : 0,
  }));
}

/** Creates a table of a run's curve, with the notebook's for comparison. */
export function curveTable(run: ReportedRun): Html {
  const compared = isLikeNotebook(run);
  const rows = thinned(run.curve).map(({ iteration, accuracy, loss, learningRate, seconds }) => {
    const published = NOTEBOOK_CURVE.find((point) => point.iteration === iteration)?.accuracy;
    const beside = compared
      ? html`<td class="number">${published === undefined ? "" : percent(published)}</td>
<td class="number">${published === undefined ? "" : points(accuracy - published)}</td>`
      : "";
    return html`
      <tr><td class="number">${iteration}</td>
      <td class="number">${percent(accuracy)}</td>${beside}
      <td class="number">${decimals(loss)}</td>
      <td class="number">${learningRate}</td>
      <td class="number">${seconds.toFixed(2)}</td></tr>
    `;
  });
  const columns = [
    "step",
    "accuracy",
    ...(compared ? ["the notebook", "difference"] : []),
    "loss",
    "learning rate",
    "seconds",
  ];
  return html`
    <details>
      <summary>Table of these values</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>${columns.map((name) => html`<th class="number">${name}</th>`)}</tr>
          </thead>
          <tbody>${rows}</tbody>
        </table>
      </div>
    </details>
  `;
}

/** Formats a difference of accuracies in percentage points, with its sign. */
function points(difference: number): string {
  const text = (100 * difference).toFixed(2);
  return difference < 0 ? text.replace("-", "\u2212") : `+${text}`;
}
