/** Estimates how bright the paper under the ink is. */
import { findBlobs } from "./blobs.ts";
import { close, negative } from "./morphology.ts";
import { crop, edgePixels, mapPlane, type Plane } from "./plane.ts";

/** The paper under the ink. */
interface Paper {
  /** From 0 (black) to 255 (white), at each pixel of the picture. */
  brightness: Plane;
  inkIsDarker: boolean;
}

/** Maximum width of strokes, as a fraction of the picture's shorter side. */
const MAX_STROKE_WIDTH = 0.4;
/** Maximum fraction of the picture's edge that a stroke covers. */
const MAX_EDGE_COVERAGE = 0.3;
/** Maximum width of dark lines along the picture's edge, as a fraction of the shorter side. */
const MAX_EDGE_LINE = 0.03;

/** Number of terms of a smooth surface: 1, x, y, x², xy and y². */
const TERMS = 6;

/**
 * Finds the paper by morphology. A closing fills dark regions that are too narrow to hold a square
 * of a given side; an opening fills such light regions. Strokes are narrow. A table beside the sheet
 * or a shadow across it is wide and therefore counts as paper, even with sharp edges.
 *
 * @returns The closing if the ink is darker than the paper, otherwise the opening
 */
export function findPaper(gray: Plane): Paper {
  // Reduce noise first: the lightest of many noisy pixels would overestimate the paper.
  const smooth = averageOfNeighbors(gray);
  const closed = closeStrokes(smooth);
  const opened = negative(closeStrokes(negative(smooth)));
  return isDarkInk(smooth, closed, opened)
    ? { brightness: closed, inkIsDarker: true }
    : { brightness: opened, inkIsDarker: false };
}

/**
 * Whether the ink is dark, so that the closing is the paper. Where closing and opening differ
 * strongly, there is ink, or paper enclosed by ink. Such a region has ink along its edge and paper
 * around it.
 */
function isDarkInk(smooth: Plane, closed: Plane, opened: Plane): boolean {
  const { width, height, values: gray } = smooth;
  const range = mapPlane(closed, (value, i) => value - opened.values[i]);
  const half = range.values.reduce((most, value) => Math.max(most, value), 0) / 2;
  const { blobOf, blobs } = findBlobs(mapPlane(range, (value) => value >= half ? 1 : 0));
  // For each region, by how much its surroundings are lighter than its edge.
  const lighter = new Float64Array(blobs.length);
  const compare = (i: number, other: number) => {
    if (blobOf[i] >= 0 && blobOf[other] < 0) lighter[blobOf[i]] += gray[other] - gray[i];
    if (blobOf[i] < 0 && blobOf[other] >= 0) lighter[blobOf[other]] += gray[i] - gray[other];
  };
  for (let i = 0; i < gray.length; i++) {
    if (i % width + 1 < width) compare(i, i + 1);
    if (i + width < width * height) compare(i, i + width);
  }
  // The larger a region, the more its vote counts.
  return blobs.reduce((sum, { mass }, blob) => sum + mass * Math.sign(lighter[blob]), 0) >= 0;
}

/** Fills dark strokes, including those at the picture's edges. */
function closeStrokes(plane: Plane): Plane {
  const { width, height } = plane;
  const radius = Math.round(MAX_STROKE_WIDTH * Math.min(width, height) / 2);
  return crop(close(extend(plane, radius), radius), { left: radius, top: radius, width, height });
}

/** Adds a margin to a picture that repeats the paper along its edges. */
function extend(plane: Plane, margin: number): Plane {
  const { width, height, values } = plane;
  const edges = paperAtEdges(plane);
  const [newWidth, newHeight] = [width + 2 * margin, height + 2 * margin];
  const extended = new Float32Array(newWidth * newHeight);
  for (let y = -margin, i = 0; y < height + margin; y++) {
    for (let x = -margin; x < width + margin; x++, i++) {
      const [column, row] = [clamp(x, width), clamp(y, height)];
      const pixel = row * width + column;
      extended[i] = column === x && row === y ? values[pixel] : edges.get(pixel)!;
    }
  }
  return { width: newWidth, height: newHeight, values: extended };
}

/**
 * Estimates the paper along the edges of a picture, by pixel: fills thin dark lines and short dark
 * stretches of the outermost pixels. Uneven lighting may darken a corner, which is a short stretch
 * too. Therefore the same is done relative to a smooth model of the lighting, and the result that
 * fills less is used.
 */
function paperAtEdges(plane: Plane): Map<number, number> {
  const thin = Math.round(MAX_EDGE_LINE * Math.min(plane.width, plane.height));
  const { values } = close(plane, thin);
  const edge = edgePixels(plane);
  const light = smoothSurface({ ...plane, values }, edge);
  const evenly = closeAround(edge.map((pixel) => values[pixel]));
  const unevenly = closeAround(edge.map((pixel, i) => values[pixel] - light[i]));
  return new Map(edge.map((pixel, i) => [pixel, Math.min(evenly[i], light[i] + unevenly[i])]));
}

/** Fills short dark stretches in cyclic values. */
function closeAround(values: number[]): Float32Array {
  const thrice = Float32Array.from([...values, ...values, ...values]);
  const reach = Math.round(MAX_EDGE_COVERAGE * values.length / 2);
  const closed = close({ width: thrice.length, height: 1, values: thrice }, reach);
  return closed.values.subarray(values.length, 2 * values.length);
}

function clamp(i: number, size: number): number {
  return Math.min(Math.max(i, 0), size - 1);
}

/** Replaces each pixel by the mean of the 3 x 3 pixels around it. */
function averageOfNeighbors(plane: Plane): Plane {
  const { width, height, values } = plane;
  return mapPlane(plane, (_, i) => {
    const [x, y] = [i % width, Math.floor(i / width)];
    let [sum, count] = [0, 0];
    for (let ny = Math.max(0, y - 1); ny <= Math.min(height - 1, y + 1); ny++) {
      for (let nx = Math.max(0, x - 1); nx <= Math.min(width - 1, x + 1); nx++) {
        sum += values[ny * width + nx];
        count++;
      }
    }
    return sum / count;
  });
}

/**
 * Models the lighting: fits a + bx + cy + dx² + exy + fy² to some pixels by least squares, and
 * returns the surface's values at those pixels.
 */
function smoothSurface({ width, height, values }: Plane, pixels: number[]): number[] {
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
