/** Models the lighting of a picture as a smooth surface. */
import type { Plane } from "./plane.ts";

/** Number of terms: 1, x, y, x², xy and y². */
const TERMS = 6;

/**
 * Fits a + bx + cy + dx² + exy + fy² to some pixels by least squares.
 *
 * @returns The surface's values at those pixels
 */
export function smoothSurface({ width, height, values }: Plane, pixels: number[]): number[] {
  const terms = (pixel: number) => {
    const x = 2 * (pixel % width) / width - 1;
    const y = 2 * Math.floor(pixel / width) / height - 1;
    return [1, x, y, x * x, x * y, y * y];
  };
  // Normal equations; the last column is the right-hand side.
  const equations = Array.from({ length: TERMS }, () => new Float64Array(TERMS + 1));
  for (const pixel of pixels) {
    const t = terms(pixel);
    equations.forEach((equation, row) => {
      for (let column = 0; column < TERMS; column++) equation[column] += t[row] * t[column];
      equation[TERMS] += t[row] * values[pixel];
    });
  }
  // Slight ridge regularization, since a few pixels may not determine all six coefficients.
  for (let row = 1; row < TERMS; row++) equations[row][row] += 1e-6 * equations[0][0];
  const coefficients = solve(equations);
  return pixels.map((pixel) =>
    terms(pixel).reduce((sum, term, k) => sum + term * coefficients[k], 0)
  );
}

/** Solves linear equations by Gauss-Jordan elimination, without pivoting: the matrix is positive definite. */
function solve(equations: Float64Array[]): number[] {
  const count = equations.length;
  for (let pivot = 0; pivot < count; pivot++) {
    for (let row = 0; row < count; row++) {
      if (row === pivot) continue;
      const factor = equations[row][pivot] / equations[pivot][pivot];
      for (let k = pivot; k <= count; k++) equations[row][k] -= factor * equations[pivot][k];
    }
  }
  return equations.map((row, i) => row[count] / row[i]);
}
