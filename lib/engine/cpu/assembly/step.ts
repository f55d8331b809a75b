/** A step, and an evaluation: which phase follows which. */
import { backward } from "./backward";
import { block } from "./block";
import { takeDraw } from "./draw";
import { forward } from "./forward";
import { outputDeltas } from "./head";
import { buildInputs } from "./inputs";
import { blockRowNumbers, blockRows } from "./memory";
import { runPhase } from "./threads";
import { transposeInputs } from "./transpose";
import { update, updateChunks } from "./update";

/** The phases. Each needs all of the one before. */
const INPUTS: u32 = 0;
const DELTAS: u32 = 1;
const UPDATE: u32 = 2;
const OUTPUTS: u32 = 3;

/** Rows of a chunk: few enough for their numbers to stay in the cache, and a multiple of 4. */
const CHUNK_ROWS: u32 = 16;

/**
 * Takes a step, in blocks of rows that are as even as can be.
 *
 * @param number Which of the draws that were asked for says its rows
 * @param learningRate Of the step
 * @param correctedRate Adam's: learningRate / (1 - beta1^t)
 * @param correction2 Adam's: 1 / sqrt(1 - beta2^t)
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
    runPhase(UPDATE, updateChunks());
  }
  draw.release();
}

/** Fills x3 of `count` rows, whose numbers the host has written to blockRowNumbers; at most `blockRows`. */
export function evaluateRows(count: u32): void {
  block().isStep = false;
  block().count = count;
  runPhase(OUTPUTS, rowChunks());
}

/** Computes one chunk of a phase. */
export function runChunk(phase: u32, chunk: u32): void {
  if (phase == UPDATE) update(chunk);
  // The longest chunk, so the first: the other threads do rows meanwhile.
  else if (phase == DELTAS && chunk == 0) transposeInputs();
  else {
    if (phase == DELTAS) chunk--;
    const from = chunk * CHUNK_ROWS;
    const to = min(from + CHUNK_ROWS, block().count);
    if (phase != DELTAS) buildInputs(from, to);
    if (phase != INPUTS) forward(from, to);
    if (phase == DELTAS) {
      outputDeltas(from, to);
      backward(from, to);
    }
  }
}

function rowChunks(): u32 {
  return (block().count + CHUNK_ROWS - 1) / CHUNK_ROWS;
}
