/**
 * Draws charts as SVG with vega-lite, without a browser. The libraries are large, so this module is
 * imported only when a chart is needed. Colors are CSS variables of the page, so that the chart adapts
 * to light and dark screens.
 */
import { compile, type TopLevelSpec } from "vega-lite";
import { parse, View } from "vega";
import { Html } from "./html.ts";

/** A line of a chart. */
export interface Series {
  /** The name in the legend. */
  name: string;
  /** Any CSS color, such as `var(--series-1)`. */
  color: string;
  /** Whether the line is dashed, which marks a reference. */
  dashed?: boolean;
  points: readonly Point[];
}

/** One evaluation. */
export interface Point {
  /** Steps done. */
  iteration: number;
  /** The value in the chart's unit. */
  value: number;
  /** The standard error, drawn as a band around the line. */
  error?: number;
}

/** Options of a chart. */
export interface ChartOptions {
  /** Title of the vertical axis. */
  title: string;
  /**
   * The vertical axis: `zero` starts at 0, `close` fits the values, `log` is logarithmic.
   */
  axis: "zero" | "close" | "log";
}

/**
 * Draws values against steps.
 *
 * @returns An `<svg>` element
 */
export async function lineChart(series: readonly Series[], options: ChartOptions): Promise<Html> {
  const view = new View(parse(compile(lineChartSpec(series, options)).spec), { renderer: "none" });
  try {
    return new Html(await view.toSVG());
  } finally {
    view.finalize();
  }
}

function lineChartSpec(
  series: readonly Series[],
  { title, axis }: ChartOptions,
): TopLevelSpec {
  const values = series.flatMap(({ name, points }) =>
    points.map(({ iteration, value, error = 0 }) => ({
      name,
      iteration,
      value,
      low: value - error,
      high: value + error,
    }))
  );
  const domain = series.map(({ name }) => name);
  const byName = { field: "name", type: "nominal", legend: null } as const;
  const color = { ...byName, scale: { domain, range: series.map(({ color }) => color) } };
  const dashes = series.map(({ dashed }) => dashed ? [4, 3] : [1, 0]);
  const strokeDash = { ...byName, scale: { domain, range: dashes } };
  const x = {
    field: "iteration",
    type: "quantitative",
    title: "step",
    axis: { tickCount: 5, format: ",d" },
  } as const;
  const y = {
    type: "quantitative",
    title,
    ...(axis === "log"
      ? { scale: { type: "log", nice: false } as const, axis: { values: LOG_TICKS } }
      : { scale: { zero: axis === "zero" } }),
  } as const;
  const dots = series.every(({ points }) => points.length <= MAX_DOTS);
  return {
    data: { values },
    width: 340,
    height: 230,
    layer: [
      {
        mark: { type: "area", opacity: 0.15 },
        encoding: { x, y: { ...y, field: "low" }, y2: { field: "high" }, color },
      },
      {
        mark: { type: "line", strokeWidth: 2 },
        encoding: { x, y: { ...y, field: "value" }, color, strokeDash },
      },
      ...(dots
        ? [{
          mark: { type: "circle", opacity: 1, size: 28 } as const,
          encoding: { x, y: { ...y, field: "value" }, color },
        }]
        : []),
    ],
    config: THEME,
  };
}

/** A line with more points is drawn without dots, which would hide it. */
const MAX_DOTS = 60;

/** Possible ticks of a logarithmic axis: ..., 0.5, 1, 2, 5, 10, 20, ... */
const LOG_TICKS = [-4, -3, -2, -1, 0, 1, 2, 3].flatMap((power) =>
  [1, 2, 5].map((digit) => Number(`${digit}e${power}`))
);

const THEME: TopLevelSpec["config"] = {
  background: "transparent",
  font: "system-ui, sans-serif",
  view: { stroke: null },
  axis: {
    labelColor: "var(--muted)",
    titleColor: "var(--muted)",
    gridColor: "var(--line)",
    tickColor: "var(--line)",
    domainColor: "var(--line)",
    labelFontSize: 12,
    titleFontSize: 12,
    titleFontWeight: "normal",
    labelFlush: false,
  },
};
