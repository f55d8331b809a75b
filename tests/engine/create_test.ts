import { assert, assertEquals, assertRejects } from "@std/assert";
import { createEngine } from "../../lib/engine/create.ts";
import { test } from "../requirements.ts";
import { NOTEBOOK_ENGINE } from "./contract/shared.ts";

/** Runs a function while the only WebGPU adapter is a GPU that gives no device. */
async function withFailingAdapter(run: () => Promise<void>): Promise<void> {
  const adapter = {
    info: { description: "Failing GPU", isFallbackAdapter: false },
    limits: {},
    requestDevice: () => Promise.reject(new Error("out of devices")),
  };
  const gpu = { requestAdapter: () => Promise.resolve(adapter) };
  const before = Object.getOwnPropertyDescriptor(navigator, "gpu");
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    await run();
  } finally {
    if (before) Object.defineProperty(navigator, "gpu", before);
    else delete (navigator as { gpu?: unknown }).gpu;
  }
}

test("createEngine() returns the CPU engine, with a notice, if the adapter gives no device", () =>
  withFailingAdapter(async () => {
    const notices: string[] = [];
    const onNotice = (line: string) => notices.push(line);
    await using engine = await createEngine({ ...NOTEBOOK_ENGINE, onNotice });
    assertEquals(engine.device.backend, "cpu");
    assertEquals(notices.length, 1);
    assert(notices[0].includes("Cannot open Failing GPU: out of devices"), notices[0]);
  }));

test("createEngine() throws if backend is webgpu and the adapter gives no device", () =>
  withFailingAdapter(async () => {
    await assertRejects(
      () => createEngine({ ...NOTEBOOK_ENGINE, backend: "webgpu" }),
      Error,
      "Cannot open Failing GPU: out of devices",
    );
  }));
