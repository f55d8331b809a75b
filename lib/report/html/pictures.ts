/** Encodes small images as PNG in data URIs, so that a page needs no other files. */
import { encode } from "fast-png";

/** The size of an image in pixels. */
export interface PictureSize {
  width: number;
  height: number;
}

/**
 * Encodes a row of a data set as black ink on a transparent background.
 *
 * @param pixels Shape (height * width): 0 is background, 255 full ink
 * @returns A URI for `src`
 */
export function imagePicture(pixels: Uint8Array, { width, height }: PictureSize): string {
  const blackAndOpacity = new Uint8Array(2 * pixels.length);
  pixels.forEach((ink, i) => blackAndOpacity[2 * i + 1] = ink);
  return pngUri(blackAndOpacity, { width, height, channels: 2 });
}

/** Orange and blue: distinguishable on light and dark backgrounds, and for color-blind readers. */
const POSITIVE = [214, 96, 36];
const NEGATIVE = [46, 124, 214];

/**
 * Encodes signed numbers: orange for positive, blue for negative. Smaller absolute values are more
 * transparent, so that 0 has the page's background color.
 *
 * @param values Shape (height * width)
 * @param largest The absolute value at which colors become opaque
 * @returns A URI for `src`
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
