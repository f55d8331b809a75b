/**
 * Seeded distortions of training images: the reference definition in float64, which all engines
 * implement in float32. Because of rounding, an engine's pixel may differ by 1 of 255.
 */
import { type Key, threefry2x32 } from "../random/threefry.ts";

/**
 * Maximum strengths of distortions. At each step, each row gets a new distortion, drawn uniformly up
 * to these. Published distortions for MNIST are of the same kinds: Simard, Steinkraus and Platt, "Best
 * practices for convolutional neural networks applied to visual document analysis" (2003), and Cireșan
 * and others, "Deep, big, simple neural nets for handwritten digit recognition" (2010),
 * https://arxiv.org/abs/1003.0358.
 */
export interface Distortion {
  /** Maximum rotation in degrees, in either direction, 0 to 180. */
  rotate: number;
  /** Scaling: width and height are each divided by 1 + z with |z| at most this, 0 to 0.99. */
  zoom: number;
  /** Shear: a pixel moves sideways by at most this times its height above the center, 0 to 1000. */
  shear: number;
  /** Translation: by at most so many pixels along x and along y, 0 to 1000. */
  shift: number;
  /** Elastic: each control point moves by at most so many pixels along x and along y, 0 to 1000. */
  warp: number;
}

/**
 * First counter word of a row's first threefry block ("dist" in ASCII). Sampling rows uses a step's key
 * only in `split`, whose counters are below 4, so no block is used twice.
 */
export const DISTORT_COUNTER = 0x64697374;

/** The number of a row's blocks before those of its control points. */
export const AFFINE_BLOCKS = 3;

/** The number of rows, and of columns, of the grid of control points. */
export const GRID = 7;

/** One row's distortion: maps each pixel to its source, the position in the image whose value it takes. */
export interface DrawnDistortion {
  /** Shape (2, 2), row-major: multiplies the pixel's (x, y), relative to the image's center. */
  matrix: [number, number, number, number];
  /** Shape (2): added to the product; x and y in pixels. */
  shift: [number, number];
  /** Shape (GRID, GRID, 2), row-major: the x and y displacement of each control point, in pixels. */
  points: Float64Array;
}

/**
 * Draws the distortion of a row. Its block i is the threefry block of the step's key and the counter
 * (`DISTORT_COUNTER` + i, position + i). The upper 24 bits of each word, as a signed integer divided by
 * 2^23, are a number in [-1, 1). Block 0 gives the angle and the shear, block 1 the zoom of x and y,
 * block 2 the shift of x and y, and block 3 + 7 r + c the displacement of the control point in row r and
 * column c.
 *
 * @param key The step's key
 * @param position The row's place in `permutation(key, n)`: `from + i` for the i-th row of a step
 * @param strength The maximum strengths
 * @returns The distortion
 */
export function drawDistortion(
  key: Key,
  position: number,
  { rotate, zoom, shear, shift, warp }: Distortion,
): DrawnDistortion {
  const block = (i: number) =>
    Array.from(
      threefry2x32(key, DISTORT_COUNTER + i, (position + i) >>> 0),
      (word) => ((word | 0) >> 8) / 2 ** 23,
    );
  const [ofAngle, ofShear] = block(0);
  const [zoomX, zoomY] = block(1).map((u) => 1 + zoom * u);
  const [shiftX, shiftY] = block(2).map((u) => shift * u);
  const angle = rotate * Math.PI / 180 * ofAngle;
  const [sine, cosine] = [Math.sin(angle), Math.cos(angle)];
  const sideways = shear * ofShear;
  const points = new Float64Array(2 * GRID * GRID);
  for (let i = 0; i < GRID * GRID; i++) {
    points.set(block(AFFINE_BLOCKS + i).map((u) => warp * u), 2 * i);
  }
  return {
    // Rotation times shear times zoom.
    matrix: [
      cosine * zoomX,
      (cosine * sideways - sine) * zoomY,
      sine * zoomX,
      (sine * sideways + cosine) * zoomY,
    ],
    shift: [shiftX, shiftY],
    points,
  };
}

/**
 * Computes the weight of each control point at each pixel of a line: uniform cubic B-splines
 * (https://en.wikipedia.org/wiki/B-spline). The `GRID` points are evenly spaced from the first pixel to
 * the last, and the outer points are repeated beyond them.
 *
 * @param size The number of pixels in the line
 * @returns Shape (size, GRID)
 */
export function splineWeights(size: number): Float64Array {
  const weights = new Float64Array(size * GRID);
  for (let pixel = 0; pixel < size; pixel++) {
    const place = pixel * (GRID - 1) / Math.max(1, size - 1);
    const cell = Math.min(Math.floor(place), GRID - 2);
    const t = place - cell;
    const pieces = [
      (1 - t) ** 3 / 6,
      (3 * t ** 3 - 6 * t ** 2 + 4) / 6,
      (-3 * t ** 3 + 3 * t ** 2 + 3 * t + 1) / 6,
      t ** 3 / 6,
    ];
    pieces.forEach((weight, i) => {
      const point = Math.min(Math.max(cell - 1 + i, 0), GRID - 1);
      weights[pixel * GRID + point] += weight;
    });
  }
  return weights;
}

/**
 * Distorts an image. Each pixel p takes the value at its source
 *
 *     center + shift + matrix (p - center) + sum of the control points' weights times displacements
 *
 * by bilinear interpolation, with zeros outside of the image, rounded to a byte. The row keeps the scale
 * (see `rowScales`) of the original image.
 *
 * @param image Shape (height, width)
 * @param size Its width and height
 * @param drawn Made by `drawDistortion`
 * @returns The distorted image, of the same shape
 */
export function distortImage(
  image: Uint8Array,
  { width, height }: { width: number; height: number },
  { matrix: [xx, xy, yx, yy], shift: [shiftX, shiftY], points }: DrawnDistortion,
): Uint8Array<ArrayBuffer> {
  const [columnWeights, rowWeights] = [splineWeights(width), splineWeights(height)];
  const [centerX, centerY] = [(width - 1) / 2, (height - 1) / 2];
  const at = (x: number, y: number) =>
    x >= 0 && x < width && y >= 0 && y < height ? image[y * width + x] : 0;
  const distorted = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [fromX, fromY] = [x - centerX, y - centerY];
      let sourceX = centerX + shiftX + xx * fromX + xy * fromY;
      let sourceY = centerY + shiftY + yx * fromX + yy * fromY;
      for (let i = 0; i < GRID * GRID; i++) {
        const weight = rowWeights[y * GRID + Math.floor(i / GRID)] *
          columnWeights[x * GRID + i % GRID];
        sourceX += weight * points[2 * i];
        sourceY += weight * points[2 * i + 1];
      }
      const [left, top] = [Math.floor(sourceX), Math.floor(sourceY)];
      const [right, down] = [sourceX - left, sourceY - top];
      const upper = at(left, top) * (1 - right) + at(left + 1, top) * right;
      const lower = at(left, top + 1) * (1 - right) + at(left + 1, top + 1) * right;
      distorted[y * width + x] = Math.floor(upper * (1 - down) + lower * down + 0.5);
    }
  }
  return distorted;
}
