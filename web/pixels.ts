/// <reference lib="dom" />
/** Numbers as pixels of a canvas. */

/** Orange and blue, which the color-blind can tell apart, on light and on dark. */
const POSITIVE = pixel(214, 96, 36);
const NEGATIVE = pixel(46, 124, 214);

/** How many pictures side by side, each how wide and high, how far apart. */
export interface Grid {
  columns: number;
  width: number;
  height: number;
  gap: number;
}

/**
 * Paints pictures of numbers of both signs: orange above 0, blue below, the page's own color at 0.
 *
 * @param canvas Resized to fit
 * @param values The pictures one behind the other
 * @param grid How to lay them out
 * @param largest The distance from 0 that gets full color, as does all beyond
 */
export function paintSigned(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  { columns, width, height, gap }: Grid,
  largest: number,
): void {
  const size = width * height;
  const count = values.length / size;
  const rows = Math.ceil(count / columns);
  const image = new ImageData(columns * (width + gap) - gap, rows * (height + gap) - gap);
  // A pixel as one number, since this runs on 80,000 pixels many times a second.
  const pixels = new Uint32Array(image.data.buffer);
  let i = 0;
  for (let picture = 0; picture < count; picture++) {
    const left = (picture % columns) * (width + gap);
    const top = Math.floor(picture / columns) * (height + gap);
    for (let y = top; y < top + height; y++) {
      const begin = y * image.width + left;
      for (let at = begin; at < begin + width; at++) {
        const value = values[i++];
        const strength = Math.min(255, Math.abs(value) * 255 / largest);
        pixels[at] = strength << 24 | (value > 0 ? POSITIVE : NEGATIVE);
      }
    }
  }
  show(canvas, image);
}

/**
 * Paints a digit in black on white, or in white on black where the page is dark.
 *
 * @param canvas Resized to fit
 * @param ink Shape (28 * 28): 0 is background, 255 full ink
 * @param dark Whether ink is to be white
 */
export function paintDigit(canvas: HTMLCanvasElement, ink: Uint8Array, dark: boolean): void {
  const image = new ImageData(28, 28);
  ink.forEach((value, i) => {
    image.data.fill(dark ? 255 : 0, 4 * i, 4 * i + 3);
    image.data[4 * i + 3] = value;
  });
  show(canvas, image);
}

/** A number that most of these, whatever their sign, are smaller than. */
export function largestOf(values: Float32Array): number {
  // A sample: sorting all would take milliseconds, ten times a second.
  const sample = Float32Array.from({ length: Math.min(values.length, 2000) }, (_, i) => {
    return Math.abs(values[Math.floor(i * values.length / Math.min(values.length, 2000))]);
  }).sort();
  return sample[Math.floor(0.99 * sample.length)] || 1;
}

/** A color without opacity as a pixel's four bytes, which every browser's machine has in this order. */
function pixel(red: number, green: number, blue: number): number {
  return blue << 16 | green << 8 | red;
}

function show(canvas: HTMLCanvasElement, image: ImageData): void {
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  canvas.getContext("2d")!.putImageData(image, 0, 0);
}
