import { assertEquals } from "@std/assert";
import { removeRuling } from "../../lib/image/ruling.ts";

Deno.test("removeRuling() removes a line of uneven thickness, and no stroke that is thicker than it", () => {
  const [width, height] = [100, 100];
  const values = new Float32Array(width * height);
  const fill = (y: number, from: number, to: number) =>
    values.fill(1, width * y + from, width * y + to);
  fill(50, 0, width);
  // In places the line is twice as thick, as in a photograph.
  for (let x = 0; x < width; x += 4) fill(51, x, x + 1);
  const line = values.slice();
  for (let y = 48; y < 51; y++) fill(y, 20, 23); // a stroke that the line crosses
  const { values: left } = removeRuling({ width, height, values }, 0);
  const inked = [...left.keys()].filter((i) => left[i] > 0);
  const rows = new Set(inked.map((i) => Math.floor(i / width)));
  assertEquals([...rows].filter((y) => y < 48 || y > 51), []);
  assertEquals(inked.filter((i) => i % width < 19 || i % width > 24), []);
  const without = removeRuling({ width, height, values: line }, 0).values;
  assertEquals(without.every((value) => value === 0), true);
});

Deno.test("removeRuling() keeps a bar that is too thick for a line", () => {
  const [width, height] = [100, 100];
  for (const [thickness, isLine] of [[1, true], [2, true], [4, false]] as const) {
    const values = new Float32Array(width * height);
    values.fill(1, 50 * width, (50 + thickness) * width);
    const { values: left } = removeRuling({ width, height, values }, 0);
    assertEquals(left.every((value) => value === 0), isLine, `${thickness} pixels`);
  }
});

Deno.test("removeRuling() removes faint lines, unless they are as faint as the noise", () => {
  const [width, height] = [100, 100];
  for (
    const [ink, noise, isLine] of [[0.2, 0, true], [0.1, 0, false], [0.2, 0.25, false]] as const
  ) {
    const values = new Float32Array(width * height);
    values.fill(ink, 50 * width, 51 * width);
    const { values: left } = removeRuling({ width, height, values }, noise);
    assertEquals(left.every((value) => value === 0), isLine, `ink of ${ink}`);
  }
});
