/// <reference lib="dom" />
/** Accuracy and loss against steps, with the notebook's own curve beside. */
import uPlot from "uplot";
import { Chart } from "./chart.ts";
import { NOTEBOOK_CURVE } from "../lib/report/html/notebook_curve.ts";
import { element, make } from "./dom.ts";
import type { CurvePoint } from "./messages.ts";
import { count, percent } from "./numbers.ts";

/** The denser curve is thinned out beyond this. */
const MOST_POINTS = 2000;

/** Test rows that are always the same, looked at many times a second. */
let dense: CurvePoint[] = [];
/** The run's own evaluations, on rows drawn anew. */
let evaluations: CurvePoint[] = [];
let isMnist = false;
/** Steps that the run will have: the x axis goes so far. */
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

/** Empties the charts for a new run of so many steps. */
export function clearCurves(dataset: string, steps: number): void {
  iterations = steps;
  dense = [];
  evaluations = [];
  isMnist = dataset === "mnist";
  table.replaceChildren();
  summary.textContent = "Accuracy and loss on test digits, which the net never trains on.";
  showLegend();
  drawCurves();
}

/** Adds a point of the denser curve; `drawCurves` shows it. */
export function addDensePoint(point: CurvePoint): void {
  dense.push(point);
  if (dense.length > MOST_POINTS) dense = dense.filter((_, i) => i % 2 === 1);
}

/** Adds one of the run's evaluations; `drawCurves` shows it. */
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
    `After ${count(iteration)} steps the net reads ${percent(accuracy)} of the test digits` +
    (notebook === undefined ? "." : `; the notebook's read ${percent(notebook)} then.`);
}

/** Shows all points. */
export function drawCurves(): void {
  accuracy.draw();
  loss.draw();
}

function showLegend(): void {
  const entries = [
    ["line", "500 fixed test digits, many times a second"],
    ["points", "the run's evaluations, on 1,000 test digits drawn anew"],
    ...isMnist ? [["notebook", "the notebook's own evaluations"]] : [],
  ];
  element("legend", HTMLUListElement).replaceChildren(...entries.map(([kind, text]) => {
    const item = make("li", "", text);
    item.prepend(make("span", `key ${kind}`));
    return item;
  }));
}

/** The curves side by side: the dense one, the evaluations, the notebook's. */
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
