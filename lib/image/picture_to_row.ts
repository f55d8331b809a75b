/** Converts a picture to the pixels of a net, without looking for a digit in it. */
import type { Picture } from "./decode.ts";
import { type Plane, resize } from "./plane.ts";

/** ITU-R BT.601's weights of red, green and blue, with which Pillow and Keras make pictures gray. */
export const LUMA: readonly number[] = [0.299, 0.587, 0.114];

/**
 * Converts a picture to gray, and scales it to a given size by area averaging. Dark and bright stay
 * as they are. Transparent pixels become black around bright pictures, and white around dark ones.
 *
 * @param width The width of the net's images
 * @returns Shape (height * width), row-major; 0 is black, 255 white
 */
export function pictureToRow(
  picture: Picture,
  width: number,
  height: number,
): Uint8Array<ArrayBuffer> {
  const gray = toLuma(picture);
  const isRightSize = gray.width === width && gray.height === height;
  const { values } = isRightSize ? gray : resize(gray, width, height);
  return Uint8Array.from(values, Math.round);
}

function toLuma({ width, height, pixels }: Picture): Plane {
  const values = new Float32Array(width * height);
  let [opaque, sum] = [0, 0];
  for (let i = 0; i < values.length; i++) {
    values[i] = LUMA[0] * pixels[4 * i] + LUMA[1] * pixels[4 * i + 1] + LUMA[2] * pixels[4 * i + 2];
    opaque += pixels[4 * i + 3];
    sum += values[i] * pixels[4 * i + 3];
  }
  if (opaque < 255 * values.length) {
    const background = sum >= 127.5 * opaque ? 0 : 255;
    for (let i = 0; i < values.length; i++) {
      values[i] = background + (values[i] - background) * pixels[4 * i + 3] / 255;
    }
  }
  return { width, height, values };
}
