import { assert, assertEquals } from "@std/assert";
import { createCpuEngine } from "../../lib/engine/cpu/cpu_engine.ts";
import type { EngineOptions } from "../../lib/engine/engine.ts";
import { checkDevice } from "../../lib/engine/self_check.ts";
import { test } from "../requirements.ts";

/** Which checks fail on an engine that does something else than it is asked to. */
async function failing(change: (options: EngineOptions) => Partial<EngineOptions>) {
  const results = await checkDevice((options) =>
    Promise.resolve(createCpuEngine({ ...options, ...change(options) }))
  );
  return results.filter(({ error, tolerance }) => !(error <= tolerance)).map(({ what }) => what);
}

test("checkDevice() finds nothing wrong with a right engine, and what is wrong with others", async () => {
  assertEquals(await failing(() => ({})), []);
  assertEquals(await failing(() => ({ threefry: "partitionable" })), [
    "gradient of 784-50-100-10",
    "gradient of 784-300-70-10",
    "rows drawn",
    "change in ten steps",
  ]);
  const relu = await failing(({ architecture }) => ({
    architecture: { ...architecture, activation: "relu" },
  }));
  assert(relu.includes("gradient of 784-50-100-10"), relu.join());
});
