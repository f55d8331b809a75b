/// <reference lib="dom" />
/** A chart of curves by step, in the colors of page.css. */
import "./language.ts";
import uPlot from "uplot";
import { count } from "../lib/files/printable.ts";
import { cssColor, onColorScheme, onSize, type Size } from "./dom.ts";

/** A curve of a chart. */
export interface Curve {
  /** The color, as a property of page.css. */
  color: string;
  width: number;
  /** Whether only the points are drawn. */
  isDotted?: boolean;
  steps: number[];
  values: number[];
}

/** A chart that keeps to the size of its element. */
export class Chart {
  readonly #root: HTMLElement;
  readonly #format: (value: number) => string;
  readonly #range: (curves: Curve[]) => [number, number];
  #curves: Curve[] = [];
  #size: Size = { width: 0, height: 0 };
  /** Created when the element has a size. */
  #plot: uPlot | undefined;
  /** The curves' looks, for which the plot was created. */
  #looks = "";

  /**
   * @param root The element that contains the chart
   * @param format Formats a number of the y axis
   * @param range Returns the range of the y axis
   */
  constructor(
    root: HTMLElement,
    format: (value: number) => string,
    range: (curves: Curve[]) => [number, number],
  ) {
    this.#root = root;
    this.#format = format;
    this.#range = range;
    onSize(root, (size) => {
      this.#size = size;
      if (!this.#plot) return this.draw(this.#curves);
      if (size.width > 0 && size.height > 0) this.#plot.setSize(size);
    });
    onColorScheme(() => {
      this.#looks = "";
      this.draw(this.#curves);
    });
  }

  /** Draws curves. */
  draw(curves: Curve[]): void {
    this.#curves = curves;
    if (this.#size.width === 0 || this.#size.height === 0) return;
    if (curves.length === 0 && !this.#plot) return; // the first frame is late enough without
    const looks = JSON.stringify(
      curves.map(({ color, width, isDotted }) => [color, width, isDotted]),
    );
    const data = curves.length === 0
      ? [[0], [null]] as uPlot.AlignedData
      : uPlot.join(curves.map(({ steps, values }): uPlot.AlignedData => [steps, values]));
    if (this.#plot && looks === this.#looks) return this.#plot.setData(data);
    this.#looks = looks;
    this.#plot?.destroy();
    this.#plot = this.#make(data);
  }

  #make(data: uPlot.AlignedData): uPlot {
    const axis = {
      stroke: cssColor("--muted"),
      grid: { stroke: cssColor("--line"), width: 1 },
      ticks: { show: false },
      font: "11px system-ui, sans-serif",
    };
    const series = this.#curves.map(({ color, width, isDotted }): uPlot.Series => {
      const stroke = cssColor(color);
      return {
        stroke,
        width,
        spanGaps: true,
        ...isDotted && { paths: () => null },
        points: { show: isDotted ?? false, size: 5, fill: stroke },
      };
    });
    return new uPlot(
      {
        ...this.#size,
        padding: [6, 22, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [0, lastStep(this.#curves)] },
          y: { range: () => this.#range(this.#curves) },
        },
        axes: [
          { ...axis, size: 22, values: (_, splits) => splits.map((value) => count(value)) },
          { ...axis, size: 42, space: 24, values: (_, splits) => splits.map(this.#format) },
        ],
        series: [{}, ...series.length > 0 ? series : [{}]],
      },
      data,
      this.#root,
    );
  }
}

/** The axis grows with the run. */
function lastStep(curves: Curve[]): number {
  return Math.max(20, ...curves.map(({ steps }) => steps.at(-1) ?? 0));
}
