/** A GPU device that reports every error. */
import type { DeviceDescription } from "../engine.ts";
import { avoidOpenGl, isOpenGl } from "./drivers.ts";

/** Limits to raise above WebGPU's defaults, as far as the adapter supports it. */
const WANTED_LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxComputeWorkgroupStorageSize",
] as const;

/** Thrown if WebGPU was asked for and there is no adapter; callers may add advice for their host. */
export class NoAdapterError extends Error {
  /** The error's class. */
  override readonly name = "NoAdapterError";

  /**
   * Creates the error.
   *
   * @param action What needs an adapter, such as `train`
   */
  constructor(action: string) {
    super(`Cannot ${action} on WebGPU: there is no WebGPU adapter`);
  }
}

/** Describes an adapter by the information that it provides. */
export function describeAdapter(adapter: GPUAdapter): DeviceDescription {
  // Older browsers have no `info`, or had `isFallbackAdapter` on the adapter itself.
  const info: Partial<GPUAdapterInfo> = adapter.info ?? {};
  const { isFallbackAdapter = false } = adapter as { isFallbackAdapter?: boolean };
  return {
    backend: "webgpu",
    name: info.description ||
      [info.vendor, info.architecture, info.device].filter(Boolean).join(" ") || "unnamed adapter",
    software: info.isFallbackAdapter ?? isFallbackAdapter,
  };
}

/**
 * Requests an adapter on which the kernels are known to work.
 *
 * @param options WebGPU's options
 * @returns The adapter, or undefined if there is none
 */
export async function requestAdapter(
  options: GPURequestAdapterOptions,
): Promise<GPUAdapter | undefined> {
  if (typeof navigator === "undefined" || navigator.gpu === undefined) return undefined;
  avoidOpenGl();
  // Some browsers reject instead of returning null, for example where a policy forbids WebGPU.
  const adapter = await navigator.gpu.requestAdapter(options).catch(() => null);
  return adapter === null || isOpenGl(adapter) ? undefined : adapter;
}

/**
 * Finds the adapter to compute on, preferring hardware to software.
 *
 * @returns The adapter, or undefined if there is none
 */
export async function findAdapter(): Promise<GPUAdapter | undefined> {
  return await requestAdapter({ powerPreference: "high-performance" }) ??
    await requestAdapter({ forceFallbackAdapter: true });
}

/** A device, its description, and the first error that occurred on it. */
export class Gpu {
  readonly description: DeviceDescription;
  readonly device: GPUDevice;
  /** Number of readbacks from the device; each costs a wait. */
  readbacks = 0;
  #failure: Error | undefined;
  #closing = false;
  /** Rejects when the device is lost. */
  readonly #lost: Promise<never>;

  private constructor(device: GPUDevice, description: DeviceDescription) {
    this.device = device;
    this.description = description;
    // Without this listener, an invalid shader would yield zeros, and the run would continue with
    // them.
    device.addEventListener("uncapturederror", (event) => {
      this.#fail(
        `${description.name} reports: ${(event as GPUUncapturedErrorEvent).error.message}`,
      );
    });
    this.#lost = device.lost.then(({ message }) => {
      const text = `${description.name} was lost: ${message || "no reason given"}`;
      if (!this.#closing) this.#fail(text);
      throw new Error(text);
    });
    this.#lost.catch(() => {});
  }

  /**
   * Opens a device.
   *
   * @param adapter The adapter, which can open only one device
   * @throws {Error} If the adapter provides no device
   */
  static async open(adapter: GPUAdapter): Promise<Gpu> {
    const description = describeAdapter(adapter);
    const requiredLimits = Object.fromEntries(
      WANTED_LIMITS.map((name) => [name, adapter.limits[name]]),
    );
    try {
      const gpu = new Gpu(await adapter.requestDevice({ requiredLimits }), description);
      // A device may be lost at birth, which its promise tells in the next microtasks.
      await Promise.resolve();
      await Promise.resolve();
      gpu.assertNoError();
      return gpu;
    } catch (error) {
      throw new Error(`Cannot open ${description.name}: ${(error as Error).message}`);
    }
  }

  /** Waits until all submitted work is done, or throws if the device is lost before. */
  async finished(): Promise<void> {
    this.assertNoError();
    await this.#orLost(this.device.queue.onSubmittedWorkDone());
  }

  /** Throws if any error has occurred since the device was opened. */
  assertNoError(): void {
    if (this.#failure) throw this.#failure;
  }

  /**
   * Creates something, and throws the error that the device reports, if any.
   *
   * @param what The name of the thing in the error message
   * @param create Creates it
   */
  async checked<T>(what: string, create: () => T | Promise<T>): Promise<T> {
    this.device.pushErrorScope("internal");
    this.device.pushErrorScope("out-of-memory");
    this.device.pushErrorScope("validation");
    let made: T | undefined;
    let thrown: unknown;
    try {
      made = await this.#orLost(Promise.resolve(create()));
    } catch (error) {
      thrown = error;
    }
    const scopes = [1, 2, 3].map(() => this.device.popErrorScope());
    const [invalid, exhausted, internal] = await this.#orLost(Promise.all(scopes));
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

  /** Reads bytes of a buffer, from an offset on, after all work queued before. */
  async readBack(source: GPUBuffer, bytes: number, offset = 0): Promise<ArrayBuffer> {
    this.assertNoError();
    this.readbacks++;
    const size = Math.ceil(bytes / 4) * 4;
    const staging = this.buffer(
      "readback",
      size,
      GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    );
    try {
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(source, offset, staging, 0, size);
      this.device.queue.submit([encoder.finish()]);
      await this.#orLost(staging.mapAsync(GPUMapMode.READ, 0, size));
      const copy = staging.getMappedRange(0, size).slice(0, bytes);
      staging.unmap();
      return copy;
    } catch (error) {
      // The device's own error is more informative than the failure of the mapping, but may arrive
      // slightly later: in browsers it comes from another process.
      for (let i = 0; i < 10; i++) {
        await new Promise((resolve) => setTimeout(resolve, 10 * i));
        this.assertNoError();
      }
      throw new Error(`Cannot read from ${this.description.name}: ${(error as Error).message}`);
    } finally {
      staging.destroy();
      this.assertNoError();
    }
  }

  /** Destroys the device and its buffers. */
  close(): void {
    this.#closing = true;
    this.device.destroy();
  }

  /** Some implementations never settle what waits for a lost device. */
  async #orLost<T>(waiting: Promise<T>): Promise<T> {
    waiting.catch(() => {});
    return await Promise.race([waiting, this.#lost]);
  }

  #fail(message: string): void {
    this.#failure ??= new Error(`WebGPU failed: ${message.split("\n").join(" ").trim()}`);
  }
}
