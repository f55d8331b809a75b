/// <reference lib="dom" />
/** The learning curves: accuracy and loss by step, beside the published notebook's accuracy. */
import uPlot from "uplot";
import { Chart } from "./chart.ts";
import { NOTEBOOK_CURVE } from "../lib/report/html/notebook_curve.ts";
import { element, make } from "./dom.ts";
import type { CurvePoint } from "./messages.ts";
import { count, percent } from "./numbers.ts";

/** Above this number of points, every second one is dropped. */
const MOST_POINTS = 2000;

/** Evaluations on fixed test rows, several times a second. */
let dense: CurvePoint[] = [];
/** The run's evaluations, each on newly sampled test rows. */
let evaluations: CurvePoint[] = [];
let isMnist = false;
/** Number of steps of the whole run: the end of the x axis. */
let iterations = 0;

const table = element("evaluations", HTMLTableElement).tBodies[0];
const summary = element("curves-summary", HTMLParagraphElement);
const accuracy = new Chart(element("accuracy-chart", HTMLDivElement), {
  range: [0, 1],
  steps: () => iterations,
  format: (value) => `${Math.round(100 * value)}%`,
  data: () => dataOf("accuracy"),
});
const loss = new Chart(element("loss-chart", HTMLDivElement), {
  steps: () => iterations,
  format: (value) => value.toFixed(2),
  data: () => dataOf("loss"),
});

/** Removes all points for a new run. `drawCurves` shows the empty charts. */
export function clearCurves(dataset: string, steps: number): void {
  iterations = steps;
  dense = [];
  evaluations = [];
  isMnist = dataset === "mnist";
  table.replaceChildren();
  summary.textContent = "";
  showLegend();
}

/** Adds a point on the fixed test rows. `drawCurves` draws it. */
export function addDensePoint({ iteration, accuracy, loss }: CurvePoint): void {
  dense.push({ iteration, accuracy, loss }); // a report also holds a net, which must not be kept
  if (dense.length > MOST_POINTS) dense = dense.filter((_, i) => i % 2 === 1);
}

/** Adds one of the run's evaluations to the table. `drawCurves` draws it. */
export function addEvaluation(point: CurvePoint): void {
  evaluations.push(point);
  const { iteration, accuracy, loss } = point;
  const notebook = isMnist
    ? NOTEBOOK_CURVE.find((point) => point.iteration === iteration)?.accuracy
    : undefined;
  const row = table.insertRow();
  const cells = [
    count(iteration),
    percent(accuracy),
    notebook === undefined ? "" : percent(notebook),
    loss.toFixed(3),
  ];
  row.append(...cells.map((text) => make("td", "", text)));
  summary.textContent =
    `Evaluation after ${count(iteration)} steps: ${percent(accuracy)} of the sampled test digits` +
    (notebook === undefined ? "." : `; the notebook's log has ${percent(notebook)}.`);
}

/** Draws all points. */
export function drawCurves(): void {
  accuracy.draw();
  loss.draw();
}

function showLegend(): void {
  const entries = [
    ["line", "500 fixed test digits, several times a second"],
    ["points", "the run's evaluations, each on 1,000 sampled test digits"],
    ...isMnist ? [["notebook", "the published notebook's evaluations"]] : [],
  ];
  element("legend", HTMLUListElement).replaceChildren(...entries.map(([kind, text]) => {
    const item = make("li", "", text);
    item.prepend(make("span", `key ${kind}`));
    return item;
  }));
}

/** Joins the points on fixed rows, the evaluations, and the notebook's evaluations by step. */
function dataOf(field: "accuracy" | "loss"): uPlot.AlignedData {
  const ours = [dense, evaluations].map((points): uPlot.AlignedData => [
    points.map(({ iteration }) => iteration),
    points.map((point) => point[field]),
  ]);
  const shown = field === "accuracy" && isMnist ? NOTEBOOK_CURVE : [];
  return uPlot.join([
    ...ours,
    [shown.map(({ iteration }) => iteration), shown.map(({ accuracy }) => accuracy)],
  ]);
}
