/** Lets several nets train together on one device, each through an engine of its own. */
import type { Dataset } from "../data/dataset.ts";
import {
  assertDrawable,
  assertRows,
  assertState,
  assertTrainRows,
  disposedError,
  notLoadedError,
  notStartedError,
} from "./checks.ts";
import type { Evaluation } from "../net/evaluation.ts";
import type { DeviceDescription, Engine, EngineOptions, EngineState, Step } from "./engine.ts";
import { copyOfState } from "./state.ts";

/** A device that computes a step, or an evaluation, of several nets at the same time. */
export interface ManyNets extends AsyncDisposable {
  readonly device: DeviceDescription;
  readonly options: EngineOptions;
  /** Copies the data set of all nets to the device. */
  load(data: Dataset): void;
  /** Starts a net's run. */
  startNet(net: number, rows: Uint32Array, state: EngineState): void;
  /** Queues each net's steps: the first of all nets, then the second of all, and so on. */
  stepNets(steps: readonly (readonly Step[])[]): void;
  /** Queues an evaluation of each net that is given rows. */
  evaluateNets(rows: readonly Uint32Array[]): void;
  /** Waits for all queued work; returns the evaluations since the last call, in order. */
  settle(): Promise<Evaluation[]>;
  /** Waits for all queued work; returns a net's state. */
  readNet(net: number): Promise<EngineState>;
}

/** Returns an engine for each net; the last one that is disposed of disposes of the device's. */
export function trainTogether(many: ManyNets, count: number): Engine[] {
  const group = new Group(many);
  return Array.from({ length: count }, (_, i) => {
    const net = new Net(group, i);
    group.nets.push(net);
    return net;
  });
}

/** A call of `settle()` or `read()`. */
interface Wait<Result> {
  resolve(result: Result): void;
  reject(reason: unknown): void;
}

/** A call of `settle()`. */
interface Settling extends Wait<Evaluation[]> {
  /** The number of evaluations that it returns. */
  count: number;
}

/** A net's queued work. */
type Work =
  | { kind: "start"; rows: Uint32Array; state: EngineState }
  | { kind: "steps"; steps: Step[] }
  | { kind: "evaluation"; rows: Uint32Array }
  | { kind: "settle"; wait: Settling }
  | { kind: "read"; wait: Wait<EngineState> };

/** Takes what the nets have queued to the device, each step and evaluation for all at the same time. */
class Group {
  readonly many: ManyNets;
  readonly nets: Net[] = [];
  data: Dataset | undefined;
  /** Why the device failed, if it did. */
  failure: unknown;
  /** The nets of the evaluations that are queued on the device, in order. */
  readonly #evaluated: Net[] = [];
  /** Resolves when the results of earlier waits are distributed. */
  #settled: Promise<unknown> = Promise.resolve();
  #isScheduled = false;

  constructor(many: ManyNets) {
    this.many = many;
  }

  /** Takes queued work to the device soon, when the caller has queued all that it can. */
  schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      try {
        this.#run();
      } catch (error) {
        this.#fail(error);
      }
    });
  }

  #run(): void {
    while (this.failure === undefined) {
      const active = this.nets.filter(({ isOver }) => !isOver);
      for (const net of active) this.#takeOwn(net);
      const isBlocked = active.some(({ queue }) => queue.length === 0);
      // Results of several nets take one wait. If one net waits to queue more, it must have them now.
      if (isBlocked || active.every(({ settling }) => settling.length > 0)) this.#settle(active);
      if (isBlocked || active.length === 0) return;
      this.#takeShared(active);
    }
  }

  /** Takes a net's work until its next steps or evaluation, for which it waits for the other nets. */
  #takeOwn(net: Net): void {
    for (let work; (work = net.queue[0]);) {
      if (work.kind === "steps" || work.kind === "evaluation") return;
      net.queue.shift();
      if (work.kind === "start") this.many.startNet(net.index, work.rows, work.state);
      else if (work.kind === "read") {
        const { wait } = work;
        this.many.readNet(net.index).then((state) => wait.resolve(state), (error) => {
          wait.reject(error);
          this.#fail(error);
        });
      } else {
        work.wait.count = net.evaluations;
        net.evaluations = 0;
        net.settling.push(work.wait);
      }
    }
  }

  /** Takes the next steps of all nets, or the next evaluation if no net has steps before it. */
  #takeShared(active: readonly Net[]): void {
    const lengths = active.flatMap(({ queue: [work] }) =>
      work.kind === "steps" ? work.steps.length : []
    );
    if (lengths.length > 0) {
      const count = Math.min(...lengths);
      this.many.stepNets(this.nets.map(({ queue }) => {
        const [work] = queue;
        if (work?.kind !== "steps") return [];
        const steps = work.steps.splice(0, count);
        if (work.steps.length === 0) queue.shift();
        return steps;
      }));
      return;
    }
    this.many.evaluateNets(this.nets.map((net) => {
      const work = net.queue.shift();
      if (work?.kind !== "evaluation") return new Uint32Array();
      net.evaluations++;
      this.#evaluated.push(net);
      return work.rows;
    }));
  }

  /** Waits for the work so far, if any net waits for it. */
  #settle(active: readonly Net[]): void {
    const waiting = active.flatMap((net) => net.settling.splice(0).map((wait) => ({ net, wait })));
    if (waiting.length === 0) return;
    const order = this.#evaluated.splice(0);
    this.#settled = Promise.all([this.many.settle(), this.#settled]).then(
      ([evaluations]) => {
        order.forEach((net, i) => net.results.push(evaluations[i]));
        for (const { net, wait } of waiting) wait.resolve(net.results.splice(0, wait.count));
      },
      (error) => {
        for (const { wait } of waiting) wait.reject(error);
        this.#fail(error);
      },
    );
  }

  #fail(error: unknown): void {
    this.failure ??= error;
    for (const net of this.nets) net.abandon(error);
  }
}

