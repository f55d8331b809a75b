/** Reads models from files, URLs or bytes; in a browser, too. */
import { foreignKind } from "../files/kinds.ts";
import { decodeModel, type SavedModel } from "./saved_model.ts";

/**
 * Reads a model that `saveParameters` or a training run wrote.
 *
 * @param source A path (not in browsers, which have none), a URL, or the file's bytes
 * @returns The model
 * @throws {Error} If the source cannot be read, or is damaged or another kind of file
 *
 * @example
 * ```ts
 * import { loadParameters } from "./load_parameters.ts";
 * import { encodeModel } from "./saved_model.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = {
 *   architecture: {
 *     inputs: 1, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook",
 *   },
 *   parameters: {
 *     w0: Float32Array.of(1), b0: Float32Array.of(2), w1: Float32Array.of(3),
 *     b1: Float32Array.of(4), w2: Float32Array.of(5, 6), b2: Float32Array.of(7, 8),
 *   },
 *   scale: "l2",
 * } as const;
 * assertEquals(await loadParameters(encodeModel(model)), model);
 * ```
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
  let bytes: Uint8Array = new Uint8Array();
  try {
    bytes = source instanceof URL ? await fetchBytes(source) : await readBytes(source);
    return decode(bytes);
  } catch (error) {
    const reason = (error as Error).name === "NotFound"
      ? "there is no such file"
      : kindOf(bytes) ?? (error as Error).message;
    throw new Error(`${source}: ${reason}`, { cause: error });
  }
}

/** What a file is that is no safetensors file: those begin with any eight bytes, then their header. */
function kindOf(bytes: Uint8Array): string | undefined {
  return bytes[8] === "{".charCodeAt(0) ? undefined : foreignKind(bytes);
}

async function readBytes(path: string): Promise<Uint8Array> {
  if (typeof Deno === "undefined") throw new Error("there are no files here; give a URL or bytes");
  return await Deno.readFile(path);
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return response.bytes();
}
