import { assert, assertThrows } from "@std/assert";
import { isolateDigit } from "../../lib/image/figure.ts";
import type { Plane } from "../../lib/image/plane.ts";

const SIDE = 100;

/** Returns a picture with boxes of ink: left, top, width, height. */
function boxes(...drawn: [number, number, number, number][]): Plane {
  const values = new Float32Array(SIDE * SIDE);
  for (const [left, top, width, height] of drawn) {
    for (let y = top; y < top + height; y++) {
      values.fill(1, SIDE * y + left, SIDE * y + left + width);
    }
  }
  return { width: SIDE, height: SIDE, values };
}

const inkAt = ({ values }: Plane, x: number, y: number) => values[SIDE * y + x];

Deno.test("isolateDigit() drops a line below the digit, but keeps one above it, as in 5 and 7", () => {
  const stem: [number, number, number, number] = [50, 30, 6, 40];
  const under = isolateDigit(boxes(stem, [35, 76, 40, 4]));
  assert(inkAt(under, 52, 50) === 1 && inkAt(under, 52, 78) === 0);
  const over = isolateDigit(boxes(stem, [35, 24, 40, 4]));
  assert(inkAt(over, 52, 50) === 1 && inkAt(over, 52, 25) === 1);
});

Deno.test("isolateDigit() drops a frame, and rejects two digits", () => {
  const digit: [number, number, number, number] = [40, 35, 10, 40];
  const frame: [number, number, number, number][] = [
    ...[[10, 10, 80, 3], [10, 87, 80, 3]] as [number, number, number, number][],
    ...[[10, 10, 3, 80], [87, 10, 3, 80]] as [number, number, number, number][],
  ];
  const found = isolateDigit(boxes(digit, ...frame));
  assert(inkAt(found, 45, 50) === 1 && inkAt(found, 11, 50) === 0);
  assertThrows(() => isolateDigit(boxes(digit, [70, 35, 10, 40])), RangeError);
});

Deno.test("isolateDigit() drops a neighboring digit that any side of the picture cuts off", () => {
  const digit: [number, number, number, number] = [45, 40, 10, 30];
  const neighbors: Record<string, [number, number, number, number]> = {
    left: [0, 40, 8, 30],
    right: [92, 40, 8, 30],
    top: [40, 0, 20, 25],
    bottom: [40, 82, 20, 18],
  };
  for (const [side, neighbor] of Object.entries(neighbors)) {
    const found = isolateDigit(boxes(digit, neighbor));
    assert(inkAt(found, 50, 50) === 1, side);
    assert(inkAt(found, neighbor[0] + 2, neighbor[1] + 2) === 0, side);
  }
});