/** One of several nets that train together. */
class Net implements Engine {
  readonly index: number;
  readonly nets = 1;
  readonly queue: Work[] = [];
  /** The calls of `settle()` whose work is queued on the device. */
  readonly settling: Settling[] = [];
  /** The number of evaluations queued on the device since the last of them. */
  evaluations = 0;
  /** Results that no call has returned yet. */
  readonly results: Evaluation[] = [];
  isOver = false;
  readonly #group: Group;
  #trainRows: number | undefined;

  constructor(group: Group, index: number) {
    this.#group = group;
    this.index = index;
  }

  get device(): DeviceDescription {
    return this.#group.many.device;
  }

  get options(): EngineOptions {
    return this.#group.many.options;
  }

  together(): Engine[] {
    return [this];
  }

  load(data: Dataset): void {
    this.#assertUsable();
    const group = this.#group;
    if (group.data !== undefined && group.data !== data) {
      throw new Error("Cannot load another data set for one of several nets that train together");
    }
    if (group.data === undefined) group.many.load(data);
    group.data = data;
  }

  start(rows: Uint32Array, state: EngineState): void {
    assertTrainRows(rows, this.#requireLoaded("train on"));
    assertState(this.options, state);
    this.#trainRows = rows.length;
    this.#add({ kind: "start", rows: rows.slice(), state: copyOfState(state) });
  }

  step(steps: readonly Step[]): void {
    this.#assertUsable();
    const n = this.#trainRows;
    if (n === undefined) throw notStartedError();
    for (const step of steps) assertDrawable(this.options, step, n);
    if (steps.length === 0) return;
    this.#add({ kind: "steps", steps: steps.map((step) => ({ ...step, key: step.key.slice() })) });
  }

  evaluate(rows: Uint32Array): void {
    assertRows("evaluate", rows, this.#requireLoaded("evaluate"));
    this.#add({ kind: "evaluation", rows: rows.slice() });
  }

  settle(): Promise<Evaluation[]> {
    return this.#wait((wait) => this.#add({ kind: "settle", wait: { ...wait, count: 0 } }));
  }

  read(): Promise<EngineState> {
    return this.#wait((wait) => this.#add({ kind: "read", wait }));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.isOver) return;
    this.isOver = true;
    this.abandon(disposedError());
    if (this.#group.nets.every(({ isOver }) => isOver)) {
      await this.#group.many[Symbol.asyncDispose]();
    } else this.#group.schedule();
  }

  /** Drops the queued work, and rejects what waits for it. */
  abandon(reason: unknown): void {
    for (const wait of this.settling.splice(0)) wait.reject(reason);
    for (const work of this.queue.splice(0)) if ("wait" in work) work.wait.reject(reason);
  }

  #add(work: Work): void {
    this.queue.push(work);
    this.#group.schedule();
  }

  async #wait<Result>(queue: (wait: Wait<Result>) => void): Promise<Result> {
    this.#assertUsable();
    if (this.#group.failure !== undefined) throw this.#group.failure;
    return await new Promise((resolve, reject) => queue({ resolve, reject }));
  }

  #requireLoaded(action: string): number {
    this.#assertUsable();
    const { data } = this.#group;
    if (data === undefined) {
      throw notLoadedError(`${action} rows`);
    }
    return data.labels.length;
  }

  #assertUsable(): void {
    if (this.isOver) throw disposedError();
  }
}
