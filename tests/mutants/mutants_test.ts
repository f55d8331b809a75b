import { assert, assertEquals } from "@std/assert";
import { mutantsOf as shaderMutants } from "../engine/webgpu/mutants.ts";
import { shaderSources } from "../engine/webgpu/shader_sources.ts";
import { filesBelow } from "../imports.ts";
import { test } from "../requirements.ts";
import explained from "./surviving_mutants.json" with { type: "json" };
import { testsOf } from "./tests_of.ts";

test("sourceMutants() changes code only: no types, texts, imports and wording of errors", async () => {
  const { sourceMutants } = await import("./source_mutants.ts");
  const source = `
import { a } from "./1 + 2.ts"; // 3 < 4
export function f(n: 5 | number, text = "6 + 7"): Array<number> {
  if (n < 8) throw new RangeError(\`\${n + 1} is too small\`);
  const { length } = text;
  return n > length ? [n, 0x0f] : [];
}`;
  const found = sourceMutants("a.ts", source);
  assertEquals(
    found.map(({ kind, line, change }) => `${kind} ${line} ${change.split(" -> ")[1]}`),
    [
      "condition 4 if (true) throw new RangeError(`${n + 1} is too small`);",
      "condition 4 if (false) throw new RangeError(`${n + 1} is too small`);",
      "operator 4 if (n <= 8) throw new RangeError(`${n + 1} is too small`);",
      "constant 4 if (n < 9) throw new RangeError(`${n + 1} is too small`);",
      "statement 4 if (n < 8) ;",
      "condition 6 return true ? [n, 0x0f] : [];",
      "condition 6 return false ? [n, 0x0f] : [];",
      "operator 6 return n >= length ? [n, 0x0f] : [];",
      "constant 6 return n > length ? [n, 0x10] : [];",
    ],
  );
  assertEquals(found[2].source, source.replace("n < 8", "n <= 8"));
});

test("sourceMutants() drops statements, awaits that matter, and the disposal of what is used", async () => {
  const { sourceMutants } = await import("./source_mutants.ts");
  const source = `async function f(x, y) {
  await using file = await open(x);
  y.count++;
  await file.write(!y.count);
  return await file.read();
}
const g = async () => await open(true);`;
  assertEquals(
    sourceMutants("a.ts", source).map(({ line, change }) => `${line} ${change.split(" -> ")[1]}`),
    [
      "2 const file = await open(x);",
      "2 await using file = open(x);",
      "3 ;",
      "3 y.count--;",
      "4 ;",
      "4 file.write(!y.count);",
      "4 await file.write(y.count);",
      "5 return file.read();",
      "7 const g = async () => await open(false);",
    ],
  );
});

test("testsOf() returns the mirrored test first, then those of the same folder, then all that reach the file", () => {
  const tests = testsOf("lib/random/threefry.ts");
  assertEquals(tests[0], "tests/random/threefry_test.ts");
  const folders = tests.map((test) => test.startsWith("tests/random/"));
  assert(folders.lastIndexOf(true) < folders.indexOf(false), tests.join());
  assert(tests.includes("tests/mod_test.ts") && tests.includes("tests/engine/cpu_test.ts"));
  assert(!tests.includes("tests/files/lines_test.ts"));
  assert(testsOf("lib/cli/evaluate.ts").includes("tests/cli/evaluate_test.ts"), "a task");
  const ofWasm = testsOf("lib/engine/cpu/assembly/head.ts");
  assert(ofWasm.includes("tests/engine/cpu_test.ts"), "AssemblyScript");
  assert(!ofWasm.includes("tests/engine/cpu/wasm_bytes_test.ts"));
});

test("surviving_mutants.json explains only mutants of the present sources", async () => {
  const { sourceMutants } = await import("./source_mutants.ts");
  const names = new Set<string>();
  for (const [path, source] of await shaderSources()) {
    for (const { change } of shaderMutants(source)) names.add(`${path.slice(2)}: ${change}`);
  }
  const explainedFiles = new Set(Object.keys(explained).map((name) => name.split(": ")[0]));
  for (const path of [...filesBelow("lib"), ...filesBelow("web")]) {
    if (!explainedFiles.has(path)) continue;
    for (const { change } of sourceMutants(path, Deno.readTextFileSync(path))) {
      names.add(`${path}: ${change}`);
    }
  }
  assertEquals(Object.keys(explained).filter((name) => !names.has(name)), []);
});
