import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { strokeThickness, thicken } from "../../lib/image/morphology.ts";
import type { Plane } from "../../lib/image/plane.ts";

/** Returns a horizontal stroke of a thickness, in the middle of a picture. */
function stroke(thickness: number): Plane {
  const [width, height] = [120, 60];
  const values = new Float32Array(width * height);
  for (let y = 20; y < 20 + thickness; y++) values.fill(1, width * y + 10, width * y + 110);
  return { width, height, values };
}

/** Counts the pixels with ink in the middle column. */
const inkedRows = ({ width, values }: Plane) =>
  values.filter((value, i) => i % width === 60 && value > 0).length;

Deno.test("strokeThickness() returns the thickness of a long stroke", () => {
  for (const thickness of [2, 5, 9]) {
    const found = strokeThickness(stroke(thickness));
    assertAlmostEquals(found, thickness, 0.1 * thickness);
  }
});

Deno.test("thicken() thickens a stroke to the given thickness, and leaves thicker ones as they are", () => {
  for (const [from, to] of [[1, 5], [2, 8], [3, 9], [2, 4]]) {
    const rows = inkedRows(thicken(stroke(from), to));
    assert(Math.abs(rows - to) <= 1, `from ${from} to ${rows}, not ${to}`);
  }
  for (const thickness of [5, 9]) {
    const ink = stroke(thickness);
    assertEquals(thicken(ink, 5), ink);
  }
});
