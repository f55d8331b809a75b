/**
 * The training loop for other frameworks in TypeScript (bench/peers/*.ts): runs a net's steps and
 * evaluations, times them, and prints the result as one line of JSON.
 *
 * A framework provides the net and a training step; this file samples the rows. ours.ts and the
 * Python scripts in bench/peers have their own loops.
 */
import type { Dataset } from "../lib/data/dataset.ts";
import { readIdxFolder } from "../lib/data/idx_folder.ts";
import { rowScales } from "../lib/data/normalize.ts";
import { predictedClass } from "../lib/net/maths.ts";
import { NOTEBOOK, type TrainingOptions } from "../lib/training/options.ts";
import { peerOptions } from "./peer_net.ts";
import { SCHEDULES } from "../lib/training/schedules.ts";

/** The line of JSON that the process of an implementation prints. */
export interface Result {
  /** Name, version and device. */
  title: string;
  /** The number of timed steps. */
  iterations: number;
  /**
   * The duration of the loop, from before the first row is sampled until the last result is read.
   */
  seconds: number;
  /** The accuracy on all test rows after those steps, from 0 to 1. */
  accuracy: number;
}

/** A net in another framework. */
export interface Peer {
  /** Name, version and device. */
  title: string;
  /** Runs or queues one step on inputs (B, D) and one-hot labels (B, C). */
  step(inputs: Float32Array, labels: Float32Array, learningRate: number): void;
  /** Returns the net's outputs (`EVALUATED`, C) for inputs (`EVALUATED`, D). */
  outputs(inputs: Float32Array): Promise<Float32Array>;
  /** Waits for all queued work. */
  settle(): Promise<void>;
}

/** The number of rows of an evaluation. */
export const EVALUATED = NOTEBOOK.evalSize;

const CLASSES = 10;
/**
 * The number of untimed steps at the beginning, during which kernels are compiled; fewer if fewer
 * are timed.
 */
export const WARM_UP = 20;
/**
 * The number of steps between two waits. Without waits, frameworks on WebGPU would queue all steps
 * and run out of memory.
 */
const SETTLE_EVERY = 100;

/**
 * Trains a net as the command line says: the device, the folder of the IDX files, the number of
 * steps, and JSON with the net's name. Exits the process at the end, because frameworks may leave threads running.
 *
 * Rows are sampled without replacement by `Math.random`, which takes almost no time: other
 * frameworks need not draw JAX's random numbers.
 *
 * @param makePeer Creates the options' net on the device; devices have the framework's names
 */
export async function runPeer(
  makePeer: (device: string, options: TrainingOptions) => Promise<Peer>,
): Promise<never> {
  const [device, folder, steps, described] = Deno.args;
  const options = peerOptions(JSON.parse(described).net);
  const data = readIdxFolder(folder);
  const rows = new Rows(data, options.scale);
  const peer = await makePeer(device, options);
  const iterations = Number(steps);

  const step = (iteration: number) => {
    const sampled = sampleRows(options.batchSize, 0, data.trainRows);
    const learningRate = SCHEDULES[options.schedule].rate(
      iteration,
      options,
      iterations,
    );
    peer.step(rows.inputs(sampled), rows.oneHot(sampled), learningRate);
  };
  const testRows = Array.from(data.labels.keys()).slice(data.trainRows);
  const evaluate = () =>
    accuracyOf(peer, rows, sampleRows(EVALUATED, data.trainRows, data.labels.length));

  for (let i = 1; i <= Math.min(WARM_UP, iterations); i++) step(i);
  await evaluate();
  await peer.settle();

  const start = performance.now();
  for (let i = 1; i <= iterations; i++) {
    step(i);
    if (i % SETTLE_EVERY === 0) await peer.settle();
    if (i % options.evalEvery === 0) await evaluate();
  }
  await peer.settle();
  const seconds = (performance.now() - start) / 1000;

  const { title } = peer;
  printResult({ title, iterations, seconds, accuracy: await accuracyOf(peer, rows, testRows) });
  Deno.exit(0);
}

/** Prints a result for bench/peers.ts to read. */
export function printResult(result: Result): void {
  console.log(JSON.stringify(result));
}

/** The rows of a data set as the net's inputs. */
class Rows {
  readonly #data: Dataset;
  readonly #pixels: number;
  readonly #inputs: Float32Array;

  constructor(data: Dataset, scale: TrainingOptions["scale"]) {
    this.#data = data;
    this.#pixels = data.width * data.height;
    const scales = rowScales(data, scale);
    this.#inputs = Float32Array.from(
      data.images,
      (byte, i) => byte * scales[Math.floor(i / this.#pixels)],
    );
  }

  label(row: number): number {
    return this.#data.labels[row];
  }

  /** Returns a new array with shape (rows.length, D). */
  inputs(rows: number[]): Float32Array {
    const pixels = this.#pixels;
    const inputs = new Float32Array(rows.length * pixels);
    rows.forEach((row, i) =>
      inputs.set(this.#inputs.subarray(row * pixels, (row + 1) * pixels), i * pixels)
    );
    return inputs;
  }

  /** Returns a new array with shape (rows.length, C). */
  oneHot(rows: number[]): Float32Array {
    const oneHot = new Float32Array(rows.length * CLASSES);
    rows.forEach((row, i) => oneHot[i * CLASSES + this.label(row)] = 1);
    return oneHot;
  }
}

/** Samples distinct rows from `from` to `to - 1`. */
function sampleRows(count: number, from: number, to: number): number[] {
  const sampled = new Set<number>();
  while (sampled.size < count) sampled.add(from + Math.floor(Math.random() * (to - from)));
  return [...sampled];
}

/** Returns the accuracy on some rows. */
async function accuracyOf(peer: Peer, rows: Rows, tested: number[]): Promise<number> {
  let correct = 0;
  for (let begin = 0; begin < tested.length; begin += EVALUATED) {
    const part = tested.slice(begin, begin + EVALUATED);
    const outputs = await peer.outputs(rows.inputs(part));
    part.forEach((row, i) => {
      const answer = predictedClass(outputs.subarray(i * CLASSES, (i + 1) * CLASSES));
      if (answer === rows.label(row)) correct++;
    });
  }
  return correct / tested.length;
}
