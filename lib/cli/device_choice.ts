/** Creates an engine for a task, and says on which device and why. */
import { createEngine, type CreateEngineOptions, type DeviceChoice } from "../engine/create.ts";
import type { Backend, DeviceDescription, Engine } from "../engine/engine.ts";
import { NoAdapterError } from "../engine/webgpu/device.ts";
import { type Flag, oneOf } from "./flags.ts";

/** The flag that chooses the kind of device. */
export const BACKEND_FLAG: Flag<Backend> = oneOf(
  ["auto", "webgpu", "cpu"],
  "kind of device to train on",
  "auto",
);

/** Advice for users whose machine has no WebGPU adapter. */
const DRIVER_ADVICE =
  "the machine has no graphics driver that Deno can use; install the GPU's Vulkan driver, " +
  "or on Debian the software adapter with `apt-get install mesa-vulkan-drivers libvulkan1`, " +
  "or use --backend cpu";

/**
 * Creates an engine.
 *
 * @param onNotice Called with a line that names the device, and says why it was chosen
 * @throws {Error} With advice if WebGPU was asked for and there is no adapter
 */
export async function openEngine(
  options: CreateEngineOptions,
  onNotice: (line: string) => void,
): Promise<Engine> {
  try {
    return await createEngine({ ...options, onChoice: (choice) => onNotice(choiceLine(choice)) });
  } catch (error) {
    if (!(error instanceof NoAdapterError)) throw error;
    throw new Error(`${error.message}: ${DRIVER_ADVICE}`);
  }
}

/**
 * Creates an engine for a resumed run: on the kind of device that the run has used, since the last
 * bits of its results depend on it. If that is impossible, on the device that a new run would use.
 *
 * @param backend The kind of device that the run has used
 * @param onNotice Called with a line that names the device, and says why it was chosen
 */
export async function reopenEngine(
  options: Omit<CreateEngineOptions, "backend">,
  backend: DeviceDescription["backend"],
  onNotice: (line: string) => void,
): Promise<Engine> {
  try {
    const engine = await createEngine({ ...options, backend });
    onNotice(`device: ${engine.device.name}, like the run so far`);
    return engine;
  } catch (error) {
    if (backend === "cpu") throw error;
    onNotice(`the run cannot go on on WebGPU: ${(error as Error).message}`);
    return await openEngine(options, onNotice);
  }
}

/** Describes a choice in one line. */
export function choiceLine(choice: DeviceChoice): string {
  return `device: ${choice.device.name}, ${reasonOf(choice)}`;
}

/** Says why a device was chosen. */
export function reasonOf({ device, adapter, reason, trial, failure }: DeviceChoice): string {
  const times = `${time(trial?.adapter)} ms a step against the CPU engine's ${time(trial?.cpu)}`;
  switch (reason) {
    case "asked":
      return device.backend === "cpu"
        ? "because of --backend cpu"
        : `a ${device.software ? "software" : "hardware"} adapter`;
    case "faster":
      return `a hardware adapter: ${times}`;
    case "slower":
      return `as ${adapter!.name} takes ${times} (--backend webgpu would use it)`;
    case "wrong":
      return `as ${adapter!.name} computes wrong results: after three steps they differ by ` +
        `${trial!.error.toExponential(1)} of the change, more than ${trial!.tolerance}`;
    case "failed":
      return `as the hardware adapter failed: ${failure}`;
    case "software":
      return `as no hardware adapter was found (--backend webgpu would use ${adapter!.name})`;
    case "none":
      return "as there is no WebGPU adapter";
    case "alone":
      return `unchecked, as there is nothing to compare it with: ${failure}`;
  }
}

function time(milliseconds = NaN): string {
  return String(Number(milliseconds.toPrecision(2)));
}
