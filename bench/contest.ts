/**
 * One contestant's process: times the notebook's training loop, with sampling
 * and evaluations, and prints one line of JSON.
 *
 * This is the loop for TypeScript contestants, which provide only a net and a
 * step; ours.ts and the Python scripts in peers/ have loops of their own.
 */
import type { Dataset } from "../lib/data/dataset.ts";
import { readIdxFolder } from "../lib/data/idx_folder.ts";
import { rowScales } from "../lib/data/normalize.ts";
import { predictedClass } from "../lib/net/maths.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { learningRateOf } from "../lib/training/plan.ts";

/** The output of a contestant's process. */
export interface Result {
  /** Name, version and device. */
  title: string;
  /** Number of steps timed. */
  iterations: number;
  /** Seconds of the loop, from before the first row is drawn until the last result is read. */
  seconds: number;
  /** Accuracy over all test rows after those steps: a fraction, 0 to 1. */
  accuracy: number;
}

/** A net and a way to train it. */
export interface Peer {
  /** Name, version and device. */
  title: string;
  /** Takes, or queues, one step: inputs (B, D), one-hot labels (B, C). */
  step(inputs: Float32Array, labels: Float32Array, learningRate: number): void;
  /** The net's outputs (B, C) for `EVALUATED` inputs (B, D). */
  outputs(inputs: Float32Array): Promise<Float32Array>;
  /** Waits for all queued work. */
  settle(): Promise<void>;
}

/** Number of rows per step, and per evaluation. */
export const BATCH = NOTEBOOK.batchSize;
export const EVALUATED = NOTEBOOK.evalSize;

const CLASSES = 10;
/** Untimed steps before the clock starts, during which kernels are compiled. */
const WARM_UP = 20;
/** Steps between two waits. Without them, peers on WebGPU would queue everything and exhaust memory. */
const SETTLE_EVERY = 100;

/**
 * Trains a peer with the arguments of the command line: device, folder of IDX
 * files, steps. Ends the process, as peers may leave threads running.
 *
 * Rows are sampled without replacement by Math.random, which takes almost no
 * time: peers need not draw JAX's random numbers.
 *
 * @param makePeer Creates the peer on a device, which it names itself
 */
export async function contest(makePeer: (device: string) => Promise<Peer>): Promise<never> {
  const [device, folder, steps] = Deno.args;
  const data = readIdxFolder(folder);
  const rows = new Rows(data);
  const peer = await makePeer(device);
  const iterations = Number(steps);

  const step = (iteration: number) => {
    const drawn = draw(BATCH, 0, data.trainRows);
    const learningRate = learningRateOf(iteration, NOTEBOOK, NOTEBOOK.iterations);
    peer.step(rows.inputs(drawn), rows.oneHot(drawn), learningRate);
  };
  const testRows = Array.from(data.labels.keys()).slice(data.trainRows);
  const evaluate = () => accuracy(peer, rows, draw(EVALUATED, data.trainRows, data.labels.length));

  for (let i = 1; i <= WARM_UP; i++) step(i);
  await evaluate();
  await peer.settle();

  const start = performance.now();
  for (let i = 1; i <= iterations; i++) {
    step(i);
    if (i % SETTLE_EVERY === 0) await peer.settle();
    if (i % NOTEBOOK.evalEvery === 0) await evaluate();
  }
  await peer.settle();
  const seconds = (performance.now() - start) / 1000;

  const { title } = peer;
  print({ title, iterations, seconds, accuracy: await accuracy(peer, rows, testRows) });
  Deno.exit(0);
}

/** Prints a contestant's result for bench/peers.ts to read. */
export function print(result: Result): void {
  console.log(JSON.stringify(result));
}

/** All rows as inputs of the net: divided by their L2 norms. */
class Rows {
  readonly #data: Dataset;
  readonly #pixels: number;
  readonly #inputs: Float32Array;

  constructor(data: Dataset) {
    this.#data = data;
    this.#pixels = data.width * data.height;
    const scales = rowScales(data, "l2");
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
function draw(count: number, from: number, to: number): number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(from + Math.floor(Math.random() * (to - from)));
  return [...drawn];
}

async function accuracy(peer: Peer, rows: Rows, tested: number[]): Promise<number> {
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
