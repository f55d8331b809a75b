/**
 * The WebGPU engine.
 *
 * Work is queued in slots. A slot holds the rows of one step, or of a part of a large batch, and
 * the step's constants. When all slots are used, or the caller waits, they are submitted together:
 * one dispatch samples the rows of all slots, one copies their pixels into the slots, and then the
 * steps follow one by one. Only `settle()` and `read()` read anything back.
 */
import stepFunctions from "../../../shaders/functions/step.wgsl" with { type: "text" };
import sumResults from "../../../shaders/sum_results.wgsl" with { type: "text" };
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
} from "../checks.ts";
import type { DeviceDescription, Engine, EngineOptions, EngineState, Step } from "../engine.ts";
import type { Gpu } from "./device.ts";
import {
  type EnginePlan,
  type Network,
  type NetworkBuffers,
  type SlotShape,
  STEP_BYTES,
  STEP_STRIDE,
  writeStepInfo,
} from "./network.ts";
import { pack, type ParameterLayout, parameterLayout, unpack } from "./parameter_layout.ts";
import { type KernelSet, kernelsFor } from "./kernels.ts";
import { inPass, Program, read, write } from "./program.ts";
import { compileGather, RowGatherer } from "./row_gatherer.ts";
import { compileChooseRows, RowSampler } from "./row_sampler.ts";
import { createBuffers, slotShape, SubmissionSize } from "./slots.ts";
import { PART_BYTES } from "./upload_rows.ts";

/** The maximum number of evaluations whose results are kept on the device. */
const MAX_RESULTS = 1024;
/** The bytes of a result, a vec4f: see `result_of` in shaders/functions/head.wgsl. */
const RESULT_BYTES = 16;

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
  kernels: KernelSet = gpu.description.software ? "software" : "hardware",
): Promise<WebGpuEngine> {
  const layout = parameterLayout(options.architecture);
  const { compileNetwork, samplesOnDevice } = kernelsFor(
    kernels,
    options,
    layout,
    gpu.device.limits,
  );
  const plan = { gpu, options, layout, slots: slotShape(gpu, options, layout) };
  const bindNetwork = await compileNetwork(plan);
  const gather = await compileGather(plan);
  const choose = samplesOnDevice ? await compileChooseRows(plan) : undefined;
  const summing = await Program.compile(gpu, {
    entryPoint: "sum_results",
    sources: [stepFunctions, sumResults],
    constants: {},
    bindings: ["read", "read", "write"],
  });
  const engine = await gpu.checked("the engine's buffers", () => {
    const buffers = createBuffers(plan);
    const sampler = new RowSampler(plan, choose);
    const gatherer = new RowGatherer(plan, buffers, sampler, gather);
    return new WebGpuEngine(plan, {
      buffers,
      network: bindNetwork(buffers),
      sampler,
      gatherer,
      summing,
    });
  });
  await engine.warmUp();
  return engine;
}

/** What an engine is made of. */
interface EngineParts {
  buffers: NetworkBuffers;
  network: Network;
  sampler: RowSampler;
  gatherer: RowGatherer;
  summing: Program;
}

/** Trains and evaluates a net on a WebGPU device. */
export class WebGpuEngine implements Engine {
  readonly options: EngineOptions;
  readonly #gpu: Gpu;
  readonly #layout: ParameterLayout;
  readonly #slots: SlotShape;
  readonly #buffers: NetworkBuffers;
  readonly #network: Network;
  readonly #sampler: RowSampler;
  readonly #gatherer: RowGatherer;
  readonly #summing: Program;
  readonly #summingGroup: GPUBindGroup;
  readonly #results: GPUBuffer;
  readonly #stepInfo: DataView<ArrayBuffer>;
  /** The number of slots in use. */
  #queued = 0;
  readonly #submission: SubmissionSize;
  #stepsTaken = 0;
  /** The row counts of the evaluations whose results are on the device. */
  #evaluated: number[] = [];
  /** Results that are being read back. */
  #readings: Promise<Evaluation[]>[] = [];
  #disposed = false;

