/** The learning curves of one or several runs: accuracy and loss against steps. */
import { namedDataset } from "../../data/names.ts";
import { lineChart, type Point, type Series } from "./charts.ts";
import { type Html, html, table } from "./html.ts";
import { NOTEBOOK_CURVE } from "./notebook_curve.ts";
import type { ReportedRun } from "../../runs/run_directory.ts";
import { count, percent } from "../../files/printable.ts";
import { METRIC_NAMES, type MetricName, METRICS } from "../../training/metrics.ts";
import { metricLabel } from "./format.ts";
import type { CurvePoint } from "../../training/record.ts";

/** Maximum points of a line; more would not be visible. */
const MAX_POINTS = 1000;

/** Number of line colors in the style sheet; further runs reuse them. */
const COLORS = 8;

/**
 * Draws charts of accuracy, of accuracy without the initial evaluation, and of the other metrics.
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
  const title = chartTitle("accuracy");
  const { label } = METRICS.accuracy;
  const charts = [
    figure(await lineChart(accuracies, { title, axis: "zero" }), label),
    ...(afterStart.some(({ points }) => points.length > 1)
      ? [
        figure(
          await lineChart(afterStart, { title, axis: "close" }),
          `${label} without the initial evaluation`,
        ),
      ]
      : []),
    ...await Promise.all(
      METRIC_NAMES.filter((name) => name !== "accuracy").map(async (name) => {
        const series = lines((run) => pointsOf(run, name));
        if (METRICS[name].mayLack && series.every(({ points }) => points.length === 0)) return "";
        const options = { title: chartTitle(name), axis: axisOf(series) };
        return figure(await lineChart(series, options), METRICS[name].label);
      }),
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

/** Chooses a logarithmic axis for positive values of different magnitudes. */
function axisOf(series: readonly Series[]): "log" | "zero" {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const lowest = values.reduce((least, value) => Math.min(least, value), Infinity);
  return lowest > 0 && values.some((value) => value > 20 * lowest) ? "log" : "zero";
}

/** The title of a metric's axis: `loss, nats`. */
function chartTitle(name: MetricName): string {
  return `${metricLabel(name)}, ${METRICS[name].unit}`;
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

function pointsOf({ curve }: ReportedRun, name: MetricName): Point[] {
  const { chartFactor } = METRICS[name];
  return curve.filter((point) => !Number.isNaN(point[name]))
    .map((point) => ({ iteration: point.iteration, value: chartFactor * point[name] }));
}

function accuracyPoints(run: ReportedRun, withErrors: boolean): Point[] {
  return pointsOf(run, "accuracy").map((point) => ({
    ...point,
    error: withErrors ? 100 * standardError(point.value / 100, run.options.evalSize) : 0,
  }));
}

/** A column of the table of a curve: its heading, and its cell for a point. */
type Column = [string, (point: CurvePoint) => string];

/** Creates a table of a run's curve, with the notebook's for comparison. */
export function curveTable(run: ReportedRun): Html {
  const publishedAt = ({ iteration }: CurvePoint) =>
    NOTEBOOK_CURVE.find((point) => point.iteration === iteration)?.accuracy ?? NaN;
  const ifKnown = (value: number, format: (value: number) => string) =>
    Number.isNaN(value) ? "" : format(value);
  const beside: Column[] = [
    ["the notebook", (point) => ifKnown(publishedAt(point), percent)],
    ["difference", (point) => ifKnown(point.accuracy - publishedAt(point), points)],
  ];
  const columns: Column[] = [
    ["step", ({ iteration }) => String(iteration)],
    ...METRIC_NAMES.flatMap((name): Column[] => [
      [metricLabel(name), (point) => METRICS[name].format(point[name])],
      ...(name === "accuracy" && isLikeNotebook(run) ? beside : []),
    ]),
    ["learning rate", ({ learningRate }) => String(learningRate)],
    ["seconds", ({ seconds }) => seconds.toFixed(2)],
  ];
  const rows = thinned(run.curve).map((point) => ({ cells: columns.map(([, of]) => of(point)) }));
  return html`
    <details>
      <summary>Table of these values</summary>
      <div class="scroll">${table(columns.map(([name]) => `#${name}`), rows)}</div>
    </details>
  `;
}

/** Formats a difference of accuracies in percentage points, with its sign. */
function points(difference: number): string {
  const text = (100 * difference).toFixed(2);
  return difference < 0 ? text.replace("-", "\u2212") : `+${text}`;
}
