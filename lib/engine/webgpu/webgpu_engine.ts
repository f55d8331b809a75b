/**
 * The WebGPU engine.
 *
 * Work is queued in slots. A slot holds the rows of one step, or of a part of a large batch, and
 * the step's constants. When all slots are used, or the caller waits, they are submitted together:
 * one dispatch samples the rows of all slots, one copies their pixels into the slots, and then the
 * steps follow one by one. Only `settle()` and `read()` read anything back.
 *
 * Several nets can train together: every dispatch then computes a step of each of them, and each net
 * has its own slots. `together.ts` makes an engine of each net.
 */
import type { Dataset } from "../../data/dataset.ts";
import { parameterCount } from "../../net/architecture.ts";
import type { Evaluation } from "../../net/evaluation.ts";
import { functionsOf } from "../../net/optimizers.ts";
import {
  assertDrawable,
  assertLoadable,
  assertRows,
  assertState,
  assertTrainRows,
  disposedError,
  notLoadedError,
  notStartedError,
} from "../checks.ts";
import type { DeviceDescription, Engine, EngineOptions, EngineState, Step } from "../engine.ts";
import type { Gpu } from "./device.ts";
import { type ManyNets, trainTogether } from "../together.ts";
import {
  type EnginePlan,
  Network,
  type NetworkBuffers,
  type NetworkKernels,
  NO_STEP,
  type SlotShape,
  type StepInfo,
  stepStride,
  writeStepInfo,
} from "./network.ts";
import { pack, type ParameterLayout, parameterLayout, unpack } from "./parameter_layout.ts";
import { type KernelSet, kernelSetFor, kernelsFor } from "./kernels.ts";
import { inPass, type Program } from "./program.ts";
import { compileSumResults, Results } from "./results.ts";
import { compileGather, type GatherPrograms, RowGatherer } from "./row_gatherer.ts";
import { compileChooseRows, RowSampler } from "./row_sampler.ts";
import { createBuffers, maxNets, slotShape, SubmissionSize } from "./slots.ts";
import { PART_BYTES } from "./upload_rows.ts";

/**
 * Creates an engine on an open device.
 *
 * @param gpu The device; the engine closes it when disposed
 * @param options The engine's options
 * @param kernels The set of kernels; by default the one for the device (tests choose others)
 * @returns The engine
 * @throws {Error} If the device lacks memory or cannot compile the kernels
 */
export async function createWebGpuEngine(
  gpu: Gpu,
  options: EngineOptions,
  kernels: KernelSet = kernelSetFor(gpu.description),
): Promise<WebGpuEngine> {
  const layout = parameterLayout(options.architecture);
  const { compileNetwork, samplesOnDevice } = kernelsFor(
    kernels,
    options,
    layout,
    gpu.device.limits,
  );
  const plan = { gpu, options, layout, slots: slotShape(gpu, options, layout) };
  const programs = {
    network: await compileNetwork(plan),
    gather: await compileGather(plan),
    choose: samplesOnDevice ? await compileChooseRows(plan) : undefined,
    sumResults: await compileSumResults(plan),
  };
  const engine = await gpu.checked(
    "the engine's buffers",
    () => new WebGpuEngine(plan, programs),
  );
  await engine.warmUp();
  return engine;
}

/** The compiled kernels of an engine. */
interface EnginePrograms {
  network: NetworkKernels;
  gather: GatherPrograms;
  choose: Program | undefined;
  sumResults: Program;
}

/** Trains and evaluates nets on a WebGPU device. */
export class WebGpuEngine implements Engine, ManyNets {
  readonly options: EngineOptions;
  readonly nets: number;
  readonly #plan: EnginePlan;
  readonly #programs: EnginePrograms;
  readonly #gpu: Gpu;
  readonly #layout: ParameterLayout;
  readonly #slots: SlotShape;
  readonly #buffers: NetworkBuffers;
  readonly #network: Network;
  readonly #sampler: RowSampler;
  readonly #gatherer: RowGatherer;
  readonly #results: Results;
  readonly #stepInfo: DataView<ArrayBuffer>;
  /** Whether its disposal closes the device. */
  readonly #ownsGpu: boolean;
  /** The number of slots in use, of each net. */
  #queued = 0;
  readonly #submission: SubmissionSize;
  /** The steps that each net has taken. */
  readonly #stepsTaken: number[];
  #disposed = false;

  /** Use `createWebGpuEngine`. */
  constructor(plan: EnginePlan, programs: EnginePrograms, ownsGpu = true) {
    const { gpu, options, layout, slots } = plan;
    this.#plan = plan;
    this.#programs = programs;
    this.#gpu = gpu;
    this.options = options;
    this.nets = maxNets(gpu, options, layout);
    this.#layout = layout;
    this.#slots = slots;
    this.#ownsGpu = ownsGpu;
    this.#submission = new SubmissionSize(slots);
    this.#stepsTaken = new Array(slots.nets).fill(0);
    this.#buffers = createBuffers(plan);
    this.#network = new Network(programs.network, this.#buffers, slots);
    this.#sampler = new RowSampler(plan, programs.choose);
    this.#gatherer = new RowGatherer(plan, this.#buffers, this.#sampler, programs.gather);
    this.#results = new Results(plan, this.#buffers, programs.sumResults);
    this.#stepInfo = new DataView(new ArrayBuffer(slots.count * stepStride(slots.nets)));
  }

