/** Describes the machine, the versions and the date of a measurement. */
import { cpus } from "node:os";
import { listDevices } from "../lib/engine/create.ts";
import { coreCount } from "../lib/engine/host.ts";

/** What is printed above every table. */
export interface Machine {
  processor: string;
  cores: number;
  system: string;
  /** The WebGPU adapter that `--backend webgpu` uses, or `none`. */
  adapter: string;
  deno: string;
  /** `2026-11-23` */
  date: string;
}

/** Describes this machine. Requires permission for `sys=cpus`. */
export async function describeMachine(): Promise<Machine> {
  const adapters = (await listDevices()).filter(({ backend }) => backend === "webgpu");
  const adapter = adapters.find(({ software }) => !software) ?? adapters[0];
  return {
    processor: cpus()[0]?.model.trim() || "unknown processor",
    cores: coreCount(),
    system: `${Deno.build.os} ${Deno.build.arch}`,
    adapter: adapter?.name ?? "none",
    deno: Deno.version.deno,
    date: new Date().toISOString().slice(0, 10),
  };
}

/** Returns the lines above a table. */
export function machineLines(
  { processor, cores, system, adapter, deno, date }: Machine,
): string[] {
  return [
    `Machine: ${processor}, ${cores} cores, ${system}`,
    `Adapter: ${adapter}`,
    `Versions: Deno ${deno}; date: ${date}`,
  ];
}
