/**
 * A process of its own for test_mutants.ts, as a mutant may never end, or take the driver with it. Takes the
 * original and the changed source as JSON on stdin, and prints which case fails, or that none does.
 */
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import type { KernelSet } from "../../../lib/engine/webgpu/kernels.ts";
import { createWebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import { allCases, type Case } from "../contract/core.ts";
import { chooseRowsCases } from "./choose_rows.ts";
import { lanesBackwards, withSources } from "./sources.ts";

const { original, changed, draws }: { original: string; changed: string; draws: boolean } = JSON
  .parse(await new Response(Deno.stdin.readable).text());

/** Replaces the one shader, and numbers lanes backwards where told. */
const change = (backwards: boolean) => (source: string) => {
  const text = source === original ? changed : source;
  return backwards ? lanesBackwards(text) : text;
};

function contract(kernels: KernelSet, backwards: boolean): Case[] {
  const cases = allCases((options) =>
    withSources(change(backwards), async () => {
      return await createWebGpuEngine(await Gpu.open((await findAdapter())!), options, kernels);
    })
  );
  return cases.map(({ does, test }) => ({
    does: `${kernels} kernels${backwards ? ", lanes backwards" : ""}: ${does}`,
    test,
  }));
}

const choosing = [true, false].flatMap((backwards) =>
  chooseRowsCases().map(({ does, test }) => ({
    does: `choose_rows: ${does}`,
    test: () => withSources(change(backwards), test),
  }))
);
const cases = [
  ...draws ? choosing : [],
  ...contract("hardware", true),
  ...contract("tiled", false),
  ...contract("hardware", false),
];

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
