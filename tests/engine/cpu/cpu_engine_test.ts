import { assert, assertEquals, assertRejects } from "@std/assert";
import { createCpuEngine } from "../../../lib/engine/cpu/cpu_engine.ts";
import type { Engine, EngineState } from "../../../lib/engine/engine.ts";
import { allRows, drawnSteps, NOTEBOOK_ENGINE } from "../contract/shared.ts";
import { drawState, generatedData } from "../../../lib/engine/reference.ts";

const DATA = generatedData({ rows: 2000, width: 28, height: 28, classes: 10 });
const STATE = drawState(NOTEBOOK_ENGINE.architecture, NOTEBOOK_ENGINE.optimizer);

/** An engine that is to take some steps. */
function busyEngine(steps: number): Engine {
  const engine = createCpuEngine(NOTEBOOK_ENGINE);
  engine.load(DATA);
  engine.start(allRows(DATA), STATE);
  engine.step(drawnSteps(steps, 100, 0.1));
  return engine;
}

async function trained(): Promise<EngineState> {
  await using engine = busyEngine(20);
  return await engine.read();
}

/** Made while this file is loaded, so with the permissions that the tests were started with. */
const expected = await trained();

Deno.test({
  name: "createCpuEngine() gives the same bits where it may not read its Worker's file",
  permissions: { read: false },
  fn: async () => assertEquals(await trained(), expected),
});

Deno.test("settle() lets timers have their turn while it works", async () => {
  await using engine = busyEngine(300);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const began = performance.now();
  await engine.settle();
  clearInterval(timer);
  const turnsDue = Math.floor((performance.now() - began) / 150);
  assert(turnsDue >= 1 && turns >= turnsDue, `${turns} turns, ${turnsDue} were due`);
});

Deno.test("[Symbol.asyncDispose]() ends work that is going on", async () => {
  const engine = busyEngine(5000);
  const settled = assertRejects(() => engine.settle(), Error, "disposed");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const began = performance.now();
  await engine[Symbol.asyncDispose]();
  await settled;
  assert(performance.now() - began < 2000);
});
