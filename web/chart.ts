/// <reference lib="dom" />
/** A chart of three curves by step, in the colors of page.css. */
import uPlot from "uplot";
import { cssColor, onColorScheme } from "./dom.ts";
import { count } from "./numbers.ts";

const HEIGHT = 240;

/** The contents of a chart. */
export interface ChartOptions {
  /** The range of the y axis. @default from 0 to just above the largest value */
  range?: [number, number];
  /** Returns the end of the x axis. */
  steps: () => number;
  /** Formats a number of the y axis. */
  format: (value: number) => string;
  /** Returns the steps, and the values of a line, of points, and of a dashed line. */
  data: () => uPlot.AlignedData;
}

/** A chart that keeps to the width of its element. */
export class Chart {
  readonly #root: HTMLElement;
  readonly #options: ChartOptions;
  /** Created when the element has a width. */
  #plot: uPlot | undefined;

  /**
   * @param root The element that contains the chart
   * @param options The chart's contents
   */
  constructor(root: HTMLElement, options: ChartOptions) {
    this.#root = root;
    this.#options = options;
    new ResizeObserver(() => {
      if (this.#plot) this.#plot.setSize({ width: root.clientWidth, height: HEIGHT });
      else this.#plot = this.#make();
    }).observe(root);
    onColorScheme(() => {
      if (!this.#plot) return;
      this.#plot.destroy();
      this.#plot = this.#make();
    });
  }

  /** Draws the current data. */
  draw(): void {
    this.#plot?.setData(this.#options.data());
  }

  #make(): uPlot {
    const { range, steps, format, data } = this.#options;
    const axis = {
      stroke: cssColor("--muted"),
      grid: { stroke: cssColor("--border"), width: 1 },
      ticks: { stroke: cssColor("--border"), width: 1 },
      font: "12px system-ui, sans-serif",
    };
    const [line, points, dashed] = ["--line-color", "--points-color", "--notebook-color"]
      .map(cssColor);
    return new uPlot(
      {
        width: this.#root.clientWidth,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [0, Math.max(steps(), 1)] },
          y: { range: range ?? ((_, _from, to) => [0, 1.05 * (to || 1)]) },
        },
        axes: [
          { ...axis, size: 30, values: (_, splits) => splits.map((value) => count(value)) },
          { ...axis, size: 50, values: (_, splits) => splits.map(format) },
        ],
        series: [
          {},
          { stroke: line, width: 2, spanGaps: true, points: { show: false } },
          { stroke: points, paths: () => null, points: { show: true, size: 7, fill: points } },
          {
            stroke: dashed,
            width: 1.5,
            dash: [5, 4],
            spanGaps: true,
            points: { show: true, size: 6, fill: dashed },
          },
        ],
      },
      data(),
      this.#root,
    );
  }
}
