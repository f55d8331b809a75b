/** Isolates the digit's ink from frames around it and lines below it. */
import { type Blob, findBlobs, keepBlobs, removeSpecks } from "./blobs.ts";
import { inkBox, longerSide, type Plane } from "./plane.ts";

/** Minimum size of a digit or a part of one, as a fraction of the picture's shorter side. */
const SMALLEST = 0.08;
/** A figure smaller than this fraction of what encloses it is a stroke or speck inside it. */
const SMALLEST_ENCLOSED = 0.25;
/** Adjacent digits are of similar size: the smaller is at least this fraction of the larger. */
const SMALLEST_NEIGHBOR = 0.5;
/** Minimum gap between digits, as a fraction of the larger one's longer side; gaps within a digit are smaller. */
const GAP = 0.12;
/** Minimum ratio of width to height of a line. */
const LINE = 5;
/** Maximum ratio of width to height of a digit, that of the widest in MNIST's test images. */
const WIDEST = 2;

/**
 * Keeps the ink of one digit.
 *
 * @param ink 0 paper to 1 full ink
 * @returns A new plane
 * @throws {RangeError} If there seem to be several digits, or none
 */
export function isolateDigit(ink: Plane): Plane {
  const found = findBlobs(ink);
  const smallest = SMALLEST * Math.min(ink.width, ink.height);
  const figures = new Set(found.blobs.filter((blob) => longerSide(blob) >= smallest));
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
  refuseSeveral([...figures]);
  const digit = keepBlobs(ink, found, (blob) => !dropped.has(blob));
  const { width, height } = inkBox(removeSpecks(digit));
  if (width > WIDEST * height) {
    throw new RangeError(
      `Cannot tell the digit as it must be at most ${WIDEST} times wider than high: ` +
        `current value is ${(width / height).toFixed(1)}`,
    );
  }
  return digit;
}

/** Whether a blob is a box or a circle around another. */
function encloses(blob: Blob, other: Blob): boolean {
  return blob.left < other.left && right(blob) > right(other) &&
    blob.top < other.top && bottom(blob) > bottom(other) &&
    longerSide(other) >= SMALLEST_ENCLOSED * longerSide(blob);
}

/** Whether a blob is cut off by the picture's edge, like the table or a neighboring digit. */
function isCutOff(blob: Blob, others: Blob[], picture: Plane): boolean {
  const touched = sidesTouched(blob, picture);
  const whole = others.filter((other) => sidesTouched(other, picture) === 0);
  if (touched === 4) return whole.length > 0; // a frame
  return touched > 0 &&
    whole.some((other) =>
      longerSide(other) >= SMALLEST_NEIGHBOR * longerSide(blob) && areApart(blob, other)
    );
}

function sidesTouched(blob: Blob, { width, height }: Plane): number {
  return [blob.left === 0, blob.top === 0, right(blob) === width, bottom(blob) === height]
    .filter(Boolean).length;
}

/** Whether a blob is a line below everything else, and wider. */
function isUnderline(blob: Blob, others: Blob[]): boolean {
  return others.length > 0 && blob.width >= LINE * blob.height &&
    others.every((other) => bottom(other) <= blob.top) &&
    blob.width > Math.max(...others.map(right)) - Math.min(...others.map(({ left }) => left));
}

function refuseSeveral(figures: Blob[]): void {
  for (const one of figures) {
    for (const other of figures) {
      const [small, large] = [longerSide(one), longerSide(other)].sort((a, b) => a - b);
      if (small >= SMALLEST_NEIGHBOR * large && areApart(one, other)) {
        throw new RangeError("Cannot tell the digit as there must be only one: found several");
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
  return gap >= GAP * Math.max(longerSide(one), longerSide(other));
}

function right({ left, width }: Blob): number {
  return left + width;
}

function bottom({ top, height }: Blob): number {
  return top + height;
}
