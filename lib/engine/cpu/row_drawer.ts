/** Which rows a step takes. */
import { createRowSelector } from "../../random/row_selector.ts";
import type { Key, ThreefryLayout } from "../../random/threefry.ts";

/** What says which rows a step takes: `permutation(key, n)[from .. from + count)`. */
export interface Draw {
  key: Key;
  from: number;
  count: number;
}

/** What a drawer draws from. */
export interface DrawOptions {
  /** How many rows there are. */
  n: number;
  /** The most rows of a draw. */
  largest: number;
  layout: ThreefryLayout;
}

/**
 * Makes a function that draws steps' rows. A key that comes twice in a row (the steps of an epoch
 * share theirs) is worth one whole permutation, kept for those that follow; other draws select.
 *
 * @example
 * ```ts
 * import { createRowDrawer } from "./row_drawer.ts";
 * import { permutation } from "../../random/distributions.ts";
 * import { prngKey } from "../../random/threefry.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const draw = createRowDrawer({ n: 10, largest: 3, layout: "legacy" });
 * const rows = new Uint32Array(3);
 * draw({ key: prngKey(1), from: 6, count: 3 }, rows);
 * assertEquals(rows, permutation(prngKey(1), 10).slice(6, 9));
 * ```
 */
export function createRowDrawer(
  { n, largest, layout }: DrawOptions,
): (draw: Draw, rows: Uint32Array) => void {
  const select = createRowSelector(n, largest, layout);
  let permute: typeof select | undefined;
  let lastKey: Key | undefined;
  let permutation: Uint32Array | undefined;

  return ({ key, from, count }, rows) => {
    const again = lastKey !== undefined && key[0] === lastKey[0] && key[1] === lastKey[1];
    lastKey = key;
    if (!again) {
      permutation = undefined;
      select(key, rows, from);
      return;
    }
    if (permutation === undefined) {
      permute ??= createRowSelector(n, n, layout);
      permutation = new Uint32Array(n);
      permute(key, permutation);
    }
    rows.set(permutation.subarray(from, from + count));
  };
}

/**
 * Draws the rows of several steps.
 *
 * @param draw Made by `createRowDrawer`
 * @param draws The steps
 * @returns Their rows, one step's behind the other's
 */
export function drawRows(
  draw: ReturnType<typeof createRowDrawer>,
  draws: readonly Draw[],
): Uint32Array<ArrayBuffer> {
  const rows = new Uint32Array(draws.reduce((sum, { count }) => sum + count, 0));
  let from = 0;
  for (const step of draws) draw(step, rows.subarray(from, from += step.count));
  return rows;
}
