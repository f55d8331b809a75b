import { assertEquals, assertThrows } from "@std/assert";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { inkToDigit } from "../../lib/image/ink_to_digit.ts";

/** A ring, 0 or 1. */
function ring(side: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: side * side }, (_, i) => {
    const radius = Math.hypot(i % side - side / 2, Math.floor(i / side) - side / 2);
    return Math.abs(radius - 0.3 * side) < 0.05 * side ? 1 : 0;
  });
}

Deno.test("inkToDigit() draws a canvas's ink as imageToDigit() draws a picture of it", () => {
  for (const side of [120, 280]) {
    const values = ring(side);
    const picture = Uint8Array.from(values, (ink) => 255 - 255 * ink);
    const [canvas, photo] = [
      inkToDigit({ width: side, height: side, values }),
      imageToDigit(picture, side, side),
    ];
    const difference = canvas.reduce((sum, byte, i) => sum + Math.abs(byte - photo[i]), 0);
    const total = canvas.reduce((sum, byte) => sum + byte);
    assertEquals(difference < 0.05 * total, true, `differ by ${difference} of ${total}`);
  }
});

Deno.test("inkToDigit() refuses an empty canvas", () => {
  assertThrows(
    () => inkToDigit({ width: 28, height: 28, values: new Float32Array(784) }),
    RangeError,
    "Cannot draw a digit as there must be ink: found none",
  );
});
