/** Learning curves: accuracy and loss against steps, of one run or of several. */
import { namedDataset } from "../../data/names.ts";
import { lineChart, type Point, type Series } from "./charts.ts";
import { type Html, html } from "./html.ts";
import { NOTEBOOK_CURVE } from "./notebook_curve.ts";
import type { ReportedRun } from "./reported_run.ts";
import { decimals, percent } from "./words.ts";

/** How many colours the style has for lines; a ninth run takes the first again. */
const COLORS = 8;

/**
 * Charts of accuracy, of accuracy once more without the start, which leaves room for the rest, and of loss.
 *
 * @param runs Each a line
 * @returns Figures; with the notebook's curve where all runs are on its data
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
  const lines = (pointsOf: (run: ReportedRun) => Point[]): Series[] =>
    runs.map((run, i) => ({
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
  const far = Math.min(...values) > 0 && Math.max(...values) > 20 * Math.min(...values);
  const title = "accuracy, %";
  const charts = [
    figure(await lineChart(accuracies, { title, axis: "zero" }), "Accuracy"),
    ...(afterStart.some(({ points }) => points.length > 1)
      ? [
        figure(
          await lineChart(afterStart, { title, axis: "close" }),
          "Accuracy, without the start",
        ),
      ]
      : []),
    figure(
      await lineChart(losses, { title: "loss, nats", axis: far ? "ratios" : "zero" }),
      "Loss",
    ),
  ];
  return html`${legend(accuracies)}
<div class="charts">${charts}</div>`;
}

/** Which line is which: once for all charts, so that these keep one size. */
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

/** Whether a run's data are the notebook's, so that its numbers say something about the run. */
export function isLikeNotebook({ dataset }: Pick<ReportedRun, "dataset">): boolean {
  return namedDataset(dataset)?.isMnist ?? false;
}

/**
 * The standard error of an accuracy found on a sample of rows: sqrt(p (1 - p) / n), the binomial
 * distribution's.
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

/** A run's curve in numbers, beside the notebook's. */
export function curveTable(run: ReportedRun): Html {
  const compared = isLikeNotebook(run);
  const rows = run.curve.map(({ iteration, accuracy, loss, learningRate, seconds }) => {
    const theirs = NOTEBOOK_CURVE.find((point) => point.iteration === iteration)?.accuracy;
    const beside = compared
      ? html`<td class="number">${theirs === undefined ? "" : percent(theirs)}</td>
<td class="number">${theirs === undefined ? "" : points(accuracy - theirs)}</td>`
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
    ...(compared ? ["the notebook", "points above it"] : []),
    "loss",
    "learning rate",
    "seconds",
  ];
  return html`
    <details>
      <summary>The same in numbers</summary>
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

/** A difference of accuracies in points of a percent, with its sign. */
function points(difference: number): string {
  const text = (100 * difference).toFixed(2);
  return difference < 0 ? text.replace("-", "\u2212") : `+${text}`;
}