  /** Use `createWebGpuEngine`. */
  constructor(
    { gpu, options, layout, slots }: EnginePlan,
    { buffers, network, sampler, gatherer, summing }: EngineParts,
  ) {
    this.#gpu = gpu;
    this.options = options;
    this.#layout = layout;
    this.#slots = slots;
    this.#submission = new SubmissionSize(slots);
    this.#buffers = buffers;
    this.#network = network;
    this.#sampler = sampler;
    this.#gatherer = gatherer;
    this.#summing = summing;
    const { STORAGE, COPY_DST, COPY_SRC } = GPUBufferUsage;
    this.#results = gpu.buffer(
      "results",
      MAX_RESULTS * RESULT_BYTES,
      STORAGE | COPY_DST | COPY_SRC,
    );
    this.#stepInfo = new DataView(new ArrayBuffer(slots.count * STEP_STRIDE));
    this.#summingGroup = summing.bind(
      read(buffers.rowResults),
      read(buffers.steps, 0, STEP_BYTES),
      write(this.#results),
    );
  }

  /**
   * Runs every kernel once, on a slot without rows. Drivers compile a kernel when it is first used,
   * which can take seconds; so that is part of creating the engine and not of the training.
   */
  async warmUp(): Promise<void> {
    const noRows = { learningRate: 0, step: 1, batchRows: 1, rows: 0, result: 0 };
    const step = { ...noRows, accumulate: false, last: true };
    writeStepInfo(this.#stepInfo, 0, step, this.options.optimizer);
    this.#gpu.device.queue.writeBuffer(this.#buffers.steps, 0, this.#stepInfo, 0, STEP_STRIDE);
    const empty = this.#gpu.buffer("empty", PART_BYTES, GPUBufferUsage.STORAGE);
    this.#submit((encoder) => {
      inPass(encoder, (pass) => {
        this.#sampler.encodeWarmUp(pass, empty);
        this.#gatherer.encodeWarmUp(pass, empty);
      });
      this.#network.encodeSteps(encoder, 1);
      inPass(encoder, (pass) => this.#summing.dispatch(pass, this.#summingGroup, 1));
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

  load(data: Dataset): void {
    this.#assertUsable();
    assertLoadable(this.options, data);
    this.#flush();
    this.#sampler.end();
    this.#gatherer.load(data);
  }

  start(rows: Uint32Array, state: EngineState): void {
    assertTrainRows(rows, this.#requireLoaded("train on"));
    assertState(this.options, state);
    const { architecture, optimizer } = this.options;
    const length = parameterCount(architecture);
    const moments = functionsOf(optimizer).momentArrays;
    this.#flush();
    const { queue } = this.#gpu.device;
    const { parameters, firstMoments, secondMoments } = this.#buffers;
    queue.writeBuffer(parameters, 0, pack(state.parameters, this.#layout));
    [firstMoments, secondMoments].slice(0, moments).forEach((buffer, i) => {
      const moment = state.moments.subarray(i * length, (i + 1) * length);
      queue.writeBuffer(buffer, 0, pack(moment, this.#layout));
    });
    this.#stepsTaken = state.stepsTaken;
    this.#sampler.start(rows);
  }

  step(steps: readonly Step[]): void {
    this.#assertUsable();
    const n = this.#sampler.trainRows;
    if (n === undefined) throw new Error("Cannot step as no run was started: call start() first");
    for (const step of steps) assertDrawable(this.options, step, n);
    this.#sampler.drawAhead(steps);
    const slotRows = this.#slots.rows;
    for (const step of steps) {
      const parts = Math.ceil(step.count / slotRows);
      this.#stepsTaken++;
      // The slots of a step are submitted together, unless it needs more slots than there are.
      const most = this.#submission.slots;
      if (this.#queued + Math.min(parts, most) > most) {
        this.#flush();
      }
      this.#queueStep(step);
    }
  }

  evaluate(rows: Uint32Array): void {
    assertRows("evaluate", rows, this.#requireLoaded("evaluate"));
    this.#flush();
    if (this.#evaluated.length === MAX_RESULTS) this.#collect();
    const result = this.#evaluated.push(rows.length) - 1;
    const slotRows = this.#slots.rows;
    const rowsAtOnce = this.#slots.count * slotRows;
    for (let begin = 0; begin < rows.length; begin += rowsAtOnce) {
      const part = rows.subarray(begin, begin + rowsAtOnce);
      const slots = Math.ceil(part.length / slotRows);
      this.#sampler.setRows(0, part);
      const info = { learningRate: 0, step: 1, batchRows: part.length, rows: part.length };
      for (let slot = 0; slot < slots; slot++) {
        const evaluation = { ...info, result, accumulate: false, last: false };
        writeStepInfo(this.#stepInfo, slot, evaluation, this.options.optimizer);
      }
      const bytes = slots * STEP_STRIDE;
      this.#gpu.device.queue.writeBuffer(this.#buffers.steps, 0, this.#stepInfo, 0, bytes);
      this.#submit((encoder) => {
        inPass(encoder, (pass) => this.#gatherer.encode(pass, slots, "plain"));
        this.#network.encodeEvaluation(encoder, slots);
        inPass(encoder, (pass) => this.#summing.dispatch(pass, this.#summingGroup, 1));
      });
    }
  }

  async settle(): Promise<Evaluation[]> {
    this.#assertUsable();
    this.#flush();
    this.#collect();
    const readings = this.#readings;
    this.#readings = [];
    const measured = this.#submission.measure();
    const evaluations = (await Promise.all(readings)).flat();
    measured();
    this.#gpu.assertNoError();
    return evaluations;
  }

  async read(): Promise<EngineState> {
    this.#assertUsable();
    this.#flush();
    const { parameters, firstMoments, secondMoments } = this.#buffers;
    const moments = functionsOf(this.options.optimizer).momentArrays;
    const pending = [parameters, firstMoments, secondMoments].slice(0, 1 + moments);
    const stepsTaken = this.#stepsTaken;
    const arrays = await Promise.all(pending.map(async (buffer) => {
      const packed = await this.#gpu.readBack(buffer, this.#layout.bytes);
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
    await Promise.allSettled([...this.#readings, this.#gpu.finished()]);
    this.#sampler.destroy();
    this.#gatherer.unload();
    this.#results.destroy();
    for (const buffer of Object.values(this.#buffers)) buffer.destroy();
    this.#gpu.close();
  }

  /** Queues a step in as many slots as it needs; submits them whenever all are in use. */
  #queueStep(step: Step): void {
    for (const { begin, rows } of slotsOf(step, this.#slots.rows)) {
      if (this.#queued >= this.#submission.slots) this.#flush();
      this.#sampler.draw(this.#queued, step, begin, rows);
      writeStepInfo(this.#stepInfo, this.#queued++, {
        learningRate: step.learningRate,
        step: this.#stepsTaken,
        batchRows: step.count,
        rows,
        result: 0,
        accumulate: begin > 0,
        last: begin + rows === step.count,
      }, this.options.optimizer);
    }
  }

  /** Submits the queued slots. */
  #flush(): void {
    const queued = this.#queued;
    if (queued === 0) return;
    this.#queued = 0;
    this.#submission.add(queued);
    const { queue } = this.#gpu.device;
    queue.writeBuffer(this.#buffers.steps, 0, this.#stepInfo, 0, queued * STEP_STRIDE);
    this.#submit((encoder) => {
      inPass(encoder, (pass) => {
        this.#sampler.encode(pass, queued);
        this.#gatherer.encode(pass, queued, "augmented");
      });
      this.#network.encodeSteps(encoder, queued);
    });
  }

  #submit(encode: (encoder: GPUCommandEncoder) => void): void {
    const encoder = this.#gpu.device.createCommandEncoder();
    encode(encoder);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  /** Starts reading back the results on the device, and clears them there. */
  #collect(): void {
    const counts = this.#evaluated;
    this.#evaluated = [];
    const bytes = Math.max(1, counts.length) * RESULT_BYTES;
    this.#readings.push(
      this.#gpu.readBack(this.#results, bytes).then((buffer) => {
        const sums = new Float32Array(buffer);
        return counts.map((rows, i) => {
          const [loss, correct, notFinite] = sums.subarray(4 * i);
          return {
            correct: Math.round(correct),
            rows,
            loss: notFinite > 0 ? NaN : loss / rows,
          };
        });
      }),
    );
    // The next `settle()` reports a rejection.
    this.#readings.at(-1)!.catch(() => {});
    const encoder = this.#gpu.device.createCommandEncoder();
    encoder.clearBuffer(this.#results, 0, bytes);
    this.#gpu.device.queue.submit([encoder.finish()]);
  }

  #assertUsable(): void {
    if (this.#disposed) {
      throw new Error("Cannot use the engine as it was disposed: create another");
    }
    this.#gpu.assertNoError();
  }

  /** Returns the number of loaded rows, and throws if no data is loaded. */
  #requireLoaded(action: string): number {
    this.#assertUsable();
    const count = this.#gatherer.loadedRows;
    if (count === undefined) {
      throw new Error(`Cannot ${action} rows as no data is loaded: call load() first`);
    }
    return count;
  }
}

/** Divides a step's rows among slots. */
function* slotsOf({ count }: Step, slotRows: number): Iterable<{ begin: number; rows: number }> {
  for (let begin = 0; begin < count; begin += slotRows) {
    yield { begin, rows: Math.min(slotRows, count - begin) };
  }
}
