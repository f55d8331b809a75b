/// <reference lib="dom" />
/** Paints digits, weights and activations as pixels of a canvas. */

/** Side of a digit, in pixels. */
const SIDE = 28;

/** Colors that the color-blind can tell apart, on light and on dark: blue and orange. */
const POSITIVE = transparent(31, 111, 214);
const NEGATIVE = transparent(224, 104, 30);

/** The layout of several pictures on one canvas. */
export interface Grid {
  /** Pictures per line. */
  columns: number;
  /** Pixels of a picture. */
  width: number;
  /** Pixels of a picture. */
  height: number;
  /** Pixels between pictures. */
  gap: number;
}

/**
 * Paints pictures of signed numbers: blue above 0, orange below, transparent at 0.
 *
 * @param canvas The canvas, which is resized
 * @param values Shape (pictures, height, width)
 * @param grid The layout
 * @param largest The absolute value from which on the color is opaque
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
  // Writing a pixel as one number keeps this fast: 80,000 pixels several times a second.
  const pixels = new Uint32Array(image.data.buffer);
  let i = 0;
  for (let picture = 0; picture < count; picture++) {
    const left = (picture % columns) * (width + gap);
    const top = Math.floor(picture / columns) * (height + gap);
    for (let y = top; y < top + height; y++) {
      const begin = y * image.width + left;
      for (let at = begin; at < begin + width; at++) {
        const value = values[i++];
        const opacity = Math.min(255, Math.abs(value) * 255 / largest);
        pixels[at] = opacity << 24 | (value > 0 ? POSITIVE : NEGATIVE);
      }
    }
  }
  show(canvas, image);
}

/**
 * Paints a digit in black on a light page, in white on a dark one.
 *
 * @param canvas The canvas, which is resized
 * @param ink Shape (28, 28): 0 for the background, 255 for full ink
 * @param dark Whether the page is dark
 */
export function paintDigit(canvas: HTMLCanvasElement, ink: Uint8Array, dark: boolean): void {
  paintDigits(canvas, ink, 1, dark);
}

/**
 * Paints digits in black on a light page, in white on a dark one.
 *
 * @param canvas The canvas, which is resized
 * @param ink Shape (digits, 28, 28): 0 for the background, 255 for full ink
 * @param columns Digits per line
 * @param dark Whether the page is dark
 */
export function paintDigits(
  canvas: HTMLCanvasElement,
  ink: Uint8Array,
  columns: number,
  dark: boolean,
): void {
  const image = new ImageData(columns * SIDE, ink.length / (columns * SIDE));
  const pixels = new Uint32Array(image.data.buffer);
  const color = dark ? transparent(255, 255, 255) : transparent(0, 0, 0);
  let i = 0;
  for (let digit = 0; digit < ink.length / (SIDE * SIDE); digit++) {
    const left = (digit % columns) * SIDE;
    const top = Math.floor(digit / columns) * SIDE;
    for (let y = top; y < top + SIDE; y++) {
      for (let x = left; x < left + SIDE; x++) {
        pixels[y * image.width + x] = ink[i++] << 24 | color;
      }
    }
  }
  show(canvas, image);
}

/** Returns a number that about 99% of the absolute values do not exceed. */
export function largestOf(values: ArrayLike<number>): number {
  // Sorting a sample is enough, and takes less than sorting all values several times a second.
  const count = Math.min(values.length, 2000);
  const sample = Float32Array.from(
    { length: count },
    (_, i) => Math.abs(values[Math.floor(i * values.length / count)]),
  ).sort();
  return sample[Math.floor(0.99 * count)] || 1;
}

/**
 * Returns a color with opacity 0 as the number that a Uint32Array over ImageData's bytes has for it:
 * red is its lowest byte, as every machine that browsers run on is little-endian.
 */
function transparent(red: number, green: number, blue: number): number {
  return blue << 16 | green << 8 | red;
}

function show(canvas: HTMLCanvasElement, image: ImageData): void {
  if (canvas.width !== image.width) canvas.width = image.width;
  if (canvas.height !== image.height) canvas.height = image.height;
  canvas.getContext("2d")!.putImageData(image, 0, 0);
}
