/**
 * This thread's scratch memory for sampling rows from n training rows. A pair is {u32 value, u32
 * key}; read as one u64, pairs are in the order of their keys, and then of their values.
 */
import { drawScratch, drawScratchBytes, thread } from "./memory";

/** u32 (n): the random keys of a sorting round */
export let keys: usize = 0;
/** (n) pairs */
export let pairs: usize = 0;
/** (n) pairs: the same sorted */
export let sortedPairs: usize = 0;
/** u32 (n): the last permutation */
export let permutation: usize = 0;
/** 2 n + 32,768 bytes: the counters of a sort, or the bins of a selection */
export let counters: usize = 0;

/** Sets the addresses for n rows; planDraws in ../layout.ts reserves the memory. */
export function layOut(n: u32): void {
  const bytes = (4 * n + 79) & ~15;
  keys = drawScratch + thread * drawScratchBytes;
  pairs = keys + bytes;
  sortedPairs = pairs + 2 * bytes;
  permutation = sortedPairs + 2 * bytes;
  counters = permutation + bytes;
}
