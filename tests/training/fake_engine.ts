/**
 * An engine for tests that computes nothing: it records its calls and simulates a device's time.
 */
import type { Dataset } from "../../lib/data/dataset.ts";
import type {
  DeviceDescription,
  Engine,
  EngineOptions,
  EngineState,
  Step,
} from "../../lib/engine/engine.ts";
import type { Evaluation } from "../../lib/net/evaluation.ts";

/** A recorded call. A call of `step()` is recorded as one entry for each step. */
export type Call =
  | { call: "load"; data: Dataset }
  | { call: "start"; trainRows: Uint32Array; state: EngineState }
  | { call: "step"; step: Step }
  | { call: "evaluate"; rows: Uint32Array }
  | { call: "settle" | "read" | "dispose" };

/** Records its calls, and simulates a device's time on a clock of its own. */
export class FakeEngine implements Engine {
  readonly device: DeviceDescription = { backend: "cpu", name: "fake", software: true };
  readonly options: EngineOptions;
  readonly calls: Call[] = [];
  /** The loss that every evaluation returns. */
  loss = 1;
  /** The time of a step. */
  millisecondsPerStep = 1;
  /** The time from the end of the device's work until `settle()` returns. */
  millisecondsPerWait = 0;
  /** `settle()` returns at a multiple of this time, as in a browser that looks for results so often. */
  millisecondsPerTick = 0;
  /** The time for which the device pauses before its first step. */
  pauseMilliseconds = 0;
  /** Whether `step()` returns only when the steps are done, as on some software adapters. */
  stepsBlock = false;
  /** The simulated time; a test lets `performance.now()` return it. */
  milliseconds = 0;
  /** The time for which the device had no work, after `idleFrom`. */
  idleMilliseconds = 0;
  idleFrom = 0;
  /** The time at which the device has done all its queued work. */
  #busyUntil = 0;
  #evaluations: Evaluation[] = [];
  #stepsTaken = 0;
  #parameters = new Float32Array();

  constructor(options: EngineOptions) {
    this.options = options;
  }

  readonly nets = 1;

  together(): Engine[] {
    return [this];
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
    const idleSince = Math.max(this.#busyUntil, this.idleFrom);
    this.idleMilliseconds += Math.max(0, this.milliseconds - idleSince);
    this.#busyUntil = Math.max(this.#busyUntil, this.milliseconds);
    this.#busyUntil += this.pauseMilliseconds;
    this.pauseMilliseconds = 0;
    for (const step of steps) {
      this.calls.push({ call: "step", step });
      this.#stepsTaken++;
      this.#busyUntil += this.millisecondsPerStep;
    }
    if (this.stepsBlock) this.milliseconds = this.#busyUntil;
  }

  evaluate(rows: Uint32Array): void {
    this.calls.push({ call: "evaluate", rows });
    this.#evaluations.push({
      correct: this.#stepsTaken % (rows.length + 1),
      rows: rows.length,
      loss: this.loss,
    });
  }

  async settle(): Promise<Evaluation[]> {
    this.calls.push({ call: "settle" });
    const evaluations = this.#evaluations.splice(0);
    const tick = this.millisecondsPerTick;
    let answered = Math.max(this.#busyUntil, this.milliseconds) + this.millisecondsPerWait;
    if (tick > 0) answered = Math.ceil(answered / tick) * tick;
    // Timers fire in the order in which they were set, so the clock moves when this wait ends.
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.milliseconds = Math.max(this.milliseconds, answered);
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

  /** The number of calls of `settle()`. */
  get settles(): number {
    return this.calls.filter(({ call }) => call === "settle").length;
  }
}
