/** Creates engines: chooses a device, and reports which one and why. */
import { createCpuEngine, describeCpu } from "./cpu/cpu_engine.ts";
import type { Backend, DeviceDescription, Engine, EngineOptions } from "./engine.ts";
import {
  describeAdapter,
  findAdapter,
  Gpu,
  NoAdapterError,
  requestAdapter,
} from "./webgpu/device.ts";
import { NoComparisonError, type Trial, tryAdapter } from "./trial.ts";
import { createWebGpuEngine } from "./webgpu/webgpu_engine.ts";

/** The arguments of `createEngine`. */
export interface CreateEngineOptions extends EngineOptions {
  /**
   * `auto` uses a hardware adapter if it proves to compute correctly and not to be slower than the CPU
   * engine, else the CPU engine. `webgpu` uses any adapter, even a software one, without a trial.
   * @default "auto"
   */
  backend?: Backend;
  /**
   * Number of threads of the CPU engine; results do not depend on it.
   * @default one per core
   */
  threads?: number;
  /** Called with the device that is used, and why. */
  onChoice?: (choice: DeviceChoice) => void;
  /** Called before shaders are compiled, which may take several seconds the first time. */
  onCompiling?: () => void;
}

/** The device that `createEngine` chose, and why. */
export interface DeviceChoice {
  /** The device that is used. */
  device: DeviceDescription;
  /** The adapter that was considered, if there is one. */
  adapter?: DeviceDescription;
  /**
   * - `asked`: `backend` named it;
   * - `faster` and `slower`: the adapter is right, and was compared with the CPU engine in time;
   * - `wrong`: the adapter computes wrong results;
   * - `failed`: the adapter failed;
   * - `software`: the only adapter is a software one;
   * - `none`: there is no adapter;
   * - `alone`: the CPU engine cannot run here, so that there was nothing to compare with.
   */
  reason: "asked" | "faster" | "slower" | "wrong" | "failed" | "software" | "none" | "alone";
  /** The trial, if there was one. */
  trial?: Trial;
  /** Why the adapter or the CPU engine failed, if it did. */
  failure?: string;
}

/** `auto` uses the CPU engine only if it is faster by this factor, so that the choice is stable. */
const MUCH_FASTER = 1.5;

/**
 * Creates an engine and compiles its kernels.
 *
 * @param options The net, and the kind of device to use
 * @returns The engine; dispose it with `await using` or `engine[Symbol.asyncDispose]()`
 * @throws {Error} If `backend` is `webgpu` and there is no adapter, or the device fails; with `auto`,
 * the CPU engine then replaces it
 *
 * @example
 * ```ts
 * import { createEngine } from "./create.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await using engine = await createEngine({
 *   backend: "cpu",
 *   architecture: {
 *     inputs: 784, hidden: [50, 100], classes: 10, activation: "tanh", head: "notebook",
 *   },
 *   optimizer: { name: "sgd" }, batchSize: 100, scale: "l2", augment: "none", threefry: "legacy",
 * });
 * assertEquals(engine.device.backend, "cpu");
 * ```
 */
export async function createEngine(
  {
    backend = "auto",
    threads,
    onChoice = () => {},
    onCompiling = () => {},
    ...options
  }: CreateEngineOptions,
): Promise<Engine> {
  const makeCpu = () => createCpuEngine({ ...options, threads });
  if (backend === "cpu") {
    const engine = makeCpu();
    onChoice({ device: engine.device, reason: "asked" });
    return engine;
  }
  const found = await findAdapter();
  if (backend === "webgpu") {
    if (!found) throw new NoAdapterError("train");
    const engine = await openWebGpu(found, options, onCompiling);
    onChoice({ device: engine.device, reason: "asked" });
    return engine;
  }
  const { engine, ...choice } = await chooseDevice(
    found,
    (adapter) => openWebGpu(adapter, options, onCompiling),
    makeCpu,
  );
  onChoice(choice);
  return engine;
}

/**
 * Chooses between an adapter and the CPU engine, after a trial if the adapter is hardware.
 *
 * @param found The adapter, if there is one
 * @param open Creates an engine on it
 * @param makeCpu Creates the CPU engine
 * @returns The engine to use, and why
 */
