/** Times work on a device by the device's own clock, or by the host's if it has none. */
import { findAdapter, Gpu, NO_ADAPTER } from "../lib/engine/webgpu/device.ts";

const FEATURE = "timestamp-query";
/** If this much time passed on the host's clock, the device's clock must agree, except for waits. */
const LEAST_MILLISECONDS = 100;
/** A smaller ratio shows that ticks were mistaken for nanoseconds: GPUs' ticks last 10 ns or more. */
const LEAST_SHARE = 0.2;

/** Opens the device that training would use, with timestamp queries, which the library itself does not need. */
export async function openClockedGpu(): Promise<Gpu> {
  const adapter = await findAdapter();
  if (adapter === undefined) throw new Error(`Cannot time kernels: ${NO_ADAPTER}`);
  if (adapter.features.has(FEATURE)) {
    const requestDevice = adapter.requestDevice.bind(adapter);
    adapter.requestDevice = (descriptor) =>
      requestDevice({ ...descriptor, requiredFeatures: [FEATURE] });
  }
  return await Gpu.open(adapter);
}

/** Times work by the device's own clock, or by the host's if it has none. */
export class DeviceClock {
  /** Whose clock is used. */
  readonly whose: "device" | "host";
  readonly #gpu: Gpu;
  readonly #marks: { set: GPUQuerySet; ticks: GPUBuffer } | undefined;

  /** @param gpu A device of `openClockedGpu` */
  constructor(gpu: Gpu) {
    this.#gpu = gpu;
    this.whose = gpu.device.features.has(FEATURE) ? "device" : "host";
    if (this.whose === "host") return;
    const { QUERY_RESOLVE, COPY_SRC } = GPUBufferUsage;
    this.#marks = {
      set: gpu.device.createQuerySet({ type: "timestamp", count: 2 }),
      ticks: gpu.buffer("ticks", 16, QUERY_RESOLVE | COPY_SRC),
    };
  }

  /**
   * Runs some work and times it.
   *
   * @param encode Encodes the work
   * @returns Milliseconds; by the host's clock, from submission until the device reports completion, which Deno polls for
   * @throws {Error} If the device's clock does not count nanoseconds, as WebGPU requires
   */
  async time(encode: (encoder: GPUCommandEncoder) => void): Promise<number> {
    const { device, description } = this.#gpu;
    const marks = this.#marks;
    await device.queue.onSubmittedWorkDone();
    const encoder = device.createCommandEncoder();
    if (marks) {
      const begin = { querySet: marks.set, endOfPassWriteIndex: 0 };
      encoder.beginComputePass({ timestampWrites: begin }).end();
    }
    encode(encoder);
    if (marks) {
      const end = { querySet: marks.set, beginningOfPassWriteIndex: 1 };
      encoder.beginComputePass({ timestampWrites: end }).end();
      encoder.resolveQuerySet(marks.set, 0, 2, marks.ticks, 0);
    }
    const commands = encoder.finish();
    const start = performance.now();
    device.queue.submit([commands]);
    await device.queue.onSubmittedWorkDone();
    const ours = performance.now() - start;
    this.#gpu.assertSound();
    if (!marks) return ours;
    const [from, to] = new BigUint64Array(await this.#gpu.readBack(marks.ticks, 16));
    const milliseconds = Number(to - from) / 1e6;
    const least = ours < LEAST_MILLISECONDS ? 0 : ours * LEAST_SHARE;
    if (milliseconds < least || milliseconds > ours) {
      throw new Error(
        `Cannot time kernels as the clock of ${description.name} must count nanoseconds: ` +
          `it reports ${milliseconds} ms when ${ours} passed`,
      );
    }
    return milliseconds;
  }
}
