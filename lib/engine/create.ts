/** Creates engines: chooses a device, and reports which one and why. */
import { createCpuEngine, describeCpu } from "./cpu/cpu_engine.ts";
import type { Backend, DeviceDescription, Engine, EngineOptions } from "./engine.ts";
import { describeAdapter, findAdapter, Gpu, NO_ADAPTER, requestAdapter } from "./webgpu/device.ts";
import { createWebGpuEngine } from "./webgpu/webgpu_engine.ts";

/** The arguments of `createEngine`. */
export interface CreateEngineOptions extends EngineOptions {
  /**
   * `auto` uses a hardware adapter or else the CPU engine; `webgpu` also accepts a software adapter.
   * @default "auto"
   */
  backend?: Backend;
  /**
   * Number of threads of the CPU engine; results do not depend on it.
   * @default one per core
   */
  threads?: number;
  /** Advice to add to the error message if `webgpu` finds no adapter. */
  noAdapterAdvice?: string;
  /** Called with a message that says which device is used, and why. */
  onNotice?: (message: string) => void;
  /** Called before shaders are compiled, which may take several seconds the first time. */
  onCompiling?: () => void;
}

/** The CPU engine's description. */
const CPU = describeCpu();

/**
 * Creates an engine and compiles its kernels.
 *
 * @param options The net, and the kind of device to use
 * @returns The engine; dispose it with `await using` or `engine[Symbol.asyncDispose]()`
 * @throws {Error} If `backend` is `webgpu` and there is no adapter, or the device fails; with `auto`,
 * the CPU engine then replaces the device
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
    noAdapterAdvice,
    onNotice = () => {},
    onCompiling = () => {},
    ...options
  }: CreateEngineOptions,
): Promise<Engine> {
  const adapter = backend === "cpu" ? undefined : await findAdapter();
  const found = adapter && describeAdapter(adapter.info);
  if (adapter && (backend === "webgpu" || !found?.software)) {
    try {
      const engine = await openWebGpu(adapter, options, onCompiling);
      onNotice(`device: ${found?.name}, a ${found?.software ? "software" : "hardware"} adapter`);
      return engine;
    } catch (error) {
      if (backend === "webgpu") throw error;
      onNotice(`device: ${CPU.name}, as the hardware adapter failed: ${(error as Error).message}`);
      return createCpuEngine({ ...options, threads });
    }
  }
  if (backend === "webgpu") {
    const reason = noAdapterAdvice ? `${NO_ADAPTER}: ${noAdapterAdvice}` : NO_ADAPTER;
    throw new Error(`Cannot train on WebGPU: there is ${reason}`);
  }
  const why = backend === "cpu"
    ? "because of --backend cpu"
    : found
    ? `as no hardware adapter was found (--backend webgpu would use ${found.name})`
    : `as there is ${NO_ADAPTER}`;
  onNotice(`device: ${CPU.name}, ${why}`);
  return createCpuEngine({ ...options, threads });
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
  /** Whether `auto` chooses it. */
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
    const { vendor, architecture, device, description } = adapter.info;
    found.set(JSON.stringify([vendor, architecture, device, description]), {
      device: describeAdapter(adapter.info),
      // An adapter provides only one device, so request a new one.
      makeEngine: async (options) => openWebGpu((await requestAdapter(request))!, options),
    });
  }
  const devices = [
    ...found.values(),
    {
      device: CPU,
      makeEngine: (options: EngineOptions) => Promise.resolve(createCpuEngine(options)),
    },
  ];
  const chosen = devices.find(({ device }) => !device.software);
  return devices.map((device) => ({ ...device, chosen: device === chosen }));
}

/** A device of this machine. */
export interface DeviceListing extends DeviceDescription {
  /** Whether `auto` chooses it. */
  chosen: boolean;
}

/**
 * Lists every distinct adapter that `requestAdapter`'s options reach, and the CPU engine.
 *
 * @returns The devices, adapters first; the one that `auto` uses is marked
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
