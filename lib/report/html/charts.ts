/**
 * Charts as SVG, drawn by vega-lite without a browser. The libraries are large:
 * import this module only where a chart is wanted.
 *
 * Colours are CSS variables of the page, so that one drawing serves light and dark.
 */
import { compile, type TopLevelSpec } from "vega-lite";
import { parse, View } from "vega";
import { Html } from "./html.ts";

/** A line of a chart. */
export interface Series {
  /** Tells it from the others. */
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
    ...(axis === "ratios"
      ? { scale: { type: "log", nice: false } as const, axis: { values: TICKS_OF_RATIOS } }
      : { scale: { zero: axis === "zero" } }),
  } as const;
  const dots = series.every(({ points }) => points.length <= MOST_DOTS);
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

/** Of more points than this the dots would hide the line. */
const MOST_DOTS = 60;

/** 1, 2, 5, 10, 20... and as far down: what of it lies within the axis becomes a line. */
const TICKS_OF_RATIOS = [-4, -3, -2, -1, 0, 1, 2, 3].flatMap((power) =>
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
