/** Finds the tests that import a file, directly or not. */
import { dirname } from "node:path";
import deno from "../../deno.json" with { type: "json" };
import { filesBelow, importsOf } from "../imports.ts";

/**
 * What a file reaches besides its imports: the tasks that it runs in processes, the library if it is
 * imported by URL, and for the CPU engine's bytes the sources from which `deno task build:wasm` makes
 * them.
 */
function reachedBy(path: string, code: string): string[] {
  const tasks = [
    ...code.matchAll(/\b(?:(?:callTask|runCli|startTask)\(\s*"|(?:call|succeed)`)(\w+)/g),
  ]
    .map(([, task]) => deno.tasks[task as keyof typeof deno.tasks]?.command.split(" ").at(-1)!);
  const served = [...code.matchAll(/\}\/(mod|browser)\.ts\b/g)].map(([, name]) => `${name}.ts`);
  return path === WASM
    ? filesBelow("lib/engine/cpu/assembly")
    : [...tasks.filter(Boolean), ...served];
}

/** The file that is compiled from the AssemblyScript sources. */
export const WASM = "lib/engine/cpu/wasm_bytes.ts";

/** Compares WASM with its sources, so it cannot notice a change of these, as that is in both. */
export const COMPARES_SOURCES = "tests/engine/cpu/wasm_bytes_test.ts";

/** Returns all files that tests import. */
const FILES = () => [
  ...["mod.ts", "browser.ts"],
  ...["lib", "web", "bench", "tests", "examples"].flatMap(filesBelow),
];

/**
 * Returns the test files that reach a file.
 *
 * @param path The file, as a path from the root
 * @returns The test files, the nearest folders first, and there those with the fewest imports in between
 */
export function testsOf(path: string): string[] {
  const importers = new Map<string, string[]>();
  for (const file of FILES()) {
    const code = Deno.readTextFileSync(file);
    for (const imported of [...importsOf(file), ...reachedBy(file, code)]) {
      importers.set(imported, [...importers.get(imported) ?? [], file]);
    }
  }
  // Breadth first, so the files are in the order of their distance.
  const found = new Set([path]);
  for (const file of found) for (const one of importers.get(file) ?? []) found.add(one);
  const isCompiled = path.startsWith(`${dirname(WASM)}/assembly/`);
  const tests = [...found].filter((file) =>
    file.endsWith("_test.ts") && !(isCompiled && file === COMPARES_SOURCES)
  );
  // The test file that mirrors the file comes first, then the others in its folder.
  const mirror = path.replace(/^lib/, "tests").replace(/\.ts$/, "_test.ts").split("/");
  const nearness = (test: string) => {
    const differing = test.split("/").findIndex((name, i) => name !== mirror[i]);
    return differing < 0 ? mirror.length : differing;
  };
  return tests.sort((a, b) => nearness(b) - nearness(a));
}
