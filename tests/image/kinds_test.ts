import { assert, assertThrows } from "@std/assert";
import type { Picture } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { KINDS, OTHERS, similarityToInk, takePhoto } from "./kinds.ts";

for (const [i, kind] of Object.keys({ ...KINDS, ...OTHERS }).entries()) {
  Deno.test(`imageToDigit() finds the digit: ${kind}`, () => {
    const { picture: { pixels, width, height }, ink } = takePhoto(kind, i % 10, 0);
    const similarity = similarityToInk(imageToDigit(pixels, width, height), ink);
    assert(similarity > 0.85, `cosine ${similarity}`);
  });
}

/** Combines two pictures of the same size, side by side or one below the other. */
function together(a: Picture, b: Picture, isBelow: boolean): Picture {
  const [width, height] = isBelow ? [a.width, 2 * a.height] : [2 * a.width, a.height];
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < a.height; y++) {
    for (const [i, { pixels: from }] of [a, b].entries()) {
      const row = from.subarray(4 * y * a.width, 4 * (y + 1) * a.width);
      pixels.set(row, isBelow ? 4 * (y + i * a.height) * width : 4 * (y * width + i * a.width));
    }
  }
  return { width, height, pixels };
}

Deno.test("imageToDigit() rejects two digits, side by side or one below the other", () => {
  for (let label = 0; label < 10; label += 2) {
    const [a, b] = [takePhoto("canvas", label, 0), takePhoto("canvas", 9 - label, 1)];
    const { pixels, width, height } = together(a.picture, b.picture, label % 4 === 0);
    assertThrows(() => imageToDigit(pixels, width, height), RangeError, "must be only one");
  }
});

Deno.test("imageToDigit() rejects a horizontal line", () => {
  const pixels = new Uint8Array(200 * 100).fill(250);
  for (let y = 45; y < 55; y++) pixels.fill(20, y * 200 + 30, y * 200 + 170);
  assertThrows(
    () => imageToDigit(pixels, 200, 100),
    RangeError,
    "Cannot recognize the digit as it must be at most 2 times as wide as high: it is 14",
  );
});
