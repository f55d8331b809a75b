/** Defines pictures with one number per pixel, and functions to crop and resize them. */

/** A picture with one number per pixel. */
export interface Plane {
  /** Width in pixels. */
  width: number;
  /** Height in pixels. */
  height: number;
  /** Shape (height, width), row-major. */
  values: Float32Array;
}

/** A rectangle in a plane, in whole pixels. */
export interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** Copies a rectangle of a plane. */
export function crop(plane: Plane, { left, top, width, height }: Box): Plane {
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y++) {
    const start = (top + y) * plane.width + left;
    values.set(plane.values.subarray(start, start + width), y * width);
  }
  return { width, height, values };
}

/**
 * Resizes a plane by area averaging: a new pixel is the mean of the old ones that it covers,
 * weighted by the covered area.
 *
 * @param width New width, at least 1
 * @param height New height, at least 1
 */
export function resize(plane: Plane, width: number, height: number): Plane {
  return averageAlongRows(averageAlongRows(plane, width), height);
}

/** Resizes the rows and transposes the result, so that calling it twice resizes both directions. */
function averageAlongRows({ width, height, values }: Plane, newWidth: number): Plane {
  const step = width / newWidth;
  const result = new Float32Array(newWidth * height);
  for (let column = 0; column < newWidth; column++) {
    const [from, to] = [column * step, (column + 1) * step];
    const last = Math.min(Math.ceil(to), width);
    for (let y = 0; y < height; y++) {
      let sum = 0;
      for (let x = Math.floor(from); x < last; x++) {
        sum += values[y * width + x] * (Math.min(x + 1, to) - Math.max(x, from));
      }
      result[column * height + y] = sum / step;
    }
  }
  return { width: height, height: newWidth, values: result };
}

/** Shrinks a plane so that its longer side is at most the given length. */
export function fitInto(plane: Plane, side: number): Plane {
  const scale = side / longerSide(plane);
  if (scale >= 1) return plane;
  return resize(
    plane,
    Math.max(1, Math.round(plane.width * scale)),
    Math.max(1, Math.round(plane.height * scale)),
  );
}

/** Returns the larger of width and height. */
export function longerSide({ width, height }: { width: number; height: number }): number {
  return Math.max(width, height);
}

/** Applies a function to each value of a plane. */
export function mapPlane(
  { width, height, values }: Plane,
  change: (value: number, i: number) => number,
): Plane {
  const changed = new Float32Array(values.length);
  for (let i = 0; i < values.length; i++) changed[i] = change(values[i], i);
  return { width, height, values: changed };
}

/** Returns the smallest box that holds all ink; without ink, its width is not positive. */
export function inkBox({ width, height, values }: Plane): Box {
  let [left, right, top, bottom] = [width, 0, height, 0];
  for (let y = 0, i = 0; y < height; y++) {
    for (let x = 0; x < width; x++, i++) {
      if (values[i] === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = y + 1;
    }
  }
  return { left, top, width: right - left, height: bottom - top };
}

/** Returns the indices of the outermost pixels, clockwise from the upper left. */
export function edgePixels({ width, height }: { width: number; height: number }): number[] {
  const last = (height - 1) * width;
  const side = (count: number, pixel: (i: number) => number) =>
    Array.from({ length: count }, (_, i) => pixel(i));
  return [
    ...side(width, (x) => x),
    ...side(height - 1, (y) => (y + 2) * width - 1),
    ...side(width - 1, (x) => last + width - 2 - x),
    ...side(height - 2, (y) => last - (y + 1) * width),
  ];
}
