import { assert, assertEquals, assertRejects } from "@std/assert";
import { createEngine } from "../../lib/engine/create.ts";
import { test } from "../requirements.ts";
import { NOTEBOOK_ENGINE } from "./contract/shared.ts";

/** Runs a function where the only adapter is a hardware one that gives no device. */
async function withRefusingAdapter(run: () => Promise<void>): Promise<void> {
  const adapter = {
    info: { description: "Stubborn GPU", isFallbackAdapter: false },
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

test("createEngine() goes on with the CPU engine where an adapter refuses, and says so", () =>
  withRefusingAdapter(async () => {
    const notices: string[] = [];
    const onNotice = (line: string) => notices.push(line);
    await using engine = await createEngine({ ...NOTEBOOK_ENGINE, onNotice });
    assertEquals(engine.device.backend, "cpu");
    assertEquals(notices.length, 1);
    assert(notices[0].includes("Cannot open Stubborn GPU: out of devices"), notices[0]);
  }));

test("createEngine() fails where the adapter that was asked for refuses", () =>
  withRefusingAdapter(async () => {
    await assertRejects(
      () => createEngine({ ...NOTEBOOK_ENGINE, backend: "webgpu" }),
      Error,
      "Cannot open Stubborn GPU: out of devices",
    );
  }));
