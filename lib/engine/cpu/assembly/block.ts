/** What is being computed: a step's rows, or rows to evaluate, in blocks of at most `blockRows`. */
import { control } from "./memory";

/** Written by the calling thread, read by all. */
// @ts-ignore: decorator
@unmanaged
export class Block {
  /** Rows of the block. */
  count: u32;
  /** Whether it is part of a step; else of an evaluation. */
  isStep: bool;
  /** Of a step: whether this is its first block, and its last. */
  isFirst: bool;
  isLast: bool;
  /** Of a step: what its rows were drawn by, and the place of the block's first row in the permutation. */
  key0: u32;
  key1: u32;
  from: u32;
  /** Of a step: 1 over its rows. */
  weight: f32;
  learningRate: f32;
  /** Of a step by Adam: learning rate / (1 - beta1^t), and 1 / sqrt(1 - beta2^t). */
  correctedRate: f32;
  correction2: f32;
}

/** Where threads.ts keeps its words, in front of the block's. */
export const BLOCK_OFFSET: usize = 64;

/** The block at work. */
// @ts-ignore: decorator
@inline
export function block(): Block {
  return changetype<Block>(control + BLOCK_OFFSET);
}
