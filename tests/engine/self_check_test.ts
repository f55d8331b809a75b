import { assert, assertEquals } from "@std/assert";
import { createCpuEngine } from "../../lib/engine/cpu/cpu_engine.ts";
import type { EngineOptions } from "../../lib/engine/engine.ts";
import { checkDevice } from "../../lib/engine/self_check.ts";

/** Returns the names of the checks that fail for a CPU engine with changed options. */
async function failedChecks(
  change: (options: EngineOptions) => Partial<EngineOptions>,
): Promise<string[]> {
  const results = await checkDevice((options) =>
    Promise.resolve(createCpuEngine({ ...options, ...change(options) }))
  );
  return results.filter(({ error, tolerance }) => !(error <= tolerance)).map(({ what }) => what);
}

Deno.test("checkDevice() passes all checks for a correct engine", async () => {
  assertEquals(await failedChecks(() => ({})), []);
});

Deno.test("checkDevice() fails every check that samples rows if the engine samples other rows", async () => {
  assertEquals(await failedChecks(() => ({ threefry: "partitionable" })), [
    "gradient of 784-50-100-10",
    "gradient of 784-300-70-10",
    "rows drawn",
    "change in ten steps",
  ]);
});

Deno.test("checkDevice() fails the gradient check if the engine uses another activation", async () => {
  const failed = await failedChecks(({ architecture }) => ({
    architecture: { ...architecture, activation: "relu" },
  }));
  assert(failed.includes("gradient of 784-50-100-10"), failed.join());
});
