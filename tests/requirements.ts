/**
 * What some tests need and not every run has: permissions, the real MNIST files, a WebGPU adapter,
 * Chromium, Python with nbclient, and (with FULL=1) time.
 *
 * Where it is missing such a test is ignored, and each test file prints at its end how many it
 * ignored and what to do about it. With REQUIRE_MNIST=1, REQUIRE_WEBGPU=1,
 * REQUIRE_BROWSER=1 or REQUIRE_NOTEBOOK=1 nothing is ignored for that reason: a missing thing then fails every test that needs it.
 */
import { chromiumPath } from "../bench/browser.ts";
import { findAdapter } from "../lib/engine/webgpu/device.ts";

/** A thing that a test can need; `browser` includes `time`, and all but `webgpu` include `permissions`. */
export type Requirement = "permissions" | "mnist" | "webgpu" | "browser" | "notebook" | "time";

/** Those of `deno test -P`, as deno.json grants them; plain `deno test` has none. */
const PERMISSIONS: Deno.PermissionDescriptor[] = [
  { name: "read" },
  { name: "write" },
  { name: "env" },
  { name: "net", host: "127.0.0.1" },
  { name: "sys" },
  { name: "run" },
];

const FILES = ["train-images", "train-labels", "t10k-images", "t10k-labels"];

/** How many tests of this file were ignored, by the reason. */
const ignored = new Map<string, number>();

/**
 * Options for `Deno.test` that ignore the test where something it needs is missing.
 *
 * ```ts ignore
 * Deno.test("reads real digits", await needs("mnist"), () => {});
 * ```
 */
export async function needs(...requirements: Requirement[]): Promise<{ ignore: boolean }> {
  for (const requirement of requirements) {
    if (environment(`REQUIRE_${requirement.toUpperCase()}`) === "1") continue;
    const reason = await whyMissing(requirement);
    if (reason === undefined) continue;
    countIgnored(reason);
    return { ignore: true };
  }
  return { ignore: false };
}

/** `Deno.test` for tests that need permissions; ignores them where there are none. */
export const test: typeof Deno.test = testUnless(whyNotPermitted());

/** The same for tests that send signals, run `sh` or clear the environment, as Windows does not let them. */
export const onUnix: typeof Deno.test = testUnless(
  whyNotPermitted() ??
    (Deno.build.os === "windows" ? "Windows has no signals and no sh" : undefined),
);

function testUnless(reason: string | undefined): typeof Deno.test {
  if (reason === undefined) return Deno.test;
  return new Proxy(Deno.test, {
    apply({ ignore }, self, args) {
      countIgnored(reason);
      Reflect.apply(ignore, self, args);
    },
  });
}

function countIgnored(reason: string): void {
  ignored.set(reason, (ignored.get(reason) ?? 0) + 1);
}

/** The folder of the four real MNIST files: MNIST_DIR, else the cache. */
export function mnistDirectory(): string {
  const reason = whyNotPermitted() ?? whyNoMnist();
  if (reason !== undefined) throw new Error(`This test needs the real MNIST files: ${reason}`);
  return candidate();
}

/** Why a test that needs this cannot run, and what to do; undefined if it can. */
async function whyMissing(requirement: Requirement): Promise<string | undefined> {
  switch (requirement) {
    case "permissions":
      return whyNotPermitted();
    case "mnist":
      return whyNotPermitted() ?? whyNoMnist();
    case "browser":
      return whyNotPermitted() ?? whyNoTime() ?? whyNoBrowser();
    case "notebook":
      return whyNotPermitted() ?? whyNoTime() ?? whyNoNotebook();
    case "time":
      return whyNotPermitted() ?? whyNoTime();
    case "webgpu":
      return await findAdapter() === undefined
        ? "no WebGPU adapter (Debian: apt-get install mesa-vulkan-drivers libvulkan1)"
        : undefined;
  }
}

function whyNotPermitted(): string | undefined {
  return PERMISSIONS.every(isGranted) ? undefined : "they need permissions: deno test -P";
}

function whyNoTime(): string | undefined {
  return environment("FULL") === "1" ? undefined : "they take long: FULL=1 deno task test";
}

function whyNoMnist(): string | undefined {
  const directory = candidate();
  const names = entries(directory);
  const absent = FILES.find((file) => !names.some((name) => name.startsWith(file)));
  return absent && `no real MNIST, as ${directory} has no ${absent} file: set MNIST_DIR`;
}

function whyNoBrowser(): string | undefined {
  const path = chromiumPath();
  try {
    Deno.statSync(path);
  } catch {
    return `no ${path} (Debian: apt-get install chromium, or set CHROMIUM)`;
  }
}

/** The Python that runs notebooks: NOTEBOOK_PYTHON, else python3. */
export function notebookPython(): string {
  return environment("NOTEBOOK_PYTHON") ?? "python3";
}

function whyNoNotebook(): string | undefined {
  const python = notebookPython();
  try {
    const args = ["-c", "import nbclient"];
    const { success } = new Deno.Command(python, { args, stderr: "null" }).outputSync();
    if (success) return undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `no ${python}: install Python 3, or set NOTEBOOK_PYTHON`;
  }
  return `no nbclient in ${python}: pip install nbclient==0.11.0 in a virtual environment, ` +
    "and set NOTEBOOK_PYTHON to its python";
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
  return isGranted({ name: "env" }) ? Deno.env.get(variable) : undefined;
}

function isGranted(permission: Deno.PermissionDescriptor): boolean {
  return Deno.permissions.querySync(permission).state === "granted";
}

globalThis.addEventListener("unload", () => {
  for (const [reason, count] of ignored) {
    console.log(`${count} ${count === 1 ? "test" : "tests"} ignored; ${reason}`);
  }
});
