/**
 * Ignores tests whose requirements are missing on this machine: permissions, the real MNIST files,
 * a WebGPU adapter, a browser, Python with nbclient, or time (FULL=1).
 *
 * At its end each test file prints how many tests it ignored, why, and what to do about it. With
 * REQUIRE_MNIST=1, REQUIRE_WEBGPU=1, REQUIRE_BROWSER=1 and so on a missing requirement
 * makes the tests fail instead.
 */
import { chromiumPath } from "../bench/browser.ts";
import { findAdapter } from "../lib/engine/webgpu/device.ts";
import { permittedTest } from "./without_permissions.ts";

/**
 * What a test can require. `browser` (Chromium), `firefox`, `webkit` and `notebook` include `time`; all but `webgpu` include
 * `permissions`.
 */
export type Requirement =
  | "permissions"
  | "mnist"
  | "webgpu"
  | "browser"
  | "firefox"
  | "webkit"
  | "notebook"
  | "time";

/** The permissions that deno.json grants to `deno test -P`. Without `-P` there are none. */
const PERMISSIONS: Deno.PermissionDescriptor[] = [
  { name: "read" },
  { name: "write" },
  { name: "env" },
  { name: "net", host: "127.0.0.1" },
  { name: "sys" },
  { name: "run" },
];

/** The beginnings of the names of MNIST's four files. */
const FILES = ["train-images", "train-labels", "t10k-images", "t10k-labels"];

/** The number of ignored tests for each reason. */
const ignored = new Map<string, number>();

/**
 * Returns options for `Deno.test` that ignore the test if a requirement is missing, and otherwise
 * limit its time.
 *
 * ```ts ignore
 * Deno.test("reads real digits", await needs("mnist"), () => {});
 * ```
 */
export async function needs(...requirements: Requirement[]): Promise<TestOptions> {
  for (const requirement of requirements) {
    if (environment(`REQUIRE_${requirement.toUpperCase()}`) === "1") continue;
    const reason = await whyMissing(requirement);
    if (reason === undefined) continue;
    countIgnored(reason);
    return { ignore: true };
  }
  // The tests of a file share a browser, so it outlives the test that starts it.
  const sanitize = !requirements.includes("browser");
  const minutes = Math.max(5, ...requirements.map((one) => MOST_MINUTES[one] ?? 0));
  const needsNone = requirements.every((requirement) => requirement === "webgpu");
  return {
    ignore: false,
    ...!needsNone && { permissions: "inherit" },
    sanitizeOps: sanitize,
    sanitizeResources: sanitize,
    timeout: minutes * 60_000,
  };
}

/** Time limits in minutes, many times what a test takes, since machines may be slow and busy. */
const MOST_MINUTES: Partial<Record<Requirement, number>> = { browser: 10, notebook: 20, time: 20 };

type TestOptions = Pick<
  Deno.TestDefinition,
  "ignore" | "permissions" | "sanitizeOps" | "sanitizeResources" | "timeout"
>;

/** Like `Deno.test`, but ignores the test if there are no permissions. */
export const test: typeof Deno.test = testUnless(whyNotPermitted());

/** Like `test`, but also ignores the test on Windows, which has no signals and no `sh`. */
export const onUnix: typeof Deno.test = testUnless(
  whyNotPermitted() ??
    (Deno.build.os === "windows" ? "Windows has no signals and no sh" : undefined),
);

function testUnless(reason: string | undefined): typeof Deno.test {
  if (reason === undefined) return permittedTest;
  return new Proxy(permittedTest, {
    apply({ ignore }, self, args) {
      countIgnored(reason);
      Reflect.apply(ignore, self, args);
    },
  });
}

function countIgnored(reason: string): void {
  ignored.set(reason, (ignored.get(reason) ?? 0) + 1);
}

/**
 * Returns the folder of the real MNIST files: MNIST_DIR, otherwise the cache. Throws if they are
 * not there.
 */
export function mnistDirectory(): string {
  const reason = whyNotPermitted() ?? whyNoMnist();
  if (reason !== undefined) throw new Error(`This test needs the real MNIST files: ${reason}`);
  return mnistCandidate();
}

/** Returns why a requirement is missing and what to do about it, or undefined if it is there. */
async function whyMissing(requirement: Requirement): Promise<string | undefined> {
  switch (requirement) {
    case "permissions":
      return whyNotPermitted();
    case "mnist":
      return whyNotPermitted() ?? whyNoMnist();
    case "browser":
      return whyNotPermitted() ?? whyNoTime() ?? whyNoBrowser();
    case "firefox":
      return whyNotPermitted() ?? whyNoTime() ?? whyNoFile("/usr/bin/firefox-esr", "firefox-esr");
    case "webkit":
      return whyNotPermitted() ?? whyNoTime() ??
        (webKitBrowser()
          ? undefined
          : "no WebKitGTK (Debian: apt-get install webkit2gtk-driver)") ??
        whyNoFile("/usr/bin/Xvfb", "xvfb");
    case "notebook":
      return whyNotPermitted() ?? whyNoTime() ?? await whyNoNotebook();
    case "time":
      return whyNotPermitted() ?? whyNoTime();
    case "webgpu":
      return await findAdapter() === undefined
        ? "no WebGPU adapter (Debian: apt-get install mesa-vulkan-drivers libvulkan1)"
        : undefined;
  }
}

function whyNotPermitted(): string | undefined {
  return PERMISSIONS.every(isGranted) ? undefined : "they need permissions: run deno test -P";
}

function whyNoTime(): string | undefined {
  return environment("FULL") === "1" ? undefined : "they take long: run FULL=1 deno task test";
}

function whyNoMnist(): string | undefined {
  const directory = mnistCandidate();
  const names = namesIn(directory);
  const absent = FILES.find((file) => !names.some((name) => name.startsWith(file)));
  return absent && `no real MNIST, as ${directory} has no ${absent} file: set MNIST_DIR`;
}

function whyNoFile(path: string, debianPackage: string): string | undefined {
  try {
    Deno.statSync(path);
  } catch {
    return `no ${path} (Debian: apt-get install ${debianPackage})`;
  }
}

/** Returns the path of WebKitGTK's small browser, if it is installed. */
export function webKitBrowser(): string | undefined {
  return namesIn("/usr/lib").map((name) => `/usr/lib/${name}/webkit2gtk-4.1/MiniBrowser`)
    .find((path) => whyNoFile(path, "webkit2gtk-driver") === undefined);
}

function whyNoBrowser(): string | undefined {
  const path = chromiumPath();
  try {
    Deno.statSync(path);
  } catch {
    return `no ${path} (Debian: apt-get install chromium, or set CHROMIUM)`;
  }
}

/** Returns the Python that runs notebooks: NOTEBOOK_PYTHON, otherwise python3. */
export function notebookPython(): string {
  return environment("NOTEBOOK_PYTHON") ?? "python3";
}

async function whyNoNotebook(): Promise<string | undefined> {
  const python = notebookPython();
  try {
    const args = ["-c", "import nbclient"];
    const signal = AbortSignal.timeout(30_000);
    const { success } = await new Deno.Command(python, { args, stderr: "null", signal }).output();
    if (success) return undefined;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return `no ${python}: install Python 3, or set NOTEBOOK_PYTHON`;
  }
  return `no nbclient in ${python}: pip install nbclient==0.11.0 in a virtual environment, ` +
    "and set NOTEBOOK_PYTHON to its python";
}

function namesIn(directory: string): string[] {
  try {
    return [...Deno.readDirSync(directory)].map((entry) => entry.name);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function mnistCandidate(): string {
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
