/** Recognizes nets' files of other programs, and says how to convert them. */

// deno-lint-ignore-file no-control-regex -- files of most kinds begin with control characters

/** The first bytes of a net's file of each program, and the command that converts it to .npz. */
const FOREIGN_NETS: readonly { begins: RegExp; what: string; code(file: string): string }[] = [
  {
    // The pickle begins with the module's class, not with the dictionary of its parameters.
    begins: /^PK\x03\x04[^]{26}[^]{0,200}?\/data\.pkl[^]{0,80}?\x80[\x02-\x05]c(?!collections\n)/,
    what: "a whole module of PyTorch, which needs the code that defines it",
    code: (file) =>
      `import torch, numpy; m = torch.load('${file}', map_location='cpu', weights_only=False); ` +
      "numpy.savez('net.npz', **{k: v.numpy() for k, v in m.state_dict().items()})",
  },
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

/**
 * Describes a net's file of another program that cannot be read here.
 *
 * @returns What it is, and the one command that converts it; undefined if it is none
 */
export function foreignNet(source: string, bytes: Uint8Array): string | undefined {
  const text = String.fromCharCode(...bytes.subarray(0, 512));
  // Before version 1.6, PyTorch wrote pickles.
  const kind = /\.pth?$/.test(source) && text.startsWith("\x80")
    ? FOREIGN_NETS[1]
    : FOREIGN_NETS.find(({ begins }) => begins.test(text));
  const quoted = source.replaceAll("\\", "/").replaceAll("'", "\\'");
  return kind && `it is ${kind.what}; this command makes net.npz of it: ` +
      `python3 -c "${kind.code(quoted)}"`;
}
