/** Converts a photograph or drawing of a digit to an image like MNIST's. */
import { isolateDigit } from "./figure.ts";
import { toGray } from "./gray.ts";
import { findInk } from "./ink.ts";
import { inkToDigit, WORKING_SIDE } from "./ink_to_digit.ts";
import { removeTable } from "./sheet.ts";
import { fitInto } from "./plane.ts";

/**
 * Finds the digit in a picture and renders it like MNIST's digits. The picture may be dark ink on
 * light paper or light ink on dark paper.
 *
 * @param pixels Shape (height, width, 4) as red, green, blue and alpha, or (height, width) as gray
 * @param width Pixels in a row
 * @param height Rows
 * @returns Shape (28 * 28), row-major; 0 is background, 255 full ink
 * @throws {RangeError} If the number of pixels is not what width and height say, no ink is found,
 *   or the picture seems to show several digits
 *
 * @example A vertical stroke, dark on light
 * ```ts
 * import { imageToDigit } from "./image_to_digit.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const paper = new Uint8Array(100 * 80).fill(200);
 * for (let y = 30; y < 70; y++) paper.fill(20, y * 100 + 10, y * 100 + 16);
 * const digit = imageToDigit(paper, 100, 80);
 * // 20 rows high, 3 columns wide
 * assertEquals(digit.filter((byte) => byte === 255).length, 20 * 3);
 * assertEquals(digit.filter((byte) => byte === 0).length, 28 * 28 - 20 * 3);
 * ```
 */
export function imageToDigit(
  pixels: Uint8Array | Uint8ClampedArray,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const gray = fitInto(toGray(pixels, width, height), WORKING_SIDE);
  return inkToDigit(isolateDigit(findInk(removeTable(gray))));
}
