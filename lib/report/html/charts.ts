/**
 * Charts as SVG, drawn by vega-lite without a browser. The libraries are large:
 * import this module only where a chart is wanted.
 *
 * Colours are CSS variables of the page, so that one drawing serves light and dark.
 */
import { compile, type TopLevelSpec } from "vega-lite";
import { parse, View } from "vega";
import { Html } from "./html.ts";

/** A line of a chart, and its name in the legend. */
export interface Series {
  name: string;
  /** Any CSS colour, `var(--series-1)` say. */
  color: string;
  /** Lines of what is only there to compare with are dashed. */
  dashed?: boolean;
  points: readonly Point[];
}

/** One evaluation. */
export interface Point {
  /** Steps done. */
  iteration: number;
  /** In the chart's own unit. */
  value: number;
  /** A band around the line: how far chance alone may have moved the point, up or down. */
  error?: number;
}

/** What a chart shows. */
export interface ChartOptions {
  /** Of the vertical axis: what the values are. */
  title: string;
  /**
   * The vertical axis: `zero` begins at 0, `close` is as narrow as the values allow, `ratios` is
   * logarithmic.
   */
  axis: "zero" | "close" | "ratios";
}

/**
 * Draws values against steps.
 *
 * @param series The lines
 * @param options The axis
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
  const names = series.map(({ name }) => name);
  const byName = {
    field: "name",
    type: "nominal",
    legend: series.length > 1 ? { title: null } : null,
  } as const;
  const color = {
    ...byName,
    scale: { domain: names, range: series.map(({ color }) => color) },
  };
  const strokeDash = {
    ...byName,
    scale: { domain: names, range: series.map(({ dashed }) => dashed ? [4, 3] : [1, 0]) },
  };
  const x = {
    field: "iteration",
    type: "quantitative",
    title: "step",
    axis: { tickCount: 5, format: ",d" },
  } as const;
  const scale = { type: axis === "ratios" ? "log" : "linear", zero: axis === "zero" } as const;
  const points = series.every(({ points }) => points.length <= MOST_DOTS);
  return {
    data: { values },
    width: 340,
    height: 230,
    layer: [
      {
        mark: { type: "area", opacity: 0.15 },
        encoding: {
          x,
          y: { field: "low", type: "quantitative", scale, title },
          y2: { field: "high" },
          color,
        },
      },
      {
        mark: { type: "line", strokeWidth: 2, point: points && { size: 28 } },
        encoding: {
          x,
          y: { field: "value", type: "quantitative", scale, title },
          color,
          strokeDash,
        },
      },
    ],
    config: THEME,
  };
}

/** Of more points than this the dots would hide the line. */
const MOST_DOTS = 60;

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
  legend: {
    orient: "top",
    labelColor: "var(--text)",
    labelFontSize: 13,
    labelLimit: 400,
    symbolType: "stroke",
    symbolStrokeWidth: 2,
    symbolSize: 500,
    symbolOpacity: 1,
  },
};
