/**
 * The block that the threads are computing. The rows of a step or an evaluation are processed in
 * blocks of at most `blockRows` rows, for which the arrays of memory.ts have room.
 */
import { control } from "./memory";

/**
 * Thread 0 writes it before each block; all threads read it. The fields from `isFirst` on are of
 * steps only.
 */
// @ts-ignore: decorator
@unmanaged
export class Block {
  /** The number of rows in the block. */
  count: u32;
  /** Whether it belongs to a step; otherwise it belongs to an evaluation. */
  isStep: bool;
  /** Whether it is the step's first block, and its last. */
  isFirst: bool;
  isLast: bool;
  /**
   * The key of the step's permutation, and the position in the permutation of the block's first
   * row.
   */
  key0: u32;
  key1: u32;
  from: u32;
  /** 1 / (the step's number of rows): makes sums over the rows averages. */
  weight: f32;
  learningRate: f32;
  /** Adam's learning rate / (1 - beta1^t), and 1 / sqrt(1 - beta2^t). */
  correctedRate: f32;
  correction2: f32;
}

/** Offset in `control`, after the words of threads.ts. */
export const BLOCK_OFFSET: usize = 64;

/** Returns the current block. */
// @ts-ignore: decorator
@inline
export function block(): Block {
  return changetype<Block>(control + BLOCK_OFFSET);
}