export async function chooseDevice(
  found: GPUAdapter | undefined,
  open: (adapter: GPUAdapter) => Promise<Engine>,
  makeCpu: () => Engine,
): Promise<DeviceChoice & { engine: Engine }> {
  let cpu: Engine | undefined;
  const useCpu = (reason: DeviceChoice["reason"], details: Partial<DeviceChoice> = {}) => {
    const engine = cpu ?? makeCpu();
    return { engine, device: engine.device, reason, ...details };
  };
  if (!found) return useCpu("none");
  const adapter = describeAdapter(found);
  if (adapter.software) return useCpu("software", { adapter });
  let gpu: Engine | undefined;
  try {
    gpu = await open(found);
    const { reason, ...details } = await compare(gpu, () => cpu = makeCpu());
    if (reason !== "faster" && reason !== "alone") {
      await gpu[Symbol.asyncDispose]();
      return useCpu(reason, { adapter, ...details });
    }
    await cpu?.[Symbol.asyncDispose]();
    return { engine: gpu, device: gpu.device, adapter, reason, ...details };
  } catch (error) {
    await gpu?.[Symbol.asyncDispose]();
    return useCpu("failed", { adapter, failure: (error as Error).message });
  }
}

/** Compares an adapter's engine with the CPU engine, if that can run. */
async function compare(
  gpu: Engine,
  makeCpu: () => Engine,
): Promise<Pick<DeviceChoice, "reason" | "trial" | "failure">> {
  let cpu: Engine;
  try {
    cpu = makeCpu();
  } catch (error) {
    return { reason: "alone", failure: (error as Error).message };
  }
  try {
    const trial = await tryAdapter(gpu, cpu);
    return { reason: judge(trial), trial };
  } catch (error) {
    if (!(error instanceof NoComparisonError)) throw error;
    return { reason: "alone", failure: error.message };
  }
}

function judge({ adapter, cpu }: Trial): "faster" | "slower" | "wrong" {
  if (adapter === undefined || cpu === undefined) return "wrong";
  return adapter > MUCH_FASTER * cpu ? "slower" : "faster";
}

async function openWebGpu(
  adapter: GPUAdapter,
  options: EngineOptions,
  onCompiling: () => void = () => {},
): Promise<Engine> {
  const gpu = await Gpu.open(adapter);
  try {
    onCompiling();
    return await createWebGpuEngine(gpu, options);
  } catch (error) {
    gpu.close();
    throw error;
  }
}

/** A device of this machine, and a function that creates engines on it. */
export interface FoundDevice {
  device: DeviceDescription;
  /** Whether `auto` tries it first; it then uses it unless it proves wrong or slow. */
  chosen: boolean;
  makeEngine(options: EngineOptions): Promise<Engine>;
}

/** Finds every distinct adapter that `requestAdapter`'s options reach, and the CPU engine; adapters come first. */
export async function findDevices(): Promise<FoundDevice[]> {
  const found = new Map<string, Omit<FoundDevice, "chosen">>();
  const requests: GPURequestAdapterOptions[] = [
    { powerPreference: "high-performance" },
    {},
    { powerPreference: "low-power" },
    { forceFallbackAdapter: true },
  ];
  for (const request of requests) {
    const adapter = await requestAdapter(request);
    if (adapter === undefined) continue;
    // Adapters are identified by all their information, of which browsers provide little.
    const { vendor, architecture, device: name, description } = adapter.info ?? {};
    const device = describeAdapter(adapter);
    found.set(JSON.stringify([vendor, architecture, name, description, device.software]), {
      device,
      // An adapter provides only one device, so request a new one.
      makeEngine: async (options) => openWebGpu((await requestAdapter(request))!, options),
    });
  }
  const devices = [
    ...found.values(),
    {
      device: describeCpu(),
      makeEngine: (options: EngineOptions) => Promise.resolve(createCpuEngine(options)),
    },
  ];
  const chosen = devices.find(({ device }) => !device.software);
  return devices.map((device) => ({ ...device, chosen: device === chosen }));
}

/** A device of this machine. */
export interface DeviceListing extends DeviceDescription {
  /** Whether `auto` tries it first; it then uses it unless it proves wrong or slow. */
  chosen: boolean;
}

/**
 * Lists every distinct adapter that `requestAdapter`'s options reach, and the CPU engine.
 *
 * @returns The devices, adapters first; the one that `auto` tries first is marked
 *
 * @example
 * ```ts
 * import { listDevices } from "./create.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const devices = await listDevices();
 * assertEquals(devices.at(-1)?.backend, "cpu");
 * assertEquals(devices.filter(({ chosen }) => chosen).length, 1);
 * ```
 */
export async function listDevices(): Promise<DeviceListing[]> {
  return (await findDevices()).map(({ device, chosen }) => ({ ...device, chosen }));
}
