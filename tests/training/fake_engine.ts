/** An engine that computes nothing, writes down what it is told, and takes as long as it is told to. */
import type { Dataset } from "../../lib/data/dataset.ts";
import type {
  DeviceDescription,
  Engine,
  EngineOptions,
  EngineState,
  Evaluation,
  Step,
} from "../../lib/engine/engine.ts";

/** One call, or one step of a `step()` call. */
export type Call =
  | { call: "load"; data: Dataset }
  | { call: "start"; trainRows: Uint32Array; state: EngineState }
  | { call: "step"; step: Step }
  | { call: "evaluate"; rows: Uint32Array }
  | { call: "settle" | "read" | "dispose" };

export class FakeEngine implements Engine {
  readonly device: DeviceDescription = { backend: "cpu", name: "fake", software: true };
  readonly options: EngineOptions;
  readonly calls: Call[] = [];
  /** The loss of every evaluation. */
  loss = 1;
  /** What a step takes, and how long after its work is done the device is heard of. */
  millisecondsPerStep = 1;
  millisecondsToHear = 0;
  /** How long the device pauses before its first step. */
  pause = 0;
  /** Whether `step()` returns only once the steps are done, as a processor that plays a GPU may. */
  stepsBlock = false;
  /** The time that has passed, for a test to put in place of `performance.now()`. */
  milliseconds = 0;
  /** How long the device had nothing to do. */
  idle = 0;
  /** When it is done with all it was asked for. */
  #busyUntil = 0;
  #waiting: Evaluation[] = [];
  #stepsTaken = 0;
  #parameters = new Float32Array();

  constructor(options: EngineOptions) {
    this.options = options;
  }

  load(data: Dataset): void {
    this.calls.push({ call: "load", data });
  }

  start(trainRows: Uint32Array, state: EngineState): void {
    this.calls.push({ call: "start", trainRows, state });
    this.#parameters = state.parameters.slice();
    this.#stepsTaken = state.stepsTaken;
  }

  step(steps: readonly Step[]): void {
    this.idle += Math.max(0, this.milliseconds - this.#busyUntil);
    this.#busyUntil = Math.max(this.#busyUntil, this.milliseconds);
    this.#busyUntil += this.pause;
    this.pause = 0;
    for (const step of steps) {
      this.calls.push({ call: "step", step });
      this.#stepsTaken++;
      this.#busyUntil += this.millisecondsPerStep;
    }
    if (this.stepsBlock) this.milliseconds = this.#busyUntil;
  }

  evaluate(rows: Uint32Array): void {
    this.calls.push({ call: "evaluate", rows });
    this.#waiting.push({
      correct: this.#stepsTaken % (rows.length + 1),
      rows: rows.length,
      loss: this.loss,
    });
  }

  async settle(): Promise<Evaluation[]> {
    this.calls.push({ call: "settle" });
    const evaluations = this.#waiting.splice(0);
    const heard = this.#busyUntil + this.millisecondsToHear;
    // Timers fire in the order in which they were set, so time goes on as waits end.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.milliseconds = Math.max(this.milliseconds, heard);
    return evaluations;
  }

  read(): Promise<EngineState> {
    this.calls.push({ call: "read" });
    return Promise.resolve({
      parameters: this.#parameters.slice(),
      moments: new Float32Array(),
      stepsTaken: this.#stepsTaken,
    });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.calls.push({ call: "dispose" });
    return Promise.resolve();
  }

  /** How often it was waited for. */
  get settles(): number {
    return this.calls.filter(({ call }) => call === "settle").length;
  }
}
