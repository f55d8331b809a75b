/** Models on the disk. */
import { decodeModel, encodeModel, type SavedModel } from "./saved_model.ts";
import { writeFileAtomically } from "./write_file.ts";

/**
 * Writes a model as a safetensors file, whole or not at all.
 *
 * @param path Where to; a file that is already there is replaced
 * @param model A trained net
 * @throws {Error} If the file cannot be written
 *
 * @example
 * ```ts
 * import { loadParameters, saveParameters } from "./files.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = {
 *   architecture: {
 *     inputs: 2, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook",
 *   },
 *   parameters: {
 *     w0: Float32Array.of(1, 2), b0: Float32Array.of(3), w1: Float32Array.of(4),
 *     b1: Float32Array.of(5), w2: Float32Array.of(6, 7), b2: Float32Array.of(8, 9),
 *   },
 *   scale: "l2",
 * } as const;
 * const path = await Deno.makeTempFile();
 * await saveParameters(path, model);
 * assertEquals(await loadParameters(path), model);
 * await Deno.remove(path);
 * ```
 */
export async function saveParameters(path: string, model: SavedModel): Promise<void> {
  await writeFileAtomically(path, encodeModel(model));
}

/**
 * Reads a model that `saveParameters` or a training run wrote.
 *
 * @param source A path, a URL (the way for browsers), or the file's bytes
 * @returns The model
 * @throws {Error} If the source cannot be read, or is damaged or another kind of file
 */
export async function loadParameters(source: string | URL | Uint8Array): Promise<SavedModel> {
  if (source instanceof Uint8Array) return decodeModel(source);
  return await decodeFile(source, decodeModel);
}

/**
 * Reads a file and makes something of its bytes; whatever goes wrong, the message names the file.
 *
 * @param source A path or a URL
 * @param decode What to make of the bytes
 * @returns What `decode` returns
 * @throws {Error} If the source cannot be read, or `decode` throws
 */
export async function decodeFile<T>(
  source: string | URL,
  decode: (bytes: Uint8Array) => T,
): Promise<T> {
  try {
    return decode(source instanceof URL ? await fetchBytes(source) : await Deno.readFile(source));
  } catch (error) {
    const reason = (error as Error).name === "NotFound"
      ? "there is no such file"
      : (error as Error).message;
    throw new Error(`${source}: ${reason}`, { cause: error });
  }
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.bytes();
}
