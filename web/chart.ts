/// <reference lib="dom" />
/** A chart of three curves against steps, in the colors of page.css. */
import uPlot from "uplot";
import { cssColor, onColorScheme } from "./dom.ts";
import { count } from "./numbers.ts";

const HEIGHT = 240;

/** What a chart shows. */
export interface ChartOptions {
  /** Of the y axis; from 0 to just above the largest value unless given. */
  range?: [number, number];
  /** Where the x axis ends. */
  steps: () => number;
  /** How to write a number of the y axis. */
  format: (value: number) => string;
  /** Steps, then a line, points, and a dashed line. */
  data: () => uPlot.AlignedData;
}

/** See the head of this file. */
export class Chart {
  readonly #root: HTMLElement;
  readonly #options: ChartOptions;
  #plot: uPlot;

  /**
   * @param root Where it goes; its width is the chart's
   * @param options What it shows
   */
  constructor(root: HTMLElement, options: ChartOptions) {
    this.#root = root;
    this.#options = options;
    this.#plot = this.#make();
    new ResizeObserver(() => this.#plot.setSize({ width: root.clientWidth, height: HEIGHT }))
      .observe(root);
    onColorScheme(() => {
      this.#plot.destroy();
      this.#plot = this.#make();
    });
  }

  /** Shows the data as they are now. */
  draw(): void {
    this.#plot.setData(this.#options.data());
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
        width: this.#root.clientWidth || 300,
        height: HEIGHT,
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [0, Math.max(steps(), 1)] },
          y: { range: range ?? ((_, _from, to) => [0, 1.05 * (to || 1)]) },
        },
        axes: [
          { ...axis, values: (_, splits) => splits.map((value) => count(value)) },
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
