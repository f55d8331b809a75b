/**
 * Which rows a step takes: `permutation(key, n)[from .. from + count)` of the training rows.
 *
 * Batches do not depend on parameters, so thread 1 draws ahead into a ring of slots while thread 0
 * computes. Where it lags, thread 0 draws for itself.
 */
import {
  drawScratch,
  drawScratchBytes,
  images,
  slotBytes,
  slotCount,
  slots,
  thread,
  trainRows,
} from "./memory";
import { permute } from "./permutation";
import { select } from "./selection";
import { lookAgain, signal, trainCount } from "./threads";
import { touchRows } from "./touch";

/** Up to 1 / 8 of the rows, selecting is faster than sorting all. */
const SELECT_UP_TO: u32 = 8;

// States of a slot.
const FREE: u32 = 0;
const ASKED: u32 = 1;
const BEING_DRAWN: u32 = 2;
const DRAWN: u32 = 3;

/** A slot: what is to be drawn, and behind it the rows, u32 (count). */
// @ts-ignore: decorator
@unmanaged
export class Draw {
  state: u32;
  /** Which draw of all that were ever asked for. */
  number: u32;
  key0: u32;
  key1: u32;
  from: u32;
  count: u32;

  rows(): usize {
    return changetype<usize>(this) + 32;
  }

  /** Takes it on for this thread, if nobody has. */
  claim(): bool {
    return atomic.cmpxchg<u32>(changetype<usize>(this), ASKED, BEING_DRAWN) == ASKED;
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

/** Asks for a draw, which must be at most `slotCount` - 1 after the last one taken; `wake` says so to a sleeping thread. */
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
  // The number last: thread 1 looks at it first.
  atomic.store<u32>(changetype<usize>(draw), ASKED);
  atomic.store<u32>(changetype<usize>(draw), number, offsetof<Draw>("number"));
  if (wake) signal();
}

/** Gives a draw's slot back, whether its rows are there or not; waits for a thread that is at it. */
export function cancelDraw(number: u32): void {
  const draw = slotOf(number);
  if (!draw.claim()) { while (draw.currentState() == BEING_DRAWN) {} }
  draw.release();
}

/** The rows of a draw that was asked for: waits for them, or draws them. To be released. */
export function takeDraw(number: u32): Draw {
  const draw = slotOf(number);
  let looks: u32 = 0;
  while (draw.currentState() != DRAWN) {
    if (draw.claim()) fill(draw);
    // Another thread is at it: what comes next can be drawn meanwhile.
    else if (!drawNext(number + 1)) looks = lookAgain(looks);
  }
  return draw;
}

/** The first draw that thread 1 has not looked at. */
let ahead: u32 = 0;

/** Draws the next that nobody is at; whether there was one. */
export function drawAhead(): bool {
  while (true) {
    const draw = slotOf(ahead);
    const number = atomic.load<u32>(changetype<usize>(draw), offsetof<Draw>("number"));
    // The slot still has an earlier draw: this one was not asked for yet.
    if (<i32> (number - ahead) < 0) return false;
    ahead++;
    // Thread 0 may have been at it already.
    if (draw.claim()) {
      fill(draw);
      return true;
    }
  }
}

/** Draws one that was asked for and that nobody is at; whether it was so. */
function drawNext(number: u32): bool {
  const draw = slotOf(number);
  if (draw.number != number || !draw.claim()) return false;
  fill(draw);
  return true;
}

function fill(draw: Draw): void {
  drawInto(draw.rows(), draw.key0, draw.key1, draw.from, draw.count);
  // Cores share their last cache: what one has touched is nearer to the other.
  if (images != 0) touchRows(draw.rows(), draw.count);
  atomic.store<u32>(changetype<usize>(draw), DRAWN);
}

/** Behind which key this thread's permutation is, and of how many rows. */
let permutedKey0: u32 = 0;
let permutedKey1: u32 = 0;
let permutedCount: u32 = 0;

/** Draws rows: numbers of the data's rows, u32 (count). */
export function drawInto(rows: usize, key0: u32, key1: u32, from: u32, count: u32): void {
  const n = trainCount();
  const keys = drawScratch + thread * drawScratchBytes;
  const room = (4 * n + 79) & ~15;
  const pairs = keys + room;
  const others = pairs + 2 * room;
  const permutation = others + 2 * room;
  const counts = permutation + room;
  const isKept = permutedCount == n && permutedKey0 == key0 && permutedKey1 == key1;
  if (
    isKept || from != 0 || count > n / SELECT_UP_TO ||
    !select(key0, key1, n, rows, count, keys, pairs, others, counts)
  ) {
    if (!isKept) {
      permute(key0, key1, n, permutation, keys, pairs, others, counts);
      permutedKey0 = key0;
      permutedKey1 = key1;
      permutedCount = n;
    }
    memory.copy(rows, permutation + 4 * from, 4 * count);
  }
  for (let row = rows; row < rows + 4 * count; row += 4) {
    store<u32>(row, load<u32>(trainRows + 4 * load<u32>(row)));
  }
}
