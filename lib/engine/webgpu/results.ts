/** The results of evaluations, which stay on the device until someone waits for them. */
import stepFunctions from "../../../shaders/functions/step.wgsl" with { type: "text" };
import sumResults from "../../../shaders/sum_results.wgsl" with { type: "text" };
import type { Evaluation } from "../../net/evaluation.ts";
import { type EnginePlan, type NetworkBuffers, STEP_BYTES } from "./network.ts";
import { inPass, Program, read, write } from "./program.ts";

/** The maximum number of evaluations whose results are kept on the device. */
const MAX_RESULTS = 256;
/** A result is a sum for each lane of shaders/sum_results.wgsl, a vec4f. */
const RESULT_LANES = 64;
const RESULT_BYTES = 16 * RESULT_LANES;

/** Compiles the kernel that adds up an evaluation's results. */
export function compileSumResults({ gpu, slots }: EnginePlan): Promise<Program> {
  return Program.compile(gpu, {
    entryPoint: "sum_results",
    sources: [stepFunctions, sumResults],
    constants: { LANES: RESULT_LANES, SLOT_ROWS: slots.rows },
    bindings: ["read", "read", "write"],
  });
}

/** Adds up the rows' results on the device, and reads the sums back. */
export class Results {
  readonly #plan: EnginePlan;
  readonly #summing: Program;
  readonly #group: GPUBindGroup;
  readonly #buffer: GPUBuffer;
  /** The row counts of the evaluations whose results are on the device. */
  #evaluated: number[] = [];
  /** Results that are being read back. */
  #readings: Promise<Evaluation[]>[] = [];

  /**
   * @param plan What the engine is compiled for
   * @param buffers The engine's buffers
   * @param summing The kernel: see `compileSumResults`
   */
  constructor(plan: EnginePlan, { rowResults, steps }: NetworkBuffers, summing: Program) {
    const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
    this.#plan = plan;
    this.#summing = summing;
    this.#buffer = plan.gpu.buffer(
      "results",
      MAX_RESULTS * RESULT_BYTES,
      STORAGE | COPY_DST | COPY_SRC,
    );
    this.#group = summing.bind(
      read(rowResults),
      read(steps, 0, plan.slots.nets * STEP_BYTES),
      write(this.#buffer),
    );
  }

  /**
   * Makes room for the results of an evaluation by each net, of so many rows; nets with 0 rows get none.
   *
   * @returns The place of each net's result (`result` of the Step struct)
   */
  add(rows: readonly number[]): number[] {
    if (this.#evaluated.length + rows.length > MAX_RESULTS) this.#collect();
    return rows.map((count) => count > 0 ? this.#evaluated.push(count) - 1 : 0);
  }

  /** Encodes the sums of the rows in the nets' slots. */
  encode(encoder: GPUCommandEncoder): void {
    const { nets } = this.#plan.slots;
    inPass(encoder, (pass) => this.#summing.dispatch(pass, this.#group, 1, 1, nets));
  }

  /** Starts reading back all results, and returns those that have not been returned before. */
  take(): Promise<Evaluation[]> {
    this.#collect();
    const readings = this.#readings;
    this.#readings = [];
    return Promise.all(readings).then((results) => results.flat());
  }

  /** Waits until nothing is being read back. */
  async settled(): Promise<void> {
    await Promise.allSettled(this.#readings);
  }

  destroy(): void {
    this.#buffer.destroy();
  }

  /** Starts reading back the results on the device, and clears them there. */
  #collect(): void {
    const { gpu } = this.#plan;
    const counts = this.#evaluated;
    this.#evaluated = [];
    const bytes = Math.max(1, counts.length) * RESULT_BYTES;
    this.#readings.push(
      gpu.readBack(this.#buffer, bytes).then((buffer) => {
        const sums = new Float32Array(buffer);
        return counts.map((rows, i) => evaluationOf(sums.subarray(4 * RESULT_LANES * i), rows));
      }),
    );
    // The next `take()` reports a rejection.
    this.#readings.at(-1)!.catch(() => {});
    const encoder = gpu.device.createCommandEncoder();
    encoder.clearBuffer(this.#buffer, 0, bytes);
    gpu.device.queue.submit([encoder.finish()]);
  }
}

/** Adds up the sums of the lanes. */
function evaluationOf(sums: Float32Array, rows: number): Evaluation {
  let [loss, correct, notFinite] = [0, 0, 0];
  for (let at = 0; at < 4 * RESULT_LANES; at += 4) {
    loss += sums[at];
    correct += sums[at + 1];
    notFinite += sums[at + 2];
  }
  return { correct: Math.round(correct), rows, loss: notFinite > 0 ? NaN : loss / rows };
}
