/**
 * A process of its own for test_mutants.ts, as a mutant may never end, or take the driver with it. Takes the
 * original and the changed source as JSON on stdin, and prints which case fails, or that none does.
 */
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import type { KernelSet } from "../../../lib/engine/webgpu/kernels.ts";
import { createWebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import { allCases, type Case, coreContract } from "../contract/core.ts";
import { registerDistortions } from "../contract/distortions.ts";
import type { MakeEngine } from "../contract/shared.ts";
import { chooseRowsCases } from "./choose_rows.ts";
import { openLimited } from "./limited.ts";
import { lanesBackwards, withSources } from "./sources.ts";

/**
 * What runs a shader: a set of kernels, with lanes numbered backwards or on a device with small bindings too;
 * choose_rows.wgsl by itself; or the contract's distorted images alone, on the set for hardware.
 */
export type Runner =
  | KernelSet
  | "hardware backwards"
  | "hardware small"
  | "choosing"
  | "choosing backwards"
  | "distorting"
  | "distorting backwards"
  | "distorting small";

interface Question {
  original: string;
  changed: string;
  runners: Runner[];
  /** Whether the contract's core is enough. */
  core: boolean;
}

const { original, changed, runners, core }: Question = JSON.parse(
  await new Response(Deno.stdin.readable).text(),
);

/** Replaces the one shader, and numbers lanes backwards where told. */
const change = (backwards: boolean) => (source: string) => {
  const text = source === original ? changed : source;
  return backwards ? lanesBackwards(text) : text;
};

function casesOf(runner: Runner): Case[] {
  const backwards = runner.endsWith("backwards");
  if (runner.startsWith("choosing")) return choosing(backwards);
  const distorts = runner.startsWith("distorting");
  const kernels = distorts ? "hardware" : runner.split(" ")[0] as KernelSet;
  const make: MakeEngine = (options) =>
    withSources(change(backwards), async () => {
      const gpu = runner.endsWith("small")
        ? await openLimited({ maxStorageBufferBindingSize: 2 ** 19 })
        : await Gpu.open((await findAdapter())!);
      return await createWebGpuEngine(gpu, options, kernels);
    });
  const cases = distorts ? distortions(make) : core ? coreContract(make) : allCases(make);
  return cases.map(({ does, test }) => ({
    does: `${runner}: ${does}`,
    test,
  }));
}

function distortions(make: MakeEngine): Case[] {
  const cases: Case[] = [];
  registerDistortions((does, test) => cases.push({ does, test }), make);
  return cases;
}

function choosing(backwards: boolean): Case[] {
  return chooseRowsCases().map(({ does, test }) => ({
    does: `choose_rows: ${does}`,
    test: () => withSources(change(backwards), test),
  }));
}

/** The sets of cases in turn, so that what any of them notices is soon noticed. */
const sets = runners.map(casesOf);
const turns = Math.max(...sets.map(({ length }) => length));
const cases = Array.from({ length: turns }, (_, i) => sets.flatMap((set) => set.slice(i, i + 1)))
  .flat();

let failed: string | undefined;
for (const { does, test } of cases) {
  try {
    await test();
  } catch (error) {
    const { message } = error as Error;
    // One that is no program tells nothing of the tests.
    failed = /Cannot (compile|make the kernel)/.test(message) ? "invalid" : does;
    break;
  }
}
console.log(failed ?? "survived");
Deno.exit();
