/**
 * The core of the contract for a browser. browser_test.ts bundles this file and runs it in a page.
 * There, `globalThis.cases` holds the tests: functions that reject if the test fails.
 */
import { findAdapter, Gpu } from "../../../lib/engine/webgpu/device.ts";
import { createWebGpuEngine } from "../../../lib/engine/webgpu/webgpu_engine.ts";
import { coreCases } from "../contract/cases.ts";

const cases = (["hardware", "software"] as const).flatMap((kernels) =>
  coreCases(async (options) => {
    const adapter = await findAdapter();
    if (adapter === undefined) throw new Error("The browser has no WebGPU adapter");
    return await createWebGpuEngine(await Gpu.open(adapter), options, kernels);
  }).map(({ does, test }) => ({ name: `${kernels} kernels: ${does}`, test }))
);

Object.assign(globalThis, { cases });
