import { assert, assertEquals } from "@std/assert";
import { findPaper } from "../../lib/image/paper.ts";

Deno.test("findPaper() finds the paper under a stroke, and leaves a table beside the sheet as dark as it is", () => {
  const [width, height] = [100, 100];
  const [TABLE, SHEET, INK] = [60, 220, 40];
  const isStroke = (x: number, y: number) => x >= 70 && x < 78 && y >= 30 && y < 70;
  for (const isInverted of [false, true]) {
    const values = Float32Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      const light = x < 45 ? TABLE : isStroke(x, y) ? INK : SHEET;
      return isInverted ? 255 - light : light;
    });
    const { brightness, inkIsDarker } = findPaper({ width, height, values });
    assertEquals(inkIsDarker, !isInverted);
    const at = (x: number, y: number) => {
      const value = brightness.values[width * y + x];
      return isInverted ? 255 - value : value;
    };
    assert(Math.abs(at(74, 50) - SHEET) < 20, `under the stroke: ${at(74, 50)}`);
    assert(Math.abs(at(90, 50) - SHEET) < 20, `beside the stroke: ${at(90, 50)}`);
    assert(Math.abs(at(15, 50) - TABLE) < 20, `the table: ${at(15, 50)}`);
  }
});
