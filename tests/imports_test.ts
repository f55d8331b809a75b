/** Checks which files import which: data flows one way, and the library needs no package. */
import { assert, assertEquals } from "@std/assert";
import { filesBelow, importsOf } from "./imports.ts";
import { test } from "./requirements.ts";

/** The folders of lib. Each imports only from itself and from those before it. */
const FOLDERS = [
  "files",
  "random",
  "image",
  "data",
  "net",
  "engine",
  "training",
  "model",
  "runs",
  "report",
  "cli",
];

/** Files and folders outside lib that are imported as data, and the folders of lib that may do so. */
const DATA: Record<string, string[]> = {
  shaders: ["engine"],
  web: ["cli"],
  "browser.ts": ["cli"],
  "deno.json": ["cli"],
};

const folderOf = (path: string) => path.split("/").slice(0, path.startsWith("lib/") ? 2 : 1);

test("importsOf() finds every kind of import", () => {
  const imports = importsOf("lib/data/background.ts");
  assert(imports.includes("lib/data/dataset.ts"), "an import of a type");
  assert(imports.includes("lib/data/worker.ts"), "a Worker");
  assert(
    importsOf("lib/report/progress.ts").includes("package:cli-progress"),
    "a dynamic import",
  );
  assert(importsOf("mod.ts").includes("browser.ts"), "a re-export");
  assert(importsOf("lib/engine/webgpu/fused.ts").some((path) => path.endsWith(".wgsl")), "a text");
  assert(
    !importsOf("lib/random/threefry.ts").includes("package:@std/assert"),
    "an import in an example does not count",
  );
});

test("a folder of lib imports only from itself and from those before it", () => {
  const wrong: string[] = [];
  for (const path of filesBelow("lib")) {
    const own = FOLDERS.indexOf(folderOf(path)[1]);
    assert(own >= 0, `${path} is in a folder that FOLDERS does not list`);
    for (const imported of importsOf(path)) {
      const [root, folder] = folderOf(imported);
      const isBefore = root === "lib" && FOLDERS.indexOf(folder) <= own;
      const isData = DATA[root]?.includes(folderOf(path)[1]);
      if (!isBefore && !isData && !imported.startsWith("package:")) {
        wrong.push(`${path} -> ${imported}`);
      }
    }
  }
  assertEquals(wrong, []);
});

test(
  "only tests import from tests, and only bench imports from bench",
  () => {
    const wrong: string[] = [];
    for (const path of ["mod.ts", ...filesBelow("lib"), ...filesBelow("bench")]) {
      for (const imported of importsOf(path)) {
        const [root] = folderOf(imported);
        const isWrong = root === "tests" || root === "bench" && !path.startsWith("bench/");
        if (isWrong) wrong.push(`${path} -> ${imported}`);
      }
    }
    assertEquals(wrong, []);
  },
);

test(
  "mod.ts imports no package, directly or indirectly, so that it can be imported by URL",
  () => {
    const reached = new Set(["mod.ts"]);
    const packages: string[] = [];
    for (const path of reached) {
      for (const imported of importsOf(path)) {
        if (imported.endsWith(".ts")) reached.add(imported);
        else if (/^package:(?!node:)/.test(imported)) packages.push(`${path} -> ${imported}`);
      }
    }
    assert(reached.size > 40, `only ${reached.size} files were reached`);
    assertEquals(packages, []);
  },
);
