/** A GPU device whose errors cannot pass in silence. */
import type { DeviceDescription } from "../engine.ts";
import { avoidOpenGl, isOpenGl } from "./drivers.ts";

/** What the kernels need beyond WebGPU's defaults, as far as an adapter has it. */
const WANTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
] as const;

/** What every host says where there is none; what to do about it, the host knows. */
export const NO_ADAPTER = "no WebGPU adapter";

/** Puts an adapter's name together from what it tells of itself. */
export function describeAdapter(info: GPUAdapterInfo): DeviceDescription {
  return {
    backend: "webgpu",
    name: info.description || [info.vendor, info.architecture, info.device].join(" ").trim() ||
      "unnamed adapter",
    // Missing where a browser is older than it, and then unknown.
    software: info.isFallbackAdapter ?? false,
  };
}

/**
 * Asks for an adapter that the kernels can be trusted to.
 *
 * @param options WebGPU's own
 * @returns The adapter, or undefined where there is none
 */
export async function requestAdapter(
  options: GPURequestAdapterOptions,
): Promise<GPUAdapter | undefined> {
  if (typeof navigator === "undefined" || navigator.gpu === undefined) return undefined;
  avoidOpenGl();
  const adapter = await navigator.gpu.requestAdapter(options);
  return adapter === null || isOpenGl(adapter) ? undefined : adapter;
}

/**
 * The adapter to compute on: hardware before software.
 *
 * @returns The adapter, or undefined where there is none
 */
export async function findAdapter(): Promise<GPUAdapter | undefined> {
  return await requestAdapter({ powerPreference: "high-performance" }) ??
    await requestAdapter({ forceFallbackAdapter: true });
}

/** A device, its description, and the first thing that went wrong on it. */
export class Gpu {
  readonly description: DeviceDescription;
  readonly device: GPUDevice;
  /** How often something was read back from the device; each time costs a wait. */
  readbacks = 0;
  #failure: Error | undefined;
  #closing = false;

  private constructor(device: GPUDevice, description: DeviceDescription) {
    this.device = device;
    this.description = description;
    // Without a listener, a broken shader reads back zeros and the run goes on with them.
    device.addEventListener("uncapturederror", (event) => {
      this.#fail(
        `${description.name} reports: ${(event as GPUUncapturedErrorEvent).error.message}`,
      );
    });
    device.lost.then(({ message }) => {
      if (!this.#closing) {
        this.#fail(`${description.name} was lost: ${message || "no reason given"}`);
      }
    });
  }

  /**
   * Opens a device.
   *
   * @param adapter The adapter, used up by this
   * @throws {Error} If the adapter gives none
   */
  static async open(adapter: GPUAdapter): Promise<Gpu> {
    const description = describeAdapter(adapter.info);
    const requiredLimits = Object.fromEntries(
      WANTED_LIMITS.map((name) => [name, adapter.limits[name]]),
    );
    try {
      return new Gpu(await adapter.requestDevice({ requiredLimits }), description);
    } catch (error) {
      throw new Error(`Cannot open ${description.name}: ${(error as Error).message}`);
    }
  }

  /** Throws if anything has gone wrong since the device was opened. */
  assertSound(): void {
    if (this.#failure) throw this.#failure;
  }

  /**
   * Runs a creation and throws what the device has to say against it.
   *
   * @param what To be named in the error
   * @param create The creation
   */
  async checked<T>(what: string, create: () => T | Promise<T>): Promise<T> {
    this.device.pushErrorScope("internal");
    this.device.pushErrorScope("out-of-memory");
    this.device.pushErrorScope("validation");
    let made: T | undefined;
    let thrown: unknown;
    try {
      made = await create();
    } catch (error) {
      thrown = error;
    }
    const invalid = await this.device.popErrorScope();
    const exhausted = await this.device.popErrorScope();
    const internal = await this.device.popErrorScope();
    if (thrown !== undefined) throw thrown;
    const error = invalid ?? exhausted ?? internal;
    if (error) throw new Error(`Cannot make ${what} on ${this.description.name}: ${error.message}`);
    return made as T;
  }

  /** Creates a buffer; sizes are rounded up to 256 bytes so that any part may be bound. */
  buffer(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    const size = Math.max(256, Math.ceil(bytes / 256) * 256);
    if (size > this.device.limits.maxBufferSize) {
      throw new Error(
        `Cannot make the buffer of ${label} on ${this.description.name} as it must have at most ${this.device.limits.maxBufferSize} bytes: current value is ${size}`,
      );
    }
    return this.device.createBuffer({ label, size, usage });
  }

  /** Reads the first bytes of a buffer, once all work queued before is done. */
  async readBack(source: GPUBuffer, bytes: number): Promise<ArrayBuffer> {
    this.assertSound();
    this.readbacks++;
    const size = Math.ceil(bytes / 4) * 4;
    const staging = this.buffer(
      "readback",
      size,
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
    try {
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, 0, staging, 0, size);
      this.device.queue.submit([encoder.finish()]);
      await staging.mapAsync(GPUMapMode.READ, 0, size);
      const copy = staging.getMappedRange(0, size).slice(0, bytes);
      staging.unmap();
      return copy;
    } catch (error) {
      // What the device itself reported says more than that the mapping failed.
      this.assertSound();
      throw new Error(`Cannot read from ${this.description.name}: ${(error as Error).message}`);
    } finally {
      staging.destroy();
      this.assertSound();
    }
  }

  /** Gives the device back; buffers on it are destroyed with it. */
  close(): void {
    this.#closing = true;
    this.device.destroy();
  }

  #fail(message: string): void {
    this.#failure ??= new Error(`WebGPU failed: ${message.split("\n").join(" ").trim()}`);
  }
}
