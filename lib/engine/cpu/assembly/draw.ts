/**
 * Samples the rows of steps: trainRows[permutation(key, n)[from .. from + count)].
 *
 * Rows do not depend on parameters. If thread 0 computes steps alone, thread 1 samples the rows of
 * coming steps meanwhile. If threads share steps, thread 0 samples the next step's rows at the start
 * of an update (step.ts). Both share a ring of slots (`slots`), one per requested draw, numbered in the order of
 * the requests:
 *
 *   FREE -> REQUESTED  thread 0, in `requestDraw`
 *   -> DRAWING         whichever thread claims it, by an atomic compare-and-exchange
 *   -> DRAWN           the same thread, once the rows are in the slot
 *   -> FREE            thread 0, when it has used the rows
 *
 * If thread 1 is late, thread 0 claims the draw that it needs, or, while it waits, the one after.
 */
import { DRAW, mark, WAIT } from "./clock";
import { images, slotBytes, slotCount, slots, trainRows } from "./memory";
import { permute } from "./permutation";
import { prefetchRows } from "./prefetch";
import * as scratch from "./scratch";
import { selectRows } from "./selection";
import { signal, spin, trainCount } from "./threads";

/** Up to n / 8 rows, selecting them is faster than sorting all n. */
const SELECT_UP_TO: u32 = 8;

// The states of a slot.
const FREE: u32 = 0;
const REQUESTED: u32 = 1;
const DRAWING: u32 = 2;
const DRAWN: u32 = 3;

/** A slot: the request, followed by the rows, u32 (count). */
// @ts-ignore: decorator
@unmanaged
export class Draw {
  state: u32;
  /** The number of the draw, counted from 0 through all requests. */
  number: u32;
  key0: u32;
  key1: u32;
  from: u32;
  count: u32;

  rows(): usize {
    return changetype<usize>(this) + 32;
  }

  /** Claims the draw for this thread; returns whether it was still unclaimed. */
  claim(): bool {
    return atomic.cmpxchg<u32>(changetype<usize>(this), REQUESTED, DRAWING) == REQUESTED;
  }

  currentState(): u32 {
    return atomic.load<u32>(changetype<usize>(this));
  }

  release(): void {
    atomic.store<u32>(changetype<usize>(this), FREE);
  }
}

function slotOf(number: u32): Draw {
  return changetype<Draw>(slots + (number % slotCount) * slotBytes);
}

/**
 * Requests a draw.
 *
 * @param number Its number; at most `slotCount` - 1 after the last one taken
 * @param wake Whether to wake a sleeping thread
 */
export function requestDraw(
  number: u32,
  key0: u32,
  key1: u32,
  from: u32,
  count: u32,
  wake: bool,
): void {
  const draw = slotOf(number);
  draw.key0 = key0;
  draw.key1 = key1;
  draw.from = from;
  draw.count = count;
  // The number comes last, because thread 1 reads it first.
  atomic.store<u32>(changetype<usize>(draw), REQUESTED);
  atomic.store<u32>(changetype<usize>(draw), number, offsetof<Draw>("number"));
  if (wake) signal();
}

/** Frees a draw's slot in any state; waits until no thread is drawing it. */
export function cancelDraw(number: u32): void {
  const draw = slotOf(number);
  if (!draw.claim()) { while (draw.currentState() == DRAWING) {} }
  draw.release();
}

/**
 * Returns a requested draw, once its rows are in the slot: waits for them, or draws them. The
 * caller releases it.
 */
export function takeDraw(number: u32): Draw {
  const draw = slotOf(number);
  let spins: u32 = 0;
  while (draw.currentState() != DRAWN) {
    if (draw.claim()) fillSlot(draw);
    // Thread 1 is drawing it; this thread draws the next one in the meantime.
    else if (!drawIfRequested(number + 1)) spins = spin(spins);
  }
  return draw;
}

/** The number of the next draw for thread 1, which draws ahead. */
let nextAhead: u32 = 0;

/** Thread 1 draws the next unclaimed draw; returns whether there was one. */
export function drawAhead(): bool {
  while (true) {
    const draw = slotOf(nextAhead);
    const number = atomic.load<u32>(changetype<usize>(draw), offsetof<Draw>("number"));
    // The slot still holds an earlier draw, so this one has not been requested. Slots begin with the
    // number 0, so draw 0 is left to thread 0, which needs it at once.
    if (<i32> (number - nextAhead) < 0) return false;
    nextAhead++;
    // Thread 0 may have claimed it already.
    if (draw.claim()) {
      fillSlot(draw);
      return true;
    }
  }
}

/** Draws a draw if it is requested and unclaimed; returns whether it was. */
export function drawIfRequested(number: u32): bool {
  const draw = slotOf(number);
  if (draw.number != number || !draw.claim()) return false;
  fillSlot(draw);
  return true;
}

/** Draws the rows of a claimed draw. */
function fillSlot(draw: Draw): void {
  mark(DRAW);
  drawInto(draw.rows(), draw.key0, draw.key1, draw.from, draw.count);
  // Cores share the last-level cache, so this helps all threads.
  if (images != 0) prefetchRows(draw.rows(), draw.count);
  atomic.store<u32>(changetype<usize>(draw), DRAWN);
  mark(WAIT);
}

/** The key and the length of the permutation in this thread's scratch memory. */
let permutedKey0: u32 = 0;
let permutedKey1: u32 = 0;
let permutedCount: u32 = 0;

/**
 * Fills rows, u32 (count), with trainRows[permutation(key, n)[from .. from + count)].
 *
 * Few rows from position 0 on are selected. Otherwise the whole permutation is computed and kept,
 * because the steps of an epoch use the same key one after the other.
 */
export function drawInto(rows: usize, key0: u32, key1: u32, from: u32, count: u32): void {
  const n = trainCount();
  scratch.layOut(n);
  const isKept = permutedCount == n && permutedKey0 == key0 && permutedKey1 == key1;
  if (
    isKept || from != 0 || count > n / SELECT_UP_TO || !selectRows(key0, key1, n, rows, count)
  ) {
    if (!isKept) {
      permute(key0, key1, n);
      permutedKey0 = key0;
      permutedKey1 = key1;
      permutedCount = n;
    }
    memory.copy(rows, scratch.permutation + 4 * from, 4 * count);
  }
  for (let row = rows; row < rows + 4 * count; row += 4) {
    store<u32>(row, load<u32>(trainRows + 4 * load<u32>(row)));
  }
}
