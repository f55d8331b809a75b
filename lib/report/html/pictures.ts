/** Small pictures for a page, as PNG in data URIs: nothing beside the page has to be kept. */
import { encode } from "fast-png";

/** Pixels in a row of a picture, and rows of pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

/**
 * A row of a data set: black ink, on whatever the picture lies on.
 *
 * @param pixels Shape (height * width): 0 is background, 255 full ink
 * @param size Of the picture
 * @returns A URI for `src`
 *
 * @example
 * ```ts
 * import { imagePicture } from "./pictures.ts";
 * import { assert } from "@std/assert";
 *
 * const uri = imagePicture(Uint8Array.of(0, 128, 255, 0), { width: 2, height: 2 });
 * assert(uri.startsWith("data:image/png;base64,"));
 * ```
 */
export function imagePicture(pixels: Uint8Array, { width, height }: PictureSize): string {
  const blackAndOpacity = new Uint8Array(2 * pixels.length);
  pixels.forEach((ink, i) => blackAndOpacity[2 * i + 1] = ink);
  return pngUri(blackAndOpacity, { width, height, channels: 2 });
}

/** Red and blue that can be told apart on light and on dark, and by the colour-blind. */
const POSITIVE = [214, 96, 36];
const NEGATIVE = [46, 124, 214];

/**
 * Numbers of both signs: orange above 0, blue below, and the further from 0 the less of the page
 * shines through, so that 0 is the page's own colour, light or dark.
 *
 * @param values Shape (height * width)
 * @param size Of the picture
 * @param largest The distance from 0 that is drawn in full colour, as is all beyond it
 * @returns A URI for `src`
 *
 * @example
 * ```ts
 * import { signedPicture } from "./pictures.ts";
 * import { assert } from "@std/assert";
 *
 * const uri = signedPicture(Float32Array.of(-1, 0, 0.5, 3), { width: 2, height: 2 }, 1);
 * assert(uri.startsWith("data:image/png;base64,"));
 * ```
 */
export function signedPicture(
  values: Float32Array,
  { width, height }: PictureSize,
  largest: number,
): string {
  const pixels = new Uint8Array(4 * values.length);
  values.forEach((value, i) => {
    const opacity = Math.round(255 * Math.min(1, Math.abs(value) / largest));
    pixels.set([...(value > 0 ? POSITIVE : NEGATIVE), opacity], 4 * i);
  });
  return pngUri(pixels, { width, height, channels: 4 });
}

function pngUri(data: Uint8Array, shape: PictureSize & { channels: 2 | 4 }): string {
  return `data:image/png;base64,${encode({ ...shape, data, depth: 8 }).toBase64()}`;
}
