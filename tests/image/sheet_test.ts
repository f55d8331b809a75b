import { assert, assertEquals } from "@std/assert";
import type { Plane } from "../../lib/image/plane.ts";
import { removeTable } from "../../lib/image/sheet.ts";

const [TABLE, SHEET, INK] = [60, 220, 40];

/** Draws a sheet of 16 x 140 pixels with a stroke in its middle, turned around its center. */
function strip(degrees: number, stroke = { width: 2, height: 8 }): Plane {
  const [width, height] = [150, 150];
  const angle = degrees * Math.PI / 180;
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    const [x, y] = [i % width - 74.5, Math.floor(i / width) - 74.5];
    const along = Math.abs(x * Math.cos(angle) + y * Math.sin(angle));
    const across = Math.abs(y * Math.cos(angle) - x * Math.sin(angle));
    if (along < stroke.width / 2 && across < stroke.height / 2) return INK;
    return along < 8 && across < 70 ? SHEET : TABLE;
  });
  return { width, height, values };
}

function count({ values }: Plane, value: number): number {
  return values.filter((other) => other === value).length;
}

Deno.test("removeTable() paints the table in the color of a narrow sheet, at any angle", () => {
  for (const degrees of [0, 1, 45, 60, 90]) {
    const picture = strip(degrees);
    const removed = removeTable(picture);
    assertEquals(count(removed, TABLE), 0, `${degrees} degrees`);
    assertEquals(count(removed, INK), count(picture, INK));
    assert(count(removed, INK) > 0);
  }
});

Deno.test("removeTable() keeps a picture whose sheet has no writing, or writing without a margin", () => {
  for (const stroke of [{ width: 0, height: 0 }, { width: 2, height: 138 }]) {
    const picture = strip(0, stroke);
    assert(removeTable(picture) === picture);
  }
});
