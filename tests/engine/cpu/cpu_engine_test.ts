/**
 * Tests of what only the CPU engine has: threads, builds, Workers, pauses and disposal during work.
 */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type CpuInternals, createCpuEngine } from "../../../lib/engine/cpu/cpu_engine.ts";
import type { Engine, EngineOptions, EngineState } from "../../../lib/engine/engine.ts";
import { assertDistorted } from "../contract/distortions.ts";
import { allRows, drawnSteps, epochSteps, NOTEBOOK_ENGINE } from "../contract/shared.ts";
import { OPTIMIZERS } from "../../../lib/net/optimizers.ts";
import { drawState, generatedData, Reference } from "../../../lib/engine/reference.ts";

const DATA = generatedData({ rows: 2000, width: 28, height: 28, classes: 10 });
const STATE = drawState(NOTEBOOK_ENGINE.architecture, NOTEBOOK_ENGINE.optimizer);

/** Returns an engine with queued steps. */
function busyEngine(steps: number): Engine {
  const engine = createCpuEngine(NOTEBOOK_ENGINE);
  engine.load(DATA);
  engine.start(allRows(DATA), STATE);
  engine.step(drawnSteps(steps, 100, 0.1));
  return engine;
}

const LARGER_NET: EngineOptions = {
  ...NOTEBOOK_ENGINE,
  architecture: { ...NOTEBOOK_ENGINE.architecture, hidden: [130, 70], activation: "relu" },
  optimizer: OPTIMIZERS.adam.defaults,
  batchSize: 600,
  augment: "shift",
};

/** Returns the state after some steps. */
async function trained(
  options: EngineOptions,
  threads?: number,
  internals?: Partial<CpuInternals>,
): Promise<EngineState> {
  await using engine = createCpuEngine({ ...options, threads }, internals);
  engine.load(DATA);
  const { architecture, optimizer, batchSize } = options;
  engine.start(allRows(DATA), drawState(architecture, optimizer));
  engine.step(drawnSteps(6, batchSize, 0.01));
  engine.step(epochSteps(2000, batchSize, 0.01));
  return await engine.read();
}

for (
  const [name, options] of [["the notebook's net", NOTEBOOK_ENGINE], [
    "a larger net",
    LARGER_NET,
  ], [
    "distorted images",
    { ...LARGER_NET, augment: { rotate: 20, zoom: 0.2, shear: 0.2, shift: 2, warp: 4 } },
  ]] as const
) {
  Deno.test(`CpuEngine gives the same bits for ${name} with any number of threads`, async () => {
    const expected = await trained(options, 1);
    for (const threads of [2, 5]) {
      assertEquals(await trained(options, threads), expected);
      assertEquals(await trained(options, threads, { sharedStep: 0 }), expected);
    }
  });
}

Deno.test("createCpuEngine() names the build in its device, because the last bits depend on it", async () => {
  await using relaxed = createCpuEngine(NOTEBOOK_ENGINE, { build: "relaxed" });
  await using plain = createCpuEngine(NOTEBOOK_ENGINE, { build: "plain" });
  assertEquals(relaxed.device.name, "CPU (WebAssembly, relaxed SIMD)");
  // Deno has relaxed SIMD, so it is the default.
  await using usual = createCpuEngine(NOTEBOOK_ENGINE);
  assertEquals(usual.device.name, relaxed.device.name);
  assertEquals(plain.device.name, "CPU (WebAssembly SIMD)");
});

Deno.test({
  name: "createCpuEngine() starts its Workers without any permission",
  permissions: "none",
  async fn() {
    await using engine = busyEngine(20);
    await engine.settle();
  },
});

Deno.test("CpuEngine.settle() lets timers run while the engine works", async () => {
  await using engine = busyEngine(3000);
  let turns = 0;
  const timer = setInterval(() => turns++, 1);
  const began = performance.now();
  await engine.settle();
  clearInterval(timer);
  const leastTurns = Math.floor((performance.now() - began) / 150);
  assert(leastTurns >= 1 && turns >= leastTurns, `${turns} turns, at least ${leastTurns} expected`);
});

Deno.test("CpuEngine[Symbol.asyncDispose]() stops queued work", async () => {
  const engine = busyEngine(50_000);
  const settled = assertRejects(() => engine.settle(), Error, "disposed");
  await new Promise((resolve) => setTimeout(resolve, 50));
  const began = performance.now();
  await engine[Symbol.asyncDispose]();
  await settled;
  assert(performance.now() - began < 2000);
});

