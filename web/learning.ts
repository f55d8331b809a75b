/// <reference lib="dom" />
/** The learning curves: the run's on test and training digits, those of earlier runs, the notebook's. */
import { count, percent } from "../lib/files/printable.ts";
import { NOTEBOOK_CURVE } from "../lib/report/html/notebook_curve.ts";
import { Chart, type Curve } from "./chart.ts";
import { element, make, write } from "./dom.ts";
import { render } from "./render.ts";
import { nameOfRun, repeatsNotebook } from "./settings.ts";
import { type CurvePoint, type RunView, type State, state } from "./state.ts";

/** Above this number of points, every second one is dropped. */
const MOST_POINTS = 600;

const accuracy = new Chart(
  element("accuracy-chart", HTMLDivElement),
  (value) => `${Number((100 * value).toFixed(1))}%`,
  rangeOfAccuracy,
);
const loss = new Chart(
  element("loss-chart", HTMLDivElement),
  (value) => value >= 10 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 2),
  rangeOfLoss,
);
const list = element("runs", HTMLUListElement);
const summary = element("curves-summary", HTMLParagraphElement);

/** Returns the points with one more, thinned out if there are many. */
export function withPoint(
  points: CurvePoint[],
  { iteration, test, training }: CurvePoint,
): CurvePoint[] {
  // A report also holds a net, which must not be kept.
  const all = [...points, { iteration, test, training }];
  return all.length > MOST_POINTS ? all.filter((_, i) => i % 2 === all.length % 2) : all;
}

/** Returns whether the notebook's curve may stand beside a run's. */
export function isNotebooks({ settings, isChanged }: RunView, data: State["data"]): boolean {
  return data?.name === "mnist" && !data.isPartial && !isChanged && repeatsNotebook(settings);
}

/** Draws the curves of the accuracy. */
export function drawAccuracy(): void {
  accuracy.draw(curvesOf("accuracy"));
}

/** Draws the curves of the loss. */
export function drawLoss(): void {
  loss.draw(curvesOf("loss"));
}

function curvesOf(measure: "accuracy" | "loss"): Curve[] {
  const { run, earlier, data } = state;
  const curve = (
    points: CurvePoint[],
    of: "test" | "training",
    color: string,
    width: number,
  ) => ({
    color,
    width,
    steps: points.map(({ iteration }) => iteration),
    values: points.map((point) => point[of][measure]),
  });
  const curves: Curve[] = earlier.map(({ points }) => curve(points, "test", "--earlier", 1));
  if (!run) return curves;
  if (measure === "accuracy" && isNotebooks(run, data)) {
    const until = Math.max(run.iteration, 500);
    const shown = NOTEBOOK_CURVE.filter(({ iteration }) => iteration <= until);
    curves.push({
      color: "--text",
      width: 1,
      isDotted: true,
      steps: shown.map(({ iteration }) => iteration),
      values: shown.map(({ accuracy }) => accuracy),
    });
  }
  curves.push(
    curve(run.points, "training", "--training", 1.5),
    curve(run.points, "test", "--test", 2.5),
  );
  return curves;
}

/** Says in words how far the curves have come. */
export function showSummary(): void {
  const last = state.run?.points.at(-1);
  write(
    summary,
    last
      ? `After ${count(last.iteration)} steps: ${percent(last.test.accuracy, 1)} of ` +
        `${last.test.rows} test digits, loss ${last.test.loss.toFixed(3)}; ` +
        `${percent(last.training.accuracy, 1)} of ${last.training.rows} training digits, loss ` +
        `${last.training.loss.toFixed(3)}.`
      : "No curve yet.",
  );
}

/** Lists the runs whose curves are shown. */
export function showRuns(): void {
  const { run, earlier, data } = state;
  const items = earlier.map((removable) => {
    const { name } = removable;
    const item = entry("", name);
    const button = make("button", "", "×");
    button.type = "button";
    button.setAttribute("aria-label", `Remove the curve of ${name}`);
    button.addEventListener("click", () => {
      state.earlier = earlier.filter((other) => other !== removable);
      render();
    });
    item.append(button);
    return item;
  });
  if (run) {
    const item = entry("", nameOfRun(run.settings) + (run.isChanged ? ", changed" : ""));
    item.style.setProperty("--run", "var(--test)");
    items.push(item);
    if (isNotebooks(run, data)) items.push(entry("notebook", "the published notebook"));
  }
  list.replaceChildren(...items);
}

function entry(kind: string, text: string): HTMLLIElement {
  const item = make("li", "", text);
  item.prepend(make("span", `line ${kind}`));
  return item;
}

/** From the lowest accuracy after the first tenth of the axis, so that a good net's curve is no flat line. */
function rangeOfAccuracy(curves: Curve[]): [number, number] {
  const end = Math.max(1, ...curves.map(({ steps }) => steps.at(-1) ?? 0));
  let lowest = 1;
  for (const { steps, values } of curves) {
    values.forEach((value, i) => {
      if (steps[i] >= end / 10) lowest = Math.min(lowest, value);
    });
  }
  return lowest === 1 ? [0, 1] : [Math.max(0, Math.floor(lowest * 10 - 0.3) / 10), 1];
}

function rangeOfLoss(curves: Curve[]): [number, number] {
  const end = Math.max(1, ...curves.map(({ steps }) => steps.at(-1) ?? 0));
  let highest = 0;
  for (const { steps, values } of curves) {
    values.forEach((value, i) => {
      if (steps[i] >= end / 20) highest = Math.max(highest, value);
    });
  }
  return [0, 1.08 * (highest || 1)];
}
