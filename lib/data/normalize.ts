/** Computes the factor that scales each row of bytes. */
import type { Dataset, PixelScale } from "./dataset.ts";

/** How rows are scaled: by the L2 norm, or by the largest byte. */
export const PIXEL_SCALES: Readonly<
  Record<PixelScale, {
    /** Whether the divisor depends on the sum of the row's squared bytes. */
    usesSquares: boolean;
    /**
     * Returns what a row's bytes are divided by, of which `squares` is the sum of squares: the L2
     * norm, or 255. With `l2`, infinity for a row of zeros, which so stays zero.
     */
    divisor(squares: number): number;
  }>
> = {
  l2: { usesSquares: true, divisor: (squares) => squares === 0 ? Infinity : Math.sqrt(squares) },
  unit: { usesSquares: false, divisor: () => 255 },
};

/**
 * Computes the factor of each row: 1 divided by its L2 norm (the square root of
 * the sum of its squared bytes, an exact integer), or 1/255 for every row.
 *
 * @param scale `l2` or `unit`
 * @returns Shape (rows); with `l2`, the factor of an all-zero row is 0
 */
export function rowScales(data: Dataset, scale: PixelScale): Float32Array<ArrayBuffer> {
  const { usesSquares, divisor } = PIXEL_SCALES[scale];
  if (!usesSquares) return new Float32Array(data.labels.length).fill(1 / divisor(0));
  const sums = cachedSums.get(data.images) ?? squareSums(data);
  return Float32Array.from(sums, (squares) => 1 / divisor(squares));
}

/** Sums computed by another thread, by the images to which they belong. */
const cachedSums = new WeakMap<Uint8Array, Float64Array>();

/**
 * Caches the result of `squareSums` for `rowScales`. Another thread can compute it while this one is
 * busy; for MNIST that takes 35 ms.
 *
 * @param images The images that `rowScales` will get; they must not change afterwards
 * @param sums The result of `squareSums` for them
 */
export function cacheSquareSums(images: Uint8Array, sums: Float64Array): void {
  cachedSums.set(images, sums);
}

/**
 * Computes the sum of each row's squared bytes.
 *
 * @returns Shape (rows); exact
 */
export function squareSums(
  { images, labels, width, height }: Dataset,
): Float64Array<ArrayBuffer> {
  const pixels = width * height;
  const sums = new Float64Array(labels.length);
  for (let row = 0; row < sums.length; row++) {
    let sum = 0;
    const end = (row + 1) * pixels;
    for (let i = row * pixels; i < end; i++) sum += images[i] * images[i];
    sums[row] = sum;
  }
  return sums;
}
