/** Reads models from files, URLs or bytes, also in browsers. */
import { foreignKind } from "../files/kinds.ts";
import { ModelError } from "./errors.ts";
import { foreignNet } from "./foreign_files.ts";
import { foreignModel, type NetSettings } from "./foreign_model.ts";
import { isZip } from "../files/npz.ts";
import { decodeNpz } from "./read_npz.ts";
import { decodeSafetensors } from "./safetensors.ts";
import { readModel, type SavedModel } from "./saved_model.ts";

/**
 * Reads a model that `saveModel` or a training run wrote, or the six arrays of a net that
 * another program trained, such as a safetensors or .npz file from PyTorch, JAX or Keras.
 *
 * @param source A path (not in browsers), a URL, or the file's bytes
 * @param settings How another program's net computes, which its file does not tell
 * @returns The model
 * @throws {ModelError} If the source cannot be read, is corrupt, or is another kind of file; its
 *   cause is a `MissingSettingsError` if a setting is missing
 * @throws {MissingSettingsError} If bytes are given and a setting is missing
 * @throws {RangeError} If bytes are given and a setting contradicts the file
 *
 * @example
 * ```ts
 * import { loadModel } from "./load_model.ts";
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
 * assertEquals(await loadModel(encodeModel(model)), model);
 * ```
 */
export async function loadModel(
  source: string | URL | Uint8Array,
  settings: Partial<NetSettings> = {},
): Promise<SavedModel> {
  const decode = (bytes: Uint8Array) => decodeAnyModel(bytes, settings);
  return await (source instanceof Uint8Array ? decode(source) : decodeFile(source, decode));
}

/** Maximum size of a file: a checkpoint with Adam's moments has three numbers per parameter. */
const MAX_FILE_BYTES = 3 * 2 ** 27;

/** Decodes a file of any program. Only this program's files tell how the net computes. */
async function decodeAnyModel(
  bytes: Uint8Array,
  settings: Partial<NetSettings>,
): Promise<SavedModel> {
  if (isZip(bytes)) return foreignModel(await decodeNpz(bytes), settings);
  const file = decodeSafetensors(bytes);
  const { tensors, metadata } = file;
  // PyTorch and others write metadata as well, but without these entries.
  if (metadata.architecture === undefined && metadata.format_version === undefined) {
    return foreignModel(tensors, settings);
  }
  const model = readModel(file);
  checkSettings(model, settings);
  return model;
}

/** Throws if the given settings contradict the file. */
function checkSettings(
  { architecture, scale }: SavedModel,
  settings: Partial<NetSettings>,
): void {
  const { activation, head } = architecture;
  const stored = { activation, head, scale, mean: 0, std: 1, invert: false };
  for (const name of Object.keys(stored) as (keyof NetSettings)[]) {
    const given = settings[name];
    if (given === undefined || given === stored[name]) continue;
    const shown = Array.isArray(given) ? `${given.length} numbers` : given;
    throw new RangeError(
      `Cannot use this net as its ${name} must be that of its training, ${stored[name]}: ` +
        `current value is ${shown}`,
    );
  }
}

/**
 * Reads and decodes a file. Every error message names the file.
 *
 * @returns The result of `decode`
 * @throws {ModelError} If the source cannot be read, or `decode` throws
 */
export async function decodeFile<T>(
  source: string | URL,
  decode: (bytes: Uint8Array) => T | Promise<T>,
): Promise<T> {
  let bytes: Uint8Array = new Uint8Array();
  try {
    bytes = source instanceof URL ? await fetchBytes(source) : await readBytes(source);
    return await decode(bytes);
  } catch (error) {
    const { name } = error as Error;
    const reason = name === "NotFound"
      ? "there is no such file"
      : name === "IsADirectory"
      ? "it is a folder; name a file in it, such as model.safetensors"
      : kindOf(String(source), bytes) ?? (error as Error).message;
    throw new ModelError(`${source}: ${reason}`, { cause: error });
  }
}

/** Describes a file that is neither .npz nor safetensors, whose ninth byte is "{". */
function kindOf(source: string, bytes: Uint8Array): string | undefined {
  if (bytes.length >= 9 && bytes[8] === "{".charCodeAt(0)) return undefined;
  return foreignNet(source, bytes) ??
    (bytes.length < 9 || isZip(bytes) ? undefined : foreignKind(bytes, SAVE_AS) ??
      "it is neither a safetensors nor an .npz file");
}

const SAVE_AS = "save the net as safetensors or .npz";

async function readBytes(path: string): Promise<Uint8Array> {
  if (typeof Deno === "undefined") {
    throw new Error("a browser cannot read files by path: give a URL or the file's bytes");
  }
  const { size, isFile } = await Deno.stat(path);
  if (isFile && size > MAX_FILE_BYTES) {
    throw new Error(`a model must have at most ${MAX_FILE_BYTES} bytes: this file has ${size}`);
  }
  return await Deno.readFile(path);
}

async function fetchBytes(url: URL): Promise<Uint8Array> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`the server answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer()); // older browsers have no bytes()
}
