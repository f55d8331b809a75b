/** Reads, checks and changes the source text of shaders. */
import { Program } from "../../../lib/engine/webgpu/program.ts";

/** Returns all files of shaders/ by their paths, such as `./rows/gather.wgsl`. */
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
 * Finds stores to one component of a vector in workgroup or storage memory, which invocations
 * share. WGSL allows such a store to read and write the whole vector
 * (https://github.com/gpuweb/gpuweb/issues/2112), so it may undo another invocation's store to
 * another component.
 *
 * @param source The source of a shader
 * @returns The statements that store to one component
 */
export function componentStores(source: string): string[] {
  const code = source.replace(/\/\/.*/g, "");
  const shared = [...code.matchAll(/var<(?:workgroup|storage, read_write)> (\w+): ([^;]+);/g)];
  return shared.flatMap(([, name, type]) => {
    const arrays = type.match(/array</g)?.length ?? 0;
    // The columns of a matrix are vectors, so a store to a whole column is allowed.
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

/** Counts the consecutive subscripts at the beginning of a path, such as 1 in `[a[i] + 1].x`. */
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
 * Numbers the lanes of a kernel in reverse order. An adapter that runs the lanes one after another
 * hides a missing barrier if each lane needs only the results of lower lanes. With the reverse
 * order, it does not. What can still hide one on lavapipe is another barrier in the same loop:
 * lavapipe runs a loop's body once more without any lane, and stops at its barriers.
 *
 * @param source The source of a shader
 * @returns The changed source; the same source if the kernel has no `lane`, so its lanes share
 *   nothing
 */
export function reverseLanes(source: string): string {
  return source.replace(
    /@builtin\(local_invocation_index\) lane: u32\) \{\n/,
    "@builtin(local_invocation_index) original_lane: u32) {\n" +
      "    let lane = LANES - 1u - original_lane;\n",
  );
}

/**
 * Changes the sources of all kernels that are compiled while a function runs.
 *
 * @param change Returns the changed source of a file
 * @param run The function
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
