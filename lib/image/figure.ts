/** Which of the ink is the digit: not the frame around it, nor the line under it. */
import { type Blob, findBlobs, keepBlobs, removeSpecks } from "./blobs.ts";
import { inkBox, longerSide, type Plane } from "./plane.ts";

/** A digit, or a part of one, is at least so large as a part of the picture's shorter side. */
const SMALLEST = 0.08;
/** Figures that are smaller than this part of what encloses them are strokes or specks within it. */
const SMALLEST_ENCLOSED = 0.25;
/** Digits side by side are about equally large: one is at least this part of the other. */
const SMALLEST_NEIGHBOUR = 0.5;
/** Digits are apart by at least this part of the larger one's longer side; a digit's strokes are not. */
const GAP = 0.12;
/** A line is at least so many times longer than high. */
const LINE = 5;
/** A digit is at most so many times wider than high: the widest of MNIST's test images is twice. */
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

/** A box, or a circle, around a digit. */
function encloses(blob: Blob, other: Blob): boolean {
  return blob.left < other.left && right(blob) > right(other) &&
    blob.top < other.top && bottom(blob) > bottom(other) &&
    longerSide(other) >= SMALLEST_ENCLOSED * longerSide(blob);
}

/** What the picture's edge cuts off, apart from a figure of about that size that is whole: the table, a neighbor. */
function isCutOff(blob: Blob, others: Blob[], picture: Plane): boolean {
  const touched = sidesTouched(blob, picture);
  const whole = others.filter((other) => sidesTouched(other, picture) === 0);
  if (touched === 4) return whole.length > 0; // a frame
  return touched > 0 &&
    whole.some((other) =>
      longerSide(other) >= SMALLEST_NEIGHBOUR * longerSide(blob) && areApart(blob, other)
    );
}

function sidesTouched(blob: Blob, { width, height }: Plane): number {
  return [blob.left === 0, blob.top === 0, right(blob) === width, bottom(blob) === height]
    .filter(Boolean).length;
}

/** A line below everything else, and wider. */
function isUnderline(blob: Blob, others: Blob[]): boolean {
  return others.length > 0 && blob.width >= LINE * blob.height &&
    others.every((other) => bottom(other) <= blob.top) &&
    blob.width > Math.max(...others.map(right)) - Math.min(...others.map(({ left }) => left));
}

function refuseSeveral(figures: Blob[]): void {
  for (const one of figures) {
    for (const other of figures) {
      const [small, large] = [longerSide(one), longerSide(other)].sort((a, b) => a - b);
      if (small >= SMALLEST_NEIGHBOUR * large && areApart(one, other)) {
        throw new RangeError("Cannot tell the digit as there must be only one: found several");
      }
    }
  }
}

/** Whether there is so much paper between two figures that they are no strokes of one digit. */
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
