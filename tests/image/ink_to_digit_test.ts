import { assert, assertThrows } from "@std/assert";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { inkToDigit } from "../../lib/image/ink_to_digit.ts";

/** Draws the letter L with values 0 and 1. */
function letter(side: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: side * side }, (_, i) => {
    const [x, y] = [i % side / side, Math.floor(i / side) / side];
    const upright = x >= 0.3 && x < 0.4 && y >= 0.2 && y < 0.8;
    return upright || x >= 0.3 && x < 0.6 && y >= 0.7 && y < 0.8 ? 1 : 0;
  });
}

Deno.test("inkToDigit() renders ink like imageToDigit() renders a picture of it", () => {
  for (const side of [120, 280]) {
    const values = letter(side);
    const picture = Uint8Array.from(values, (ink) => 255 - 255 * ink);
    const [canvas, photo] = [
      inkToDigit({ width: side, height: side, values }),
      imageToDigit(picture, side, side),
    ];
    const difference = canvas.reduce((sum, byte, i) => sum + Math.abs(byte - photo[i]), 0);
    const total = canvas.reduce((sum, byte) => sum + byte);
    assert(difference < 0.05 * total, `differ by ${difference} of ${total}`);
  }
});

Deno.test("inkToDigit() rejects an empty canvas", () => {
  assertThrows(
    () => inkToDigit({ width: 28, height: 28, values: new Float32Array(784) }),
    RangeError,
    "Cannot render a digit as there is no ink",
  );
});