  /**
   * Runs every kernel once, on a slot without rows. Drivers compile a kernel when it is first used,
   * which can take seconds; so that is part of creating the engine and not of the training.
   */
  async warmUp(): Promise<void> {
    this.#writeStep(0, 0, NO_STEP);
    const empty = this.#gpu.buffer("empty", PART_BYTES, GPUBufferUsage.STORAGE);
    this.#writeSteps(1);
    this.#submit((encoder) => {
      inPass(encoder, (pass) => {
        this.#sampler.encodeWarmUp(pass, empty);
        this.#gatherer.encodeWarmUp(pass, empty);
      });
      this.#network.encodeSteps(encoder, 1);
      this.#results.encode(encoder);
    });
    await this.#gpu.finished();
    empty.destroy();
    this.#gpu.assertNoError();
  }

  get device(): DeviceDescription {
    return this.#gpu.description;
  }

  /** The number of readbacks from the device. */
  get readbacks(): number {
    return this.#gpu.readbacks;
  }

  together(count: number): Engine[] {
    this.#assertUsable();
    if (count === 1) return [this];
    const { options, layout } = this.#plan;
    const slots = slotShape(this.#gpu, options, layout, count);
    const many = new WebGpuEngine({ ...this.#plan, slots }, this.#programs, false);
    return trainTogether(many, count);
  }

  load(data: Dataset): void {
    this.#assertUsable();
    assertLoadable(this.options, data);
    this.#flush();
    this.#sampler.unload();
    this.#gatherer.load(data);
    this.#sampler.load(data.labels.length);
  }

  start(rows: Uint32Array, state: EngineState): void {
    this.startNet(0, rows, state);
  }

  startNet(net: number, rows: Uint32Array, state: EngineState): void {
    assertTrainRows(rows, this.#requireLoaded("train on"));
    assertState(this.options, state);
    const { architecture, optimizer } = this.options;
    const length = parameterCount(architecture);
    const moments = functionsOf(optimizer).momentArrays;
    this.#flush();
    const { queue } = this.#gpu.device;
    const { parameters, firstMoments, secondMoments } = this.#buffers;
    const at = net * this.#layout.bytes;
    queue.writeBuffer(parameters, at, pack(state.parameters, this.#layout));
    [firstMoments, secondMoments].slice(0, moments).forEach((buffer, i) => {
      const moment = state.moments.subarray(i * length, (i + 1) * length);
      queue.writeBuffer(buffer, at, pack(moment, this.#layout));
    });
    this.#stepsTaken[net] = state.stepsTaken;
    this.#sampler.start(net, rows);
  }

  step(steps: readonly Step[]): void {
    this.stepNets([steps]);
  }

  stepNets(steps: readonly (readonly Step[])[]): void {
    this.#assertUsable();
    steps.forEach((some, net) => {
      const n = this.#sampler.trainRows(net);
      if (n === undefined && some.length > 0) {
        throw notStartedError();
      }
      for (const step of some) assertDrawable(this.options, step, n!);
      if (some.length > 0) this.#sampler.drawAhead(net, some);
    });
    const count = Math.max(...steps.map((some) => some.length));
    for (let i = 0; i < count; i++) this.#queueSteps(steps.map((some) => some[i]));
  }

  evaluate(rows: Uint32Array): void {
    this.evaluateNets([rows]);
  }

  evaluateNets(rows: readonly Uint32Array[]): void {
    const loaded = this.#requireLoaded("evaluate");
    for (const some of rows) {
      if (some.length > 0 || rows.length === 1) assertRows("evaluate", some, loaded);
    }
    this.#flush();
    const results = this.#results.add(rows.map((some) => some.length));
    const slotRows = this.#slots.rows;
    const most = Math.max(...rows.map((some) => some.length));
    const rowsAtOnce = this.#slots.count * slotRows;
    for (let begin = 0; begin < most; begin += rowsAtOnce) {
      const parts = rows.map((some) => some.subarray(begin, begin + rowsAtOnce));
      const slots = Math.ceil(Math.max(...parts.map((part) => part.length)) / slotRows);
      this.#sampler.setAllRows(parts, slots);
      for (let slot = 0; slot < slots; slot++) {
        parts.forEach(({ length }, net) => {
          const info = { batchRows: Math.max(1, length), rows: length, result: results[net] };
          this.#writeStep(slot, net, { ...NO_STEP, ...info, firstRow: begin });
        });
      }
      this.#writeSteps(slots);
      this.#submit((encoder) => {
        inPass(encoder, (pass) => this.#gatherer.encode(pass, slots, "plain"));
        this.#network.encodeEvaluation(encoder, slots);
        this.#results.encode(encoder);
      });
    }
  }

  async settle(): Promise<Evaluation[]> {
    this.#assertUsable();
    this.#flush();
    const reading = this.#results.take();
    const measured = this.#submission.measure();
    const evaluations = await reading;
    measured();
    this.#gpu.assertNoError();
    return evaluations;
  }

  async read(): Promise<EngineState> {
    return await this.readNet(0);
  }

  async readNet(net: number): Promise<EngineState> {
    this.#assertUsable();
    this.#flush();
    const { parameters, firstMoments, secondMoments } = this.#buffers;
    const moments = functionsOf(this.options.optimizer).momentArrays;
    const pending = [parameters, firstMoments, secondMoments].slice(0, 1 + moments);
    const stepsTaken = this.#stepsTaken[net];
    const { bytes } = this.#layout;
    const arrays = await Promise.all(pending.map(async (buffer) => {
      const packed = await this.#gpu.readBack(buffer, bytes, net * bytes);
      return unpack(new Float32Array(packed), this.#layout);
    }));
    const length = parameterCount(this.options.architecture);
    const state = {
      parameters: arrays[0],
      moments: new Float32Array(moments * length),
      stepsTaken,
    };
    for (let i = 0; i < moments; i++) state.moments.set(arrays[1 + i], i * length);
    return state;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    // Buffers may be destroyed only when nothing uses them. Errors until then no longer matter.
    await Promise.allSettled([this.#results.settled(), this.#gpu.finished()]);
    this.#sampler.destroy();
    this.#gatherer.unload();
    this.#results.destroy();
    for (const buffer of Object.values(this.#buffers)) buffer.destroy();
    if (this.#ownsGpu) this.#gpu.close();
  }

  /**
   * Queues a step of each net, undefined for nets that take none, in as many slots as it needs; submits
   * them whenever all are in use. The slots of a step are submitted together, unless it needs more slots
   * than there are.
   */
  #queueSteps(steps: readonly (Step | undefined)[]): void {
    const slotRows = this.#slots.rows;
    const rows = Math.max(...steps.map((step) => step?.count ?? 0));
    const most = this.#submission.slots;
    if (this.#queued + Math.min(Math.ceil(rows / slotRows), most) > most) this.#flush();
    steps.forEach((step, net) => this.#stepsTaken[net] += Number(step !== undefined));
    for (let begin = 0; begin < rows; begin += slotRows) {
      if (this.#queued >= this.#submission.slots) this.#flush();
      const slot = this.#queued++;
      steps.forEach((step, net) => this.#queuePart({ slot, net }, step, begin));
    }
  }

  /** Queues the rows of a net's step from `begin` on, as far as they fit in the slot. */
  #queuePart(place: { slot: number; net: number }, step: Step | undefined, begin: number): void {
    const rows = step ? Math.max(0, Math.min(this.#slots.rows, step.count - begin)) : 0;
    this.#sampler.draw(place, step, begin, rows);
    const info = step === undefined || rows === 0 ? NO_STEP : {
      ...NO_STEP,
      learningRate: step.learningRate,
      step: this.#stepsTaken[place.net],
      batchRows: step.count,
      rows,
      accumulate: begin > 0,
      last: begin + rows === step.count,
    };
    this.#writeStep(place.slot, place.net, info);
  }

  /** Submits the queued slots. */
  #flush(): void {
    const queued = this.#queued;
    if (queued === 0) return;
    this.#queued = 0;
    this.#submission.add(queued);
    this.#writeSteps(queued);
    this.#submit((encoder) => {
      inPass(encoder, (pass) => {
        this.#sampler.encode(pass, queued);
        this.#gatherer.encode(pass, queued, "augmented");
      });
      this.#network.encodeSteps(encoder, queued);
    });
  }

  #writeStep(slot: number, net: number, info: StepInfo): void {
    const { nets } = this.#slots;
    writeStepInfo(this.#stepInfo, { slot, net, nets }, info, this.options.optimizer);
  }

  /** Copies the constants of the first slots to the device. */
  #writeSteps(slots: number): void {
    const bytes = slots * stepStride(this.#slots.nets);
    this.#gpu.device.queue.writeBuffer(this.#buffers.steps, 0, this.#stepInfo, 0, bytes);
  }

  #submit(encode: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    encode(encoder);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  #assertUsable(): void {
    if (this.#disposed) {
      throw disposedError();
    }
    this.#gpu.assertNoError();
  }

  /** Returns the number of loaded rows, and throws if no data is loaded. */
  #requireLoaded(action: string): number {
    this.#assertUsable();
    const count = this.#gatherer.loadedRows;
    if (count === undefined) {
      throw notLoadedError(`${action} rows`);
    }
    return count;
  }
}
