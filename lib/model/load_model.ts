/** Reads models from files, URLs or bytes, also in browsers. */
import { foreignKind } from "../files/kinds.ts";
import { ModelError } from "./errors.ts";
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
  const { mean, std, invert } = { mean: 0, std: 1, invert: false };
  const stored = { activation, head, scale, mean, std, invert };
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
 * @param source A path or a URL
 * @param decode Decodes the bytes
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

/** The first bytes of a net's file of each program, and the command that converts it to .npz. */
const FOREIGN_NETS: readonly { begins: RegExp; what: string; code(file: string): string }[] = [
  {
    // A ZIP archive that PyTorch writes begins with its folder's data.pkl, or with byteorder.
    begins: /^PK\x03\x04[^]{26}[^]{0,200}?\/(data\.pkl|byteorder|\.format_version)/,
    what: "a file of PyTorch",
    code: (file) =>
      `import torch, numpy; d = torch.load('${file}', map_location='cpu', weights_only=True); ` +
      "d = d.get('state_dict', d.get('model_state_dict', d)); " +
      "numpy.savez('net.npz', **{k: v.numpy() for k, v in d.items()})",
  },
  {
    begins: /^PK\x03\x04[^]{26}[^]{0,200}?(metadata\.json|config\.json|model\.weights\.h5)/,
    what: "a file of Keras",
    code: (file) =>
      `import keras, numpy; m = keras.saving.load_model('${file}', compile=False); ` +
      "numpy.savez('net.npz', **{f'{w.path}_{i:02d}': w.numpy() for i, w in enumerate(m.weights)})",
  },
  {
    begins: /^\x89HDF\r\n\x1a\n/,
    what: "an HDF5 file, as Keras writes",
    code: (file) =>
      "import h5py, numpy; d = {}; " +
      `h5py.File('${file}').visititems(lambda k, v: d.update({k.replace('/', '.'): v[()]}) ` +
      "if isinstance(v, h5py.Dataset) and v.ndim in (1, 2) and 'optimizer' not in k else None); " +
      "numpy.savez('net.npz', **d)",
  },
  {
    begins: /^\x80[\x02-\x05]/,
    what: "a Python pickle, as scikit-learn and joblib write",
    code: (file) =>
      `import joblib, numpy; m = joblib.load('${file}'); ` +
      "m = m[-1] if hasattr(m, 'steps') else m; numpy.savez('net.npz', " +
      "**{f'w{i}_kernel': w for i, w in enumerate(m.coefs_)}, " +
      "**{f'b{i}': b for i, b in enumerate(m.intercepts_)})",
  },
  {
    begins: /^\x08[\x01-\x0f]\x12|^\x08[\x01-\x0f][\x3a\x42\x1a]/,
    what: "an ONNX file",
    code: (file) =>
      "import onnx, numpy, onnx.numpy_helper as h; " +
      `numpy.savez('net.npz', **{t.name: h.to_array(t) for t in onnx.load('${file}').graph.initializer})`,
  },
];

/** Describes a net's file of another program, with the one command that converts it. */
function foreignNet(source: string, bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 512));
  // Before version 1.6, PyTorch wrote pickles.
  const kind = /\.pth?$/.test(source) && text.startsWith("\x80")
    ? FOREIGN_NETS[0]
    : FOREIGN_NETS.find(({ begins }) => begins.test(text));
  const quoted = source.replaceAll("\\", "/").replaceAll("'", "\\'");
  return kind && `it is ${kind.what}; this command makes net.npz of it: ` +
      `python3 -c "${kind.code(quoted)}"`;
}

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
  return response.bytes();
}
