/** Tests of how a device is chosen, with adapters that fail, are wrong or slow, or die. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { createCpuEngine } from "../../lib/engine/cpu/cpu_engine.ts";
import {
  chooseDevice,
  createEngine,
  type CreateEngineOptions,
  type DeviceChoice,
  listDevices,
} from "../../lib/engine/create.ts";
import type { Engine, EngineOptions } from "../../lib/engine/engine.ts";
import { choiceLine } from "../../lib/cli/device_choice.ts";
import { needs, test } from "../requirements.ts";
import { NOTEBOOK_ENGINE } from "./contract/shared.ts";
import { withGpu, withHardware } from "./webgpu/as_hardware.ts";

const GPU = { info: { description: "Some GPU", isFallbackAdapter: false }, limits: {} };

function withFailingAdapter(run: () => Promise<void>): Promise<void> {
  const requestDevice = () => Promise.reject(new Error("out of devices"));
  const adapter = { ...GPU, requestDevice };
  return withGpu({ requestAdapter: () => Promise.resolve(adapter) }, run);
}

/** Returns the choice of `auto`. */
async function choose(options: CreateEngineOptions = NOTEBOOK_ENGINE): Promise<DeviceChoice> {
  const choices: DeviceChoice[] = [];
  const onChoice = (choice: DeviceChoice) => choices.push(choice);
  await using engine = await createEngine({ ...options, onChoice });
  assertEquals(choices.length, 1);
  assertEquals(choices[0].device, engine.device);
  return choices[0];
}

for (const backend of ["cpu", "webgpu"] as const) {
  Deno.test({
    name: `createEngine() reports that the device was asked for if the backend is ${backend}`,
    ...backend === "webgpu" ? await needs("webgpu") : {},
    async fn() {
      const { device, reason } = await choose({ ...NOTEBOOK_ENGINE, backend });
      assertEquals([device.backend, reason], [backend, "asked"]);
    },
  });
}

test("createEngine() returns the CPU engine, with a notice, if the adapter gives no device", () =>
  withFailingAdapter(async () => {
    const choice = await choose();
    assertEquals([choice.device.backend, choice.reason], ["cpu", "failed"]);
    assert(choiceLine(choice).includes("Cannot open Some GPU: out of devices"));
  }));

test("createEngine() throws if backend is webgpu and the adapter gives no device", () =>
  withFailingAdapter(async () => {
    await assertRejects(
      () => createEngine({ ...NOTEBOOK_ENGINE, backend: "webgpu" }),
      Error,
      "Cannot open Some GPU: out of devices",
    );
  }));

test("createEngine() takes an adapter that is refused with an error for no adapter", () =>
  withGpu({ requestAdapter: () => Promise.reject(new TypeError("disallowed")) }, async () => {
    assertEquals((await choose()).reason, "none");
    await assertRejects(
      () => createEngine({ ...NOTEBOOK_ENGINE, backend: "webgpu" }),
      Error,
      "there is no WebGPU adapter",
    );
  }));

test("createEngine() says that a device was lost at birth", () => {
  const device = {
    addEventListener() {},
    lost: Promise.resolve({ message: "too many contexts" }),
    limits: {},
  };
  const adapter = { ...GPU, requestDevice: () => Promise.resolve(device) };
  return withGpu({ requestAdapter: () => Promise.resolve(adapter) }, async () => {
    const { reason, failure } = await choose();
    assertEquals(reason, "failed");
    assert(failure?.includes("lost: too many contexts"), failure);
  });
});

test("createEngine() destroys a device on which no engine can be created", async () => {
  let destroyed = 0;
  const device = {
    addEventListener() {},
    destroy: () => destroyed++,
    lost: new Promise(() => {}),
    limits: {},
  };
  const adapter = { ...GPU, requestDevice: () => Promise.resolve(device) };
  await withGpu({ requestAdapter: () => Promise.resolve(adapter) }, async () => {
    assertEquals((await choose()).reason, "failed");
  });
  assertEquals(destroyed, 1);
});

test("listDevices() tells a hardware adapter from a fallback with the same information", () =>
  withGpu({
    requestAdapter: ({ forceFallbackAdapter = false }: GPURequestAdapterOptions) =>
      Promise.resolve({ info: { isFallbackAdapter: forceFallbackAdapter }, limits: {} }),
  }, async () => {
    const adapters = (await listDevices()).filter(({ backend }) => backend === "webgpu");
    assertEquals(adapters.map(({ software, chosen }) => [software, chosen]), [
      [false, true],
      [true, false],
    ]);
  }));

test("listDevices() describes an adapter of a browser that has no information", () =>
  withGpu({ requestAdapter: () => Promise.resolve({ limits: {} }) }, async () => {
    assertEquals((await listDevices())[0].name, "unnamed adapter");
  }));

/** Returns an engine with some methods replaced; `engine` is the original. */
function changed(change: (engine: Engine) => Partial<Engine>): Engine {
  const engine = createCpuEngine(NOTEBOOK_ENGINE);
  const methods = change(engine) as Record<PropertyKey, unknown>;
  return new Proxy(engine, {
    get(_, name) {
      const value = methods[name] ?? Reflect.get(engine, name);
      return typeof value === "function" ? value.bind(engine) : value;
    },
  });
}

function notebook(): Engine {
  return createCpuEngine(NOTEBOOK_ENGINE);
}

