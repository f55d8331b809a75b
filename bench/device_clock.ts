/**
 * Times GPU work by the device's clock (timestamp queries), or by the host's clock if the device
 * has none.
 */
import { findAdapter, Gpu, NoAdapterError } from "../lib/engine/webgpu/device.ts";

const FEATURE = "timestamp-query";
/**
 * If at least this much time passed by the host's clock, the device's clock is checked against it.
 */
const LEAST_MILLISECONDS = 100;
/**
 * If the device's clock reports less than this share, it counts ticks of 10 ns or more instead of
 * nanoseconds.
 */
const LEAST_SHARE = 0.2;

/** Opens the device that training uses, with timestamp queries enabled if the adapter has them. */
export async function openClockedGpu(): Promise<Gpu> {
  const adapter = await findAdapter();
  if (adapter === undefined) throw new NoAdapterError("time kernels");
  if (adapter.features.has(FEATURE)) {
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = (descriptor) =>
      requestDevice({ ...descriptor, requiredFeatures: [FEATURE] });
  }
  return await Gpu.open(adapter);
}

/** Times GPU work by the device's clock, or by the host's clock if the device has none. */
export class DeviceClock {
  /** Which clock is used. */
  readonly whose: "device" | "host";
  readonly #gpu: Gpu;
  readonly #timestamps: { set: GPUQuerySet; ticks: GPUBuffer } | undefined;

  /** @param gpu A device of `openClockedGpu` */
  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.whose = gpu.device.features.has(FEATURE) ? "device" : "host";
    if (this.whose === "host") return;
    const { QUERY_RESOLVE, COPY_SRC } = GPUBufferUsage;
    this.#timestamps = {
      set: gpu.device.createQuerySet({ type: "timestamp", count: 2 }),
      ticks: gpu.buffer("ticks", 16, QUERY_RESOLVE | COPY_SRC),
    };
  }

  /**
   * Runs GPU work and returns its duration.
   *
   * @param encode Encodes the work
   * @returns Milliseconds. By the host's clock these include the wait for completion, up to 11 ms
   *   in Deno
   * @throws {Error} If the device's clock does not count nanoseconds, as WebGPU requires
   */
  async time(encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
    const { device, description } = this.#gpu;
    const timestamps = this.#timestamps;
    await device.queue.onSubmittedWorkDone();
    const encoder = device.createCommandEncoder();
    if (timestamps) {
      const begin = { querySet: timestamps.set, endOfPassWriteIndex: 0 };
      encoder.beginComputePass({ timestampWrites: begin }).end();
    }
    encode(encoder);
    if (timestamps) {
      const end = { querySet: timestamps.set, beginningOfPassWriteIndex: 1 };
      encoder.beginComputePass({ timestampWrites: end }).end();
      encoder.resolveQuerySet(timestamps.set, 0, 2, timestamps.ticks, 0);
    }
    const commands = encoder.finish();
    const start = performance.now();
    device.queue.submit([commands]);
    await device.queue.onSubmittedWorkDone();
    const hostMilliseconds = performance.now() - start;
    this.#gpu.assertNoError();
    if (!timestamps) return hostMilliseconds;
    const [from, to] = new BigUint64Array(await this.#gpu.readBack(timestamps.ticks, 16));
    const milliseconds = Number(to - from) / 1e6;
    const least = hostMilliseconds < LEAST_MILLISECONDS ? 0 : hostMilliseconds * LEAST_SHARE;
    if (milliseconds < least || milliseconds > hostMilliseconds) {
      throw new Error(
        `Cannot time kernels as the clock of ${description.name} must count nanoseconds: ` +
          `it reports ${milliseconds} ms when ${hostMilliseconds} passed`,
      );
    }
    return milliseconds;
  }
}
