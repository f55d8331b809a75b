import { assert, assertEquals } from "@std/assert";
import { bundle } from "../../lib/cli/bundle.ts";
import { test } from "../requirements.ts";

/** Global names that browsers lack. */
const HOST_ONLY = /\b(Deno|process|Buffer|require)\b/g;

test("browser.ts uses nothing that browsers lack", async () => {
  const { stop, transform } = await import("esbuild");
  const { metafile } = await bundle({ entryPoints: ["browser.ts"] });
  const files = Object.keys(metafile.inputs);
  assert(files.includes("lib/training/train.ts"), "the bundle is incomplete");
  const imports = Object.values(metafile.inputs).flatMap(({ imports }) => imports);
  // <runtime> contains esbuild's helpers for `await using`.
  assertEquals(imports.filter(({ path }) => !/^([.]|(lib|shaders)[/]|<runtime>$)/.test(path)), []);
  assertEquals(files.filter((file) => !/^(browser[.]ts$|lib[/]|shaders[/])/.test(file)), []);
  for (const file of files.filter((file) => file.endsWith(".ts"))) {
    // Without comments and types.
    const { code } = await transform(await Deno.readTextFile(file), { loader: "ts" });
    for (const [i, part] of functionsOf(code).entries()) {
      // `globalThis.process?.` is guarded.
      const names = new Set(part.replace(/globalThis\.\w+\?\./g, "").match(HOST_ONLY));
      for (const name of names) {
        assert(part.includes(`typeof ${name} `), `${file}, part ${i} uses ${name} unguarded`);
      }
    }
  }
  await stop();
});

test("mod.ts can be bundled for browsers, without modules of Node", async () => {
  const { outputFiles: [{ text }], metafile } = await bundle({ entryPoints: ["mod.ts"] });
  const imports = Object.values(metafile.outputs).flatMap(({ imports }) => imports);
  assertEquals(imports, []);
  assert(text.includes("loadMnist"));
});

test("only the trainer's Worker contains engines, and only the examiner's finds digits in photographs", async () => {
  const reach = async (entry: string) =>
    Object.keys((await bundle({ entryPoints: [entry] })).metafile.inputs);
  const engines = (files: string[]) =>
    files.filter((file) => /^lib\/engine\/(cpu|webgpu)\//.test(file));
  const page = await reach("web/page.ts");
  const examiner = await reach("web/examiner.ts");
  const trainer = await reach("web/trainer.ts");
  assertEquals(engines(page), []);
  assertEquals(engines(examiner), []);
  assert(engines(trainer).length > 10);
  const finds = (files: string[]) => files.includes("lib/image/image_to_digit.ts");
  assertEquals([page, examiner, trainer].map(finds), [false, true, false]);
});

/**
 * Splits a module, as printed by esbuild, into top-level statements: each begins in the first column.
 * esbuild keeps the comments inside classes.
 */
function functionsOf(code: string): string[] {
  return code.replace(/\/\*\*.*?\*\//gs, "").split(/\n(?=[a-z])/);
}
