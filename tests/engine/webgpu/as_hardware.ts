/** Adapters that say that they are hardware, for tests of what then happens. */

/** Runs a function while `navigator.gpu` is another object. */
export async function withGpu(gpu: unknown, run: () => Promise<void>): Promise<void> {
  const before = Object.getOwnPropertyDescriptor(navigator, "gpu");
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    await run();
  } finally {
    if (before) Object.defineProperty(navigator, "gpu", before);
    else delete (navigator as { gpu?: unknown }).gpu;
  }
}

/** What happened on an adapter of `withHardware`. */
export interface HardwareLog {
  /** The number of devices that were requested. */
  devices: number;
}

/**
 * Runs a function while the adapter says that it is hardware.
 *
 * @param run The function
 * @param change Changes the shaders' code
 * @param delay Milliseconds that each submission takes longer
 */
export async function withHardware(
  run: (log: HardwareLog) => Promise<void>,
  change: (code: string) => string = (code) => code,
  delay = 0,
): Promise<void> {
  const { gpu } = navigator;
  const log = { devices: 0 };
  await withGpu({
    async requestAdapter() {
      const adapter = (await gpu.requestAdapter())!;
      return {
        info: { description: "Some GPU", isFallbackAdapter: false },
        limits: adapter.limits,
        async requestDevice(descriptor: GPUDeviceDescriptor) {
          log.devices++;
          const device = await adapter.requestDevice(descriptor);
          const { createShaderModule } = device;
          device.createShaderModule = (descriptor) =>
            createShaderModule.call(device, { ...descriptor, code: change(descriptor.code) });
          if (delay > 0) {
            const { submit } = device.queue;
            device.queue.submit = (commands) => {
              for (const end = performance.now() + delay; performance.now() < end;);
              submit.call(device.queue, commands);
            };
          }
          return device;
        },
      };
    },
  }, () => run(log));
}
