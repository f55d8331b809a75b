/**
 * What some tests need and not every machine has: the real MNIST files, a
 * WebGPU adapter, and (with FULL=1) time.
 *
 * Where it is missing such a test is ignored, and each test file prints at its
 * end how many it ignored and why. With REQUIRE_MNIST=1 or REQUIRE_WEBGPU=1
 * nothing is ignored: a missing thing then fails every test that needs it.
 */
import { findAdapter } from "../lib/engine/webgpu/device.ts";

/** A thing that a test can need. */
export type Requirement = "mnist" | "webgpu" | "time";

const FILES = ["train-images", "train-labels", "t10k-images", "t10k-labels"];
const ignored: Record<Requirement, number> = { mnist: 0, webgpu: 0, time: 0 };

/**
 * Options for `Deno.test` that ignore the test where something it needs is
 * missing: `Deno.test({ name, ...await needs("mnist"), fn })`.
 */
export async function needs(...requirements: Requirement[]): Promise<{ ignore: boolean }> {
  for (const requirement of requirements) {
    if (environment(`REQUIRE_${requirement.toUpperCase()}`) === "1") continue;
    if (await missing(requirement)) {
      ignored[requirement]++;
      return { ignore: true };
    }
  }
  return { ignore: false };
}

/** The folder of the four real MNIST files: MNIST_DIR, else the cache. */
export function mnistDirectory(): string {
  const reason = missingMnist();
  if (reason !== null) throw new Error(`This test needs the real MNIST files: ${reason}`);
  return candidate();
}

async function missing(requirement: Requirement): Promise<boolean> {
  switch (requirement) {
    case "mnist":
      return missingMnist() !== null;
    case "webgpu":
      return await findAdapter() === undefined;
    case "time":
      return environment("FULL") !== "1";
  }
}

function missingMnist(): string | null {
  const directory = candidate();
  if (Deno.permissions.querySync({ name: "read", path: directory }).state !== "granted") {
    return `${directory} may not be read (--allow-read)`;
  }
  const names = entries(directory);
  const absent = FILES.find((file) => !names.some((name) => name.startsWith(file)));
  return absent === undefined ? null : `${directory} has no ${absent} file; set MNIST_DIR`;
}

function entries(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function candidate(): string {
  return environment("MNIST_DIR") ?? "data/mnist";
}

function environment(variable: string): string | undefined {
  return Deno.permissions.querySync({ name: "env", variable }).state === "granted"
    ? Deno.env.get(variable)
    : undefined;
}

globalThis.addEventListener("unload", () => {
  const reasons = {
    mnist: missingMnist(),
    webgpu: "no adapter (Debian: mesa-vulkan-drivers)",
    time: "set FULL=1 to run them too",
  };
  for (const [requirement, count] of Object.entries(ignored)) {
    if (count === 0) continue;
    console.log(
      `tests ignored for want of ${requirement}: ${count}; ${reasons[requirement as Requirement]}`,
    );
  }
});
