/// <reference lib="dom" />
/** Draws the parts of the page whose share of the state has changed. */

/** A part of the page. */
export interface Part {
  /** Returns everything that the part shows. */
  of(): unknown[];
  draw(): void;
}

interface DrawnPart extends Part {
  /** What it showed when it was drawn. */
  drawn?: unknown[];
}

const parts: DrawnPart[] = [];
/** The parts to draw, in the order in which they became due. */
const due = new Set<DrawnPart>();

/** Adds parts, which are drawn in this order. */
export function addParts(added: readonly Part[]): void {
  parts.push(...added);
}

/** Draws what has changed, in the next frames. */
export function render(): void {
  if (due.size === 0) requestAnimationFrame(drawDue);
  for (const part of parts) due.add(part);
}

/** Draws parts until a frame's time is used up. */
function drawDue(): void {
  const begin = performance.now();
  for (const part of due) {
    due.delete(part);
    const shown = part.of();
    if (part.drawn && isEqual(part.drawn, shown)) continue;
    part.drawn = shown;
    part.draw();
    if (performance.now() - begin > 4) break; // layout and paint take their time, too
  }
  if (due.size > 0) requestAnimationFrame(drawDue);
}

/** Whether two lists have the same items. */
export function isEqual(one: readonly unknown[], other: readonly unknown[]): boolean {
  return one.length === other.length && one.every((value, i) => Object.is(value, other[i]));
}