/** An engine whose steps take longer. */
function slow(): Engine {
  let steps = 0;
  const finish = async () => {
    const taken = 50 * steps;
    steps = 0;
    await new Promise((resolve) => setTimeout(resolve, taken));
  };
  return changed((engine) => ({
    step(some) {
      steps += some.length;
      engine.step(some);
    },
    async settle() {
      await finish();
      return await engine.settle();
    },
    async read() {
      await finish();
      return await engine.read();
    },
  }));
}

/** An engine that computes one weight's change slightly wrong. */
function wrong(): Engine {
  return changed((engine) => ({
    async read() {
      const state = await engine.read();
      state.parameters[45_000] *= 1.001;
      return state;
    },
  }));
}

async function choiceOf(
  adapter: () => Engine,
  cpu: () => Engine = notebook,
): Promise<DeviceChoice & { usesAdapter: boolean }> {
  let gpu: Engine | undefined;
  const open = () => Promise.resolve(gpu = adapter());
  const { engine, ...choice } = await chooseDevice(GPU as unknown as GPUAdapter, open, cpu);
  await using _ = engine;
  return { ...choice, usesAdapter: engine === gpu };
}

test("chooseDevice() uses an adapter that is right and as fast as the CPU", async () => {
  const choice = await choiceOf(notebook, slow);
  assertEquals([choice.reason, choice.usesAdapter], ["faster", true]);
  assertEquals(choice.trial?.error, 0);
  assert(choice.trial!.adapter! < choice.trial!.cpu!);
  // The time of one step, which is 50 ms, not of several.
  assert(choice.trial!.cpu! > 10 && choice.trial!.cpu! < 150, `${choice.trial!.cpu} ms`);
});

test("chooseDevice() uses the CPU, and names both times, if an adapter is much slower", async () => {
  const choice = await choiceOf(slow);
  assertEquals([choice.reason, choice.usesAdapter], ["slower", false]);
  assert(/takes \d+ ms a step against the CPU engine's 0?\.?\d+/.test(choiceLine(choice)));
});

test("chooseDevice() never uses an adapter that computes one weight slightly wrong", async () => {
  const choice = await choiceOf(wrong, slow);
  assertEquals([choice.reason, choice.usesAdapter], ["wrong", false]);
  assert(choice.trial!.error > choice.trial!.tolerance);
  assertEquals(choice.trial!.adapter, undefined);
});

test("chooseDevice() never uses an adapter that returns NaN", async () => {
  const choice = await choiceOf(() =>
    changed((engine) => ({
      async read() {
        const state = await engine.read();
        state.parameters[7] = NaN;
        return state;
      },
    }))
  );
  assertEquals(choice.reason, "wrong");
});

test("chooseDevice() uses the CPU if the adapter dies in its trial", async () => {
  const dying = () => changed(() => ({ settle: () => Promise.reject(new Error("it was lost")) }));
  const choice = await choiceOf(dying);
  assertEquals([choice.reason, choice.failure], ["failed", "it was lost"]);
});

test("chooseDevice() uses an adapter unchecked where the CPU engine cannot run", async () => {
  const fail = () => {
    throw new Error("there is no WebAssembly here");
  };
  for (const cpu of [fail, () => changed(() => ({ load: fail }))]) {
    const choice = await choiceOf(notebook, cpu);
    assertEquals([choice.reason, choice.usesAdapter], ["alone", true]);
    assertEquals(choice.failure, "there is no WebAssembly here");
  }
});

test("chooseDevice() disposes of the engine that it does not use, and makes each once", async () => {
  for (const [adapter, cpu, left] of [[slow, notebook, "cpu"], [notebook, slow, "gpu"]] as const) {
    const log: string[] = [];
    const logged = (name: string, engine: Engine) => {
      log.push(`makes ${name}`);
      const dispose = engine[Symbol.asyncDispose].bind(engine);
      engine[Symbol.asyncDispose] = () => (log.push(`disposes ${name}`), dispose());
      return engine;
    };
    const { engine } = await chooseDevice(
      GPU as unknown as GPUAdapter,
      () => Promise.resolve(logged("gpu", adapter())),
      () => logged("cpu", cpu()),
    );
    const other = left === "cpu" ? "gpu" : "cpu";
    assertEquals(log, ["makes gpu", "makes cpu", `disposes ${other}`]);
    await engine[Symbol.asyncDispose]();
    assertEquals(log.at(-1), `disposes ${left}`);
  }
});

// The same with a real adapter, which says that it is hardware, and a tiny net.
const TINY_ENGINE: EngineOptions = {
  ...NOTEBOOK_ENGINE,
  architecture: { ...NOTEBOOK_ENGINE.architecture, inputs: 64, hidden: [8, 8] },
  batchSize: 10,
};
for (
  const [what, mistake, reason] of [
    ["slower", (code: string) => code, "slower"],
    // A coefficient of tanh that is wrong in the third digit.
    [
      "wrong in one coefficient",
      (code: string) => code.replace("4.89352518554385e-03", "4.892e-03"),
      "wrong",
    ],
    // Here units must saturate to show it.
    [
      "wrong where tanh is 1",
      (code: string) =>
        code.replace("select(inside, sign(x), size >=", "select(inside, 0.9 * x, size >="),
      "wrong",
    ],
  ] as const
) {
  Deno.test({
    name: `createEngine() uses the CPU if the adapter is ${what}`,
    ...await needs("webgpu"),
    fn: () =>
      withHardware(async () => assertEquals((await choose(TINY_ENGINE)).reason, reason), mistake),
  });
}
