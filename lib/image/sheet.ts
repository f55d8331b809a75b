/** Removes the table around a sheet of paper that is entirely in the picture. */
import { type Blob, findBlobs, keepBlobs, removeSpecks } from "./blobs.ts";
import { edgePixels, inkBox, mapPlane, type Plane } from "./plane.ts";
import { dilate, strokeThickness } from "./morphology.ts";
import { median, otsuThreshold } from "./threshold.ts";

/** Minimum area of a sheet, as a fraction of the picture. */
const MIN_SHEET_AREA = 0.05;
/** Minimum fraction of the smallest rectangle around a sheet that it fills. */
const MIN_FILLED = 0.88;
/** Minimum margin around the writing on a sheet, as a multiple of the strokes' thickness. */
const MIN_MARGIN = 2;
/** Maximum width of the sheet's blurred edge, as a fraction of the picture's shorter side. */
const BLUR_WIDTH = 0.015;

/**
 * Paints the table in the color of the sheet on it. A sheet is a rectangle, possibly tilted, that is
 * lighter or darker than most of the picture's edge and has writing on it.
 *
 * @param gray A picture, from 0 (black) to 255 (white)
 * @returns The picture without the table; the picture itself if it shows no sheet on a table
 */
export function removeTable(gray: Plane): Plane {
  const different = differsFromEdge(gray);
  const sheet = largestBlob(different);
  // Pixels outside the sheet are the table if they are connected to the edge. Others are writing.
  const rest = mapPlane(sheet, (value) => 1 - value);
  const found = findBlobs(rest);
  const table = keepBlobs(rest, found, (blob) => touchesEdge(blob, gray));
  const enclosed = keepBlobs(rest, found, (blob) => !touchesEdge(blob, gray));
  const writing = removeSpecks(
    mapPlane(enclosed, (value, i) => different.values[i] > 0 ? 0 : value),
  );
  if (!hasMargin(sheet, writing) || !isRectangle(mapPlane(table, (value) => 1 - value))) {
    return gray;
  }

  const color = median(gray.values.filter((_, i) => sheet.values[i] > 0));
  const blur = Math.ceil(BLUR_WIDTH * Math.min(gray.width, gray.height));
  const painted = dilate(table, blur).values;
  return mapPlane(gray, (value, i) => painted[i] > 0 ? color : value);
}

/** Returns 1 where a picture differs from most of its edge, otherwise 0. */
function differsFromEdge(gray: Plane): Plane {
  const threshold = otsuThreshold(gray.values, 255);
  const edge = edgePixels(gray);
  const isLight = edge.filter((i) => gray.values[i] >= threshold).length > edge.length / 2;
  return mapPlane(gray, (value) => (value >= threshold) === isLight ? 0 : 1);
}

function largestBlob(plane: Plane): Plane {
  const found = findBlobs(plane);
  const largest = found.blobs.reduce((largest, { mass }) => Math.max(largest, mass), 0);
  return keepBlobs(plane, found, ({ mass }) => mass === largest);
}

function touchesEdge({ left, top, width, height }: Blob, picture: Plane): boolean {
  return left === 0 || top === 0 || left + width === picture.width ||
    top + height === picture.height;
}

/** Whether a region of ones fills a rectangle at any angle. */
function isRectangle({ width, height, values }: Plane): boolean {
  let area = 0;
  // The first and the last pixel of each row, which are the farthest in every direction.
  const ends: { x: number; y: number }[] = [];
  for (let y = 0; y < height; y++) {
    let [first, last] = [-1, -1];
    for (let x = 0; x < width; x++) {
      if (values[y * width + x] === 0) continue;
      if (first < 0) first = x;
      last = x;
      area++;
    }
    if (first >= 0) ends.push({ x: first, y }, { x: last, y });
  }
  if (area < MIN_SHEET_AREA * values.length) return false;
  let smallest = Infinity;
  for (let degrees = 0; degrees < 90; degrees++) {
    const [cos, sin] = [Math.cos(degrees * Math.PI / 180), Math.sin(degrees * Math.PI / 180)];
    let [left, right, top, bottom] = [Infinity, -Infinity, Infinity, -Infinity];
    for (const { x, y } of ends) {
      const [along, across] = [cos * x + sin * y, cos * y - sin * x];
      left = Math.min(left, along), right = Math.max(right, along);
      top = Math.min(top, across), bottom = Math.max(bottom, across);
    }
    smallest = Math.min(smallest, (right - left + 1) * (bottom - top + 1));
  }
  return area >= MIN_FILLED * smallest;
}

/** Whether a sheet has writing with a margin around it. Without a margin, it is the hole of a digit. */
function hasMargin(sheet: Plane, writing: Plane): boolean {
  const [outer, inner] = [inkBox(sheet), inkBox(writing)];
  const margin = Math.min(
    inner.left - outer.left,
    inner.top - outer.top,
    outer.left + outer.width - inner.left - inner.width,
    outer.top + outer.height - inner.top - inner.height,
  );
  return inner.width > 0 && margin >= MIN_MARGIN * strokeThickness(writing);
}
