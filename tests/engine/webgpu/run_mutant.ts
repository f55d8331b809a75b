/**
 * Runs the tests on one mutant of a shader, for test_mutants.ts. It is a separate process because a
 * mutant may loop forever or crash the driver. It reads the original and the changed source as JSON
 * from stdin, and prints the name of the first test that fails, `survived` if none fails, or
 * `invalid` if the mutant does not compile.
 */
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import type { KernelSet } from "../../../lib/engine/webgpu/kernels.ts";
import { createWebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import { contractCases, coreCases } from "../contract/cases.ts";
import { registerDistortions } from "../contract/distortions.ts";
import type { Case, MakeEngine } from "../contract/shared.ts";
import { chooseRowsCases } from "./choose_rows_cases.ts";
import { openLimited } from "./limited_device.ts";
import { reverseLanes, withSources } from "./shader_sources.ts";

/**
 * How to test a shader: by the contract on a set of kernels, by the tests of choose_rows.wgsl, or
 * by the contract's tests of distorted images. `reversed` numbers the lanes in reverse order;
 * `small` limits the size of bindings.
 */
export type Runner =
  | KernelSet
  | "hardware reversed"
  | "software reversed"
  | "hardware small"
  | "choose_rows"
  | "choose_rows reversed"
  | "distortions"
  | "distortions reversed"
  | "distortions small";

interface Input {
  original: string;
  changed: string;
  runners: Runner[];
  /** Whether to run only the core of the contract. */
  core: boolean;
}

const { original, changed, runners, core }: Input = JSON.parse(
  await new Response(Deno.stdin.readable).text(),
);

/** Replaces the original shader, and reverses the lanes of every shader if `reversed`. */
const change = (reversed: boolean) => (source: string) => {
  const text = source === original ? changed : source;
  return reversed ? reverseLanes(text) : text;
};

function casesOf(runner: Runner): Case[] {
  const reversed = runner.endsWith("reversed");
  if (runner.startsWith("choose_rows")) {
    return chooseRowsTests(reversed).filter((one) => one.core || !core);
  }
  const distorts = runner.startsWith("distortions");
  const kernels = distorts ? "hardware" : runner.split(" ")[0] as KernelSet;
  const make: MakeEngine = (options) =>
    withSources(change(reversed), async () => {
      const gpu = runner.endsWith("small")
        ? await openLimited({ maxStorageBufferBindingSize: 2 ** 19 })
        : await Gpu.open((await findAdapter())!);
      return await createWebGpuEngine(gpu, options, kernels);
    });
  const cases = distorts ? distortionTests(make) : core ? coreCases(make) : contractCases(make);
  return cases.map((one) => ({ ...one, does: `${runner}: ${one.does}` }));
}

function distortionTests(make: MakeEngine): Case[] {
  const cases: Case[] = [];
  registerDistortions(
    (does, test) => cases.push({ does, test, core: true, smoke: undefined, shared: true }),
    make,
  );
  return cases;
}

function chooseRowsTests(reversed: boolean): Case[] {
  return chooseRowsCases().map((one) => ({
    ...one,
    does: `choose_rows: ${one.does}`,
    test: () => withSources(change(reversed), one.test),
  }));
}

// The runners take turns, so that a mutant that only one of them detects is detected early.
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
    // A mutant that does not compile says nothing about the tests.
    failed = /Cannot (compile|make the kernel)/.test(message) ? "invalid" : does;
    break;
  }
}
console.log(failed ?? "survived");
Deno.exit();
