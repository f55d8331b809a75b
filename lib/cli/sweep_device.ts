/** Chooses the device of a sweep once, for all its runs. */
import type { Dataset } from "../data/dataset.ts";
import { createEngine, type DeviceChoice, listDevices } from "../engine/create.ts";
import type { Backend, Engine, EngineOptions } from "../engine/engine.ts";
import { parameterCount } from "../net/architecture.ts";
import type { TrainingOptions } from "../training/options.ts";
import { engineOptions } from "../training/engine_options.ts";
import { choiceLine, openEngine, reasonOf } from "./device_choice.ts";

/** The device of a sweep. */
export interface SweepDevice {
  backend: "webgpu" | "cpu";
  /** Why the CPU engine is used, if it is. */
  cpuReason?: string;
  /** The engine with which an adapter was tried. */
  tried?: Engine;
  /** Names the device, and says why it was chosen after a trial. */
  line?: string;
}

/**
 * Chooses the device. `auto` tries a hardware adapter on the run that takes longest, once.
 *
 * @param backend The kind of device that was asked for
 * @param left Returns the runs that are not done yet on a kind of device
 * @param data The data set of all runs
 * @returns The device; the caller disposes of its engine, if it has one
 */
export async function chooseSweepDevice(
  backend: Backend,
  left: (backend: SweepDevice["backend"]) => readonly TrainingOptions[],
  data: Dataset,
  onCompiling: () => void,
): Promise<SweepDevice> {
  if (backend === "cpu") return { backend, cpuReason: "because of --backend cpu" };
  if (backend === "webgpu") return { backend };
  const first = (await listDevices()).find(({ chosen }) => chosen);
  if (first?.backend === "cpu") {
    return { backend: "cpu", cpuReason: "because no hardware adapter was found" };
  }
  const runs = left("webgpu").map((options) => engineOptions(options, data));
  if (runs.length === 0) return { backend: "webgpu" };
  const [longest] = runs.toSorted((a, b) => workOf(b) - workOf(a));
  let choice: DeviceChoice | undefined;
  const onChoice = (made: DeviceChoice) => choice = made;
  const engine = await createEngine({ ...longest, onChoice, onCompiling });
  if (engine.device.backend === "webgpu") {
    return { backend: "webgpu", tried: engine, line: choiceLine(choice!) };
  }
  await engine[Symbol.asyncDispose]();
  return { backend: "cpu", cpuReason: reasonOf(choice!) };
}

/** What the time of a run's step is roughly proportional to. */
function workOf({ architecture, batchSize }: EngineOptions): number {
  return parameterCount(architecture) * batchSize;
}

/** Returns a function that creates the runs' engines on an adapter; the tried one is used first. */
export function engineMaker(
  { tried, line }: SweepDevice,
  onCompiling: () => void,
  onNotice: (line: string) => void,
): (options: EngineOptions) => Promise<Engine> {
  if (line) onNotice(line);
  let unused = tried;
  return async (options) => {
    const engine = unused;
    if (engine && JSON.stringify(engine.options) === JSON.stringify(options)) {
      unused = undefined;
      return engine;
    }
    return await openEngine(
      { ...options, backend: "webgpu", onCompiling },
      line ? () => {} : onNotice,
    );
  };
}