Deno.test("CpuEngine.load() ends the run: steps need another start()", async () => {
  await using engine = busyEngine(1);
  await engine.settle();
  engine.load(DATA);
  assertThrows(() => engine.step(drawnSteps(1, 100, 0.1)), Error, "no run was started");
});

Deno.test("CpuEngine's softmax does not depend on the level of the outputs, also far below 0", async () => {
  const options: EngineOptions = {
    ...NOTEBOOK_ENGINE,
    architecture: { ...NOTEBOOK_ENGINE.architecture, hidden: [8, 8], head: "softmax" },
  };
  const states = [0, -200].map((level) => {
    const state = drawState(options.architecture, options.optimizer);
    // The output biases are the last parameters.
    for (const [i, value] of state.parameters.entries()) {
      if (i >= state.parameters.length - 10) state.parameters[i] = value + level;
    }
    return state;
  });
  const changes: number[][] = [];
  for (const state of states) {
    await using engine = createCpuEngine({ ...options, threads: 1 });
    engine.load(DATA);
    engine.start(allRows(DATA), state);
    engine.step(drawnSteps(1, 100, 0.1));
    const { parameters } = await engine.read();
    changes.push([...parameters].map((value, i) => value - state.parameters[i]));
  }
  // Without the output biases, which at -200 are rounded more coarsely than the changes.
  for (let i = 0; i < changes[0].length - 10; i++) {
    assertAlmostEquals(changes[1][i], changes[0][i], 1e-5);
  }
  assert(changes[0].some((change) => Math.abs(change) > 1e-3));
});

Deno.test("CpuEngine takes steps of batches that fill its blocks of rows", async () => {
  const architecture = { ...NOTEBOOK_ENGINE.architecture, hidden: [5, 6] } as const;
  const options: EngineOptions = { ...NOTEBOOK_ENGINE, architecture, batchSize: 1024 };
  const start = drawState(architecture, options.optimizer, 1);
  const [step] = drawnSteps(1, 1024, 1);
  const gradient = new Reference(options, DATA, allRows(DATA), start).gradient(step);
  await using engine = createCpuEngine({ ...options, threads: 1 });
  engine.load(DATA);
  engine.start(allRows(DATA), start);
  engine.step([step]);
  const { parameters } = await engine.read();
  gradient.forEach((value, i) =>
    assertAlmostEquals(start.parameters[i] - parameters[i], value, 1e-5)
  );
});

Deno.test("CpuEngine skips no pixel that a displacement takes from a narrow stroke", async () => {
  const [width, height] = [28, 28];
  const data = generatedData({ rows: 120, width, height, classes: 2 });
  // Each image has one column or line of ink, so that most pixels take their values from outside of it.
  data.images.forEach((_, i) => {
    const [row, pixel] = [Math.floor(i / 784), i % 784];
    const place = row % 2 === 0 ? pixel % 28 : Math.floor(pixel / 28);
    data.images[i] = place === 4 + row % 20 ? 255 : 0;
  });
  const augment = { rotate: 0, zoom: 0, shear: 0, shift: 0, warp: 12 };
  await assertDistorted(
    (options) => Promise.resolve(createCpuEngine({ ...options, threads: 1 })),
    augment,
    [28, 28],
    data,
  );
});

for (const name of ["momentum", "adam"] as const) {
  Deno.test(`CpuEngine keeps no subnormal moments with ${name}, but NaN`, async () => {
    const optimizer = OPTIMIZERS[name].defaults;
    const options = { ...NOTEBOOK_ENGINE, optimizer };
    await using engine = createCpuEngine(options);
    // Pixel 0 is black in all rows, so its weights have no gradient.
    const images = DATA.images.slice();
    for (let at = 0; at < images.length; at += 784) images[at] = 0;
    engine.load({ ...DATA, images });
    const { parameters, moments } = drawState(options.architecture, optimizer);
    // Units 0 to 3: m is just above the smallest normal number, a subnormal number, NaN, and larger.
    const ms = [1.2e-38, 1e-40, NaN, 1e-37];
    ms.forEach((m, unit) => moments[784 * unit] = m);
    engine.start(allRows(DATA), { parameters, moments, stepsTaken: 1000 });
    engine.step(drawnSteps(1, 100, 0.01));
    const after = (await engine.read()).moments;
    assertEquals([0, 1, 2].map((unit) => after[784 * unit]), [0, 0, NaN]);
    assertAlmostEquals(after[784 * 3] / 9e-38, 1, 1e-6);
  });
}
