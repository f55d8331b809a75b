/** Separates the digit's ink from frames around it, lines below it and parts of other digits. */
import { type Blob, findBlobs, keepBlobs, removeSpecks } from "./blobs.ts";
import { inkBox, longerSide, type Plane } from "./plane.ts";

/** Minimum size of a digit or a part of one, as a fraction of the picture's shorter side. */
const MIN_SIZE = 0.08;
/** Minimum size of a digit, as a fraction of the frame around it. */
const MIN_SIZE_IN_FRAME = 0.25;
/** Adjacent digits are of similar size: the smaller is at least this fraction of the larger. */
const MIN_SIZE_RATIO = 0.5;
/** Minimum gap between digits, as a fraction of the larger one's longer side. Gaps in a digit are smaller. */
const MIN_GAP = 0.12;
/** Minimum ratio of width to height of a line. */
const MIN_LINE_ASPECT = 5;
/** Maximum ratio of width to height of a digit: that of the widest one in MNIST's test images. */
const MAX_DIGIT_ASPECT = 2;

/**
 * Keeps the ink of one digit.
 *
 * @param ink From 0 (paper) to 1 (full ink)
 * @throws {RangeError} If there seem to be several digits, or the ink is too wide for one
 */
export function isolateDigit(ink: Plane): Plane {
  const found = findBlobs(ink);
  const minSize = MIN_SIZE * Math.min(ink.width, ink.height);
  const figures = new Set(found.blobs.filter((blob) => longerSide(blob) >= minSize));
  const dropped = new Set<Blob>();
  const drop = (isDropped: (blob: Blob, others: Blob[]) => boolean) => {
    for (const blob of figures) {
      const others = [...figures].filter((other) => other !== blob);
      if (!isDropped(blob, others)) continue;
      figures.delete(blob);
      dropped.add(blob);
    }
  };
  drop((blob, others) => others.some((other) => encloses(blob, other)));
  drop((blob, others) => isCutOff(blob, others, ink));
  drop(isUnderline);
  rejectSeveral([...figures]);
  const digit = keepBlobs(ink, found, (blob) => !dropped.has(blob));
  const { width, height } = inkBox(removeSpecks(digit));
  if (width > MAX_DIGIT_ASPECT * height) {
    throw new RangeError(
      `Cannot recognize the digit as it must be at most ${MAX_DIGIT_ASPECT} times as wide as ` +
        `high: it is ${(width / height).toFixed(1)} times as wide`,
    );
  }
  return digit;
}

/** Whether a blob is a box or a circle around another. */
function encloses(blob: Blob, other: Blob): boolean {
  return blob.left < other.left && right(blob) > right(other) &&
    blob.top < other.top && bottom(blob) > bottom(other) &&
    longerSide(other) >= MIN_SIZE_IN_FRAME * longerSide(blob);
}

/** Whether the picture's edge cuts off a blob, such as the table or a neighboring digit. */
function isCutOff(blob: Blob, others: Blob[], picture: Plane): boolean {
  const touched = sidesTouched(blob, picture);
  const uncut = others.filter((other) => sidesTouched(other, picture) === 0);
  if (touched === 4) return uncut.length > 0; // a frame
  return touched > 0 &&
    uncut.some((other) =>
      longerSide(other) >= MIN_SIZE_RATIO * longerSide(blob) && areApart(blob, other)
    );
}

function sidesTouched(blob: Blob, { width, height }: Plane): number {
  return [blob.left === 0, blob.top === 0, right(blob) === width, bottom(blob) === height]
    .filter(Boolean).length;
}

/** Whether a blob is a line below all other blobs, and wider than them. */
function isUnderline(blob: Blob, others: Blob[]): boolean {
  return others.length > 0 && blob.width >= MIN_LINE_ASPECT * blob.height &&
    others.every((other) => bottom(other) <= blob.top) &&
    blob.width > Math.max(...others.map(right)) - Math.min(...others.map(({ left }) => left));
}

function rejectSeveral(figures: Blob[]): void {
  for (const one of figures) {
    for (const other of figures) {
      const [small, large] = [longerSide(one), longerSide(other)].sort((a, b) => a - b);
      if (small >= MIN_SIZE_RATIO * large && areApart(one, other)) {
        throw new RangeError(
          "Cannot recognize the digit as there must be only one: the picture shows several; crop it",
        );
      }
    }
  }
}

/** Whether two figures are too far apart to be strokes of one digit. */
function areApart(one: Blob, other: Blob): boolean {
  const gap = Math.max(
    other.left - right(one),
    one.left - right(other),
    other.top - bottom(one),
    one.top - bottom(other),
  );
  return gap >= MIN_GAP * Math.max(longerSide(one), longerSide(other));
}

function right({ left, width }: Blob): number {
  return left + width;
}

function bottom({ top, height }: Blob): number {
  return top + height;
}
