import { assert, assertEquals } from "@std/assert";
import { lineChart, type Series } from "../../../lib/report/html/charts.ts";

/** Creates a line through these values, 100 steps apart. */
function series(name: string, values: number[], more: Partial<Series> = {}): Series {
  const points = values.map((value, i) => ({ iteration: 100 * i, value }));
  return { name, color: `var(--${name})`, points, ...more };
}

/** Finds the paths of the lines: those that are drawn in a series' color. */
function linePaths(svg: string): string[] {
  return [...svg.matchAll(/<path [^>]*d="(M[^"]*)"[^>]*stroke="var\(--(?:a|b)\)"/g)]
    .map(([, path]) => path);
}

/** Finds the labels of both axes. */
function labels(svg: string): string[] {
  return [...svg.matchAll(/<text [^>]*opacity="1">([^<]*)<\/text>/g)].map(([, text]) => text);
}

Deno.test("lineChart() draws each line through all of its points, in the page's colors", async () => {
  const { source } = await lineChart(
    [series("a", [1, 2, 4]), series("b", [4, 3, 2, 1], { dashed: true })],
    { title: "things", axis: "zero" },
  );
  const paths = linePaths(source);
  assertEquals(paths.map((path) => path.split("L").length), [3, 4]);
  assert(source.startsWith("<svg "));
  assert(labels(source).includes("things") && labels(source).includes("step"), source);
  assertEquals(source.match(/stroke-dasharray="4,3"/g)?.length, 1);
  assertEquals(source.match(/(?:fill|stroke)="#[^"]*"/g), null, "only the page's colors");
});

Deno.test("lineChart() starts the axis at 0, or close to the values", async () => {
  const lines = [series("a", [90, 91, 92])];
  const heights = async (axis: "zero" | "close") => {
    const { source } = await lineChart(lines, { title: "t", axis });
    return linePaths(source)[0].split(/[ML]/).slice(1).map((point) => Number(point.split(",")[1]));
  };
  const [zero, close] = [await heights("zero"), await heights("close")];
  assert(zero[0] - zero[2] < 10, `${zero}`);
  assert(close[0] - close[2] > 150, `${close}`);
});

Deno.test("lineChart() with a logarithmic axis draws equal ratios at equal distances", async () => {
  const { source } = await lineChart([series("a", [8, 4, 2, 1])], { title: "t", axis: "log" });
  const heights = linePaths(source)[0].split(/[ML]/).slice(1)
    .map((point) => Number(point.split(",")[1]));
  const distances = heights.slice(1).map((height, i) => Math.round(height - heights[i]));
  assertEquals(distances, [distances[0], distances[0], distances[0]]);
  assert(distances[0] > 0);
  assertEquals(labels(source).filter((label) => /^[1258]$/.test(label)), ["1", "2", "5"]);
});

Deno.test("lineChart() draws dots for up to 60 points", async () => {
  const dots = async (count: number) => {
    const values = Array.from({ length: count }, (_, i) => i);
    const { source } = await lineChart([series("a", values)], { title: "t", axis: "zero" });
    return source.match(/aria-roledescription="circle"/g)?.length ?? 0;
  };
  assertEquals([await dots(60), await dots(61)], [60, 0]);
});
