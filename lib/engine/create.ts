/** Makes engines: picks a device, and says which and why. */
import { createCpuEngine, describeCpu } from "./cpu/cpu_engine.ts";
import type { Backend, DeviceDescription, Engine, EngineOptions } from "./engine.ts";
import { describeAdapter, findAdapter, Gpu, NO_ADAPTER, requestAdapter } from "./webgpu/device.ts";
import { createWebGpuEngine } from "./webgpu/webgpu_engine.ts";

/** What `createEngine` is told. */
export interface CreateEngineOptions extends EngineOptions {
  /**
   * `auto` takes a hardware adapter, else the CPU engine; `webgpu` takes a software adapter too.
   * @default "auto"
   */
  backend?: Backend;
  /**
   * How many threads the CPU engine uses; no number of them changes a result.
   * @default one a core
   */
  threads?: number;
  /** What to do where `webgpu` finds no adapter, to be added to the message that says so. */
  noAdapterAdvice?: string;
  /** Told which device was taken, and why. */
  onNotice?: (message: string) => void;
  /** Told that shaders are about to be compiled, which takes a driver up to some seconds the first time. */
  onCompiling?: () => void;
}

/** The CPU engine's own description. */
const CPU = describeCpu();

/**
 * Makes an engine, which compiles its kernels.
 *
 * @param options The net, and which kind of device to take
 * @returns The engine; dispose of it with `await using` or `engine[Symbol.asyncDispose]()`
 * @throws {Error} If `backend` is `webgpu` and there is no adapter, or the device refuses; with `auto`,
 * the CPU engine takes the place of a device that refuses
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
      onNotice(`device: ${CPU.name}, as the hardware adapter refuses: ${(error as Error).message}`);
      return createCpuEngine({ ...options, threads });
    }
  }
  if (backend === "webgpu") {
    const reason = noAdapterAdvice ? `${NO_ADAPTER}: ${noAdapterAdvice}` : NO_ADAPTER;
    throw new Error(`Cannot train on WebGPU: there is ${reason}`);
  }
  const why = backend === "cpu"
    ? "as --backend cpu asks"
    : found
    ? `as no hardware adapter was found (--backend webgpu takes ${found.name})`
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

/** A device that could train here, and how to make engines on it. */
export interface FoundDevice {
  device: DeviceDescription;
  /** Whether `--backend auto` takes it. */
  chosen: boolean;
  makeEngine(options: EngineOptions): Promise<Engine>;
}

/** Every distinct adapter that `requestAdapter`'s options reach, and the CPU engine; adapters first. */
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
    // All that an adapter tells of itself: in browsers, that is next to nothing.
    const { vendor, architecture, device, description } = adapter.info;
    found.set(JSON.stringify([vendor, architecture, device, description]), {
      device: describeAdapter(adapter.info),
      // An adapter gives one device only.
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

/** A device that could train here. */
export interface DeviceListing extends DeviceDescription {
  /** Whether `--backend auto` takes it. */
  chosen: boolean;
}

/**
 * Every distinct adapter that `requestAdapter`'s options reach, and the CPU engine.
 *
 * @returns The devices, the one that `auto` takes marked; adapters first
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
