/**
 * Training steps and evaluations as sequences of phases. Each phase needs all results of the one
 * before, so threads wait for each other between phases. Within a phase, the work is divided into
 * chunks that write different numbers, and threads claim chunk after chunk (threads.ts).
 *
 *   step:        INPUTS, in chunks of rows
 *                DELTAS, in chunks of rows, and one chunk that transposes layer 1's inputs
 *                DELTAS1, if layer 2 is sparse: in chunks of rows, and one chunk that transposes its
 *                inputs
 *                UPDATE, in chunks of parameters
 *   evaluation:  OUTPUTS, in chunks of rows
 */
import { backwardToLayer1, backwardToLayer2 } from "./backward";
import { block } from "./block";
import { drawIfRequested, takeDraw } from "./draw";
import { forward } from "./forward";
import { outputDeltas } from "./head";
import { buildInputs } from "./inputs";
import { layer } from "./layer";
import { blockRowNumbers, blockRows, stepThreads } from "./memory";
import { finishPhase, runPhase, startPhase } from "./threads";
import { transposeInputs } from "./transpose";
import { update, updateChunks } from "./update";

/** The rows' nonzero pixels. */
const INPUTS: u32 = 0;
/** Forward and backward pass, and layer 1's inputs sorted by pixel; without d1 if DELTAS1 follows. */
const DELTAS: u32 = 1;
/** The end of the backward pass, and layer 2's inputs sorted by input, which needs all rows. */
const DELTAS1: u32 = 2;
/** The gradients, and the optimizer's update. */
const UPDATE: u32 = 3;
/** The rows' nonzero pixels and the forward pass. */
const OUTPUTS: u32 = 4;

/**
 * The least and the most rows of a chunk, multiples of 4. More rows use a panel of weights more often
 * while it is in the cache; fewer divide the work more evenly between threads.
 */
const LEAST_ROWS: u32 = 16;
const MOST_ROWS: u32 = 128;

/**
 * Takes a step, in blocks of about equally many rows.
 *
 * @param number The number of the draw that has the step's rows
 * @param learningRate The step's learning rate
 * @param correctedRate For Adam: learningRate / (1 - beta1^t)
 * @param correction2 For Adam: 1 / sqrt(1 - beta2^t)
 */
export function takeStep(
  number: u32,
  learningRate: f32,
  correctedRate: f32,
  correction2: f32,
): void {
  const draw = takeDraw(number);
  const count = draw.count;
  const blocks = (count + blockRows - 1) / blockRows;
  const size = ((count + blocks - 1) / blocks + 3) & ~3;
  const step = block();
  step.isStep = true;
  step.key0 = draw.key0;
  step.key1 = draw.key1;
  step.weight = <f32> (1.0 / <f64> count);
  step.learningRate = learningRate;
  step.correctedRate = correctedRate;
  step.correction2 = correction2;
  for (let first: u32 = 0; first < count; first += size) {
    step.count = min(size, count - first);
    step.from = draw.from + first;
    step.isFirst = first == 0;
    step.isLast = first + size >= count;
    memory.copy(blockRowNumbers, draw.rows() + 4 * first, 4 * step.count);
    runPhase(INPUTS, rowChunks());
    runPhase(DELTAS, 1 + rowChunks());
    if (layer(2).isSparse) runPhase(DELTAS1, 1 + rowChunks());
    if (stepThreads == 1 || !step.isLast) {
      runPhase(UPDATE, updateChunks());
    } else {
      // The next step's rows are sampled while the other threads begin with the update, which has
      // enough chunks to keep all threads busy to its end.
      startPhase(UPDATE, updateChunks());
      drawIfRequested(number + 1);
      finishPhase(updateChunks());
    }
  }
  draw.release();
}

/**
 * Computes x3 of `count` rows, at most `blockRows`. The host has written their numbers to
 * blockRowNumbers.
 */
export function evaluateRows(count: u32): void {
  block().isStep = false;
  block().count = count;
  runPhase(OUTPUTS, rowChunks());
}

/** Computes a chunk of a phase. */
export function runChunk(phase: u32, chunk: u32): void {
  if (phase == UPDATE) {
    update(chunk);
    return;
  }
  // Transposing takes longest, so it comes first; other threads take chunks of rows in the meantime.
  if (phase == DELTAS || phase == DELTAS1) {
    if (chunk == 0) {
      transposeInputs(layer(phase == DELTAS ? 1 : 2));
      return;
    }
    chunk--;
  }
  const from = firstRow(chunk);
  const to = firstRow(chunk + 1);
  if (phase == INPUTS || phase == OUTPUTS) buildInputs(from, to);
  if (phase == DELTAS || phase == OUTPUTS) forward(from, to);
  if (phase == DELTAS) {
    outputDeltas(from, to);
    backwardToLayer2(from, to);
  }
  if (phase == (layer(2).isSparse ? DELTAS1 : DELTAS)) backwardToLayer1(from, to);
}

/** Returns the number of chunks of rows. */
function rowChunks(): u32 {
  let chunks: u32 = 0;
  for (let row: u32 = 0; row < block().count; row += rowsOfChunk(row)) chunks++;
  return chunks;
}

/** Returns the first row of a chunk; after the last chunk, the number of rows. */
function firstRow(chunk: u32): u32 {
  let row: u32 = 0;
  for (; chunk > 0; chunk--) row += rowsOfChunk(row);
  return min(row, block().count);
}

/**
 * Returns the number of rows of the chunk that begins with this row: three quarters of each thread's
 * share of the rows that are left. So the first chunks are long, and the last ones so short that all
 * threads end at about the same time.
 */
function rowsOfChunk(row: u32): u32 {
  const part = (3 * (block().count - row) / (4 * stepThreads) + 3) & ~3;
  return max(LEAST_ROWS, min(MOST_ROWS, part));
}
