/** The shaders as texts: what can be found in them, and variants of them to test with. */
import { Program } from "../../../lib/engine/webgpu/program.ts";

/** Every file of shaders/, by its path there. */
export async function shaderSources(): Promise<Map<string, string>> {
  const folder = new URL("../../../shaders/", import.meta.url);
  const sources = new Map<string, string>();
  const read = async (path: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(path, folder))) {
      if (isDirectory) await read(`${path}${name}/`);
      else sources.set(path + name, await Deno.readTextFile(new URL(path + name, folder)));
    }
  };
  await read("./");
  return sources;
}

/**
 * Finds stores to one component of a vector that invocations share, in workgroup or storage memory. WGSL lets such
 * a store read and write back the whole vector (https://github.com/gpuweb/gpuweb/issues/2112), so that another
 * invocation's store to another component is lost.
 *
 * @param source A shader
 * @returns The statements
 */
export function componentStores(source: string): string[] {
  const code = source.replace(/\/\/.*/g, "");
  const shared = [...code.matchAll(/var<(?:workgroup|storage, read_write)> (\w+): ([^;]+);/g)];
  return shared.flatMap(([, name, type]) => {
    const arrays = type.match(/array</g)?.length ?? 0;
    // A matrix's columns are vectors: what is stored whole is a column or more.
    const whole = arrays + (/\bmat\dx\d/.test(type) ? 1 : 0);
    const isVector = /\b(?:vec\d|mat\dx\d)/.test(type);
    const stores = [
      ...code.matchAll(new RegExp(`\\b${name}\\b([^;={}]*?)\\s*[-+*/|&^]?=(?!=)[^;]*;`, "g")),
    ];
    return stores
      .filter(([, path]) =>
        /\.[xyzwrgba]{1,4}\s*$/.test(path) || isVector && subscripts(path) > whole
      )
      .map(([statement]) => statement);
  });
}

/** How many subscripts follow one another at the beginning of a path such as `[a[i] + 1].x`. */
function subscripts(path: string): number {
  let depth = 0;
  let count = 0;
  for (const character of path.trim()) {
    if (character === "[" && depth++ === 0) count++;
    else if (character === "]") depth--;
    else if (depth === 0) break;
  }
  return count;
}

/**
 * The same kernel with its lanes numbered from the other end. An adapter that runs lanes in their order hides a
 * missing barrier where a lane waits for lower ones; with this, it does not.
 *
 * @param source A shader; one whose lanes share nothing, having no `lane`, stays as it is
 */
export function lanesBackwards(source: string): string {
  return source.replace(
    /@builtin\(local_invocation_index\) lane: u32\) \{\n/,
    "@builtin(local_invocation_index) lane_forwards: u32) {\n" +
      "    let lane = LANES - 1u - lane_forwards;\n",
  );
}

/**
 * Compiles kernels from changed sources for as long as a function runs.
 *
 * @param change Of a whole file
 * @param run Makes engines
 */
export async function withSources<T>(
  change: (source: string) => string,
  run: () => Promise<T>,
): Promise<T> {
  const { compile } = Program;
  Program.compile = (gpu, description) =>
    compile.call(Program, gpu, { ...description, sources: description.sources.map(change) });
  try {
    return await run();
  } finally {
    Program.compile = compile;
  }
}
