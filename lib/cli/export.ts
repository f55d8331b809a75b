/** `deno task export`: writes a trained net in a format that other programs read. */
import { encodeModel, modelTensors, type SavedModel } from "../model/saved_model.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import { type FlagValues, oneOf, path, type Task, toggle, UsageError } from "./flags.ts";
import { loadNamedModel, MODEL_FLAGS } from "./model_flag.ts";
import { print } from "./output.ts";
import { shownPath } from "./paths.ts";
import { runTask } from "./run_task.ts";

/** The file formats, which are also the extensions of file names. */
const FORMATS = ["npz", "onnx", "safetensors", "json", "c"] as const;
type Format = typeof FORMATS[number];

const FLAGS = {
  ...MODEL_FLAGS,
  format: oneOf(
    FORMATS,
    "file format: npz for numpy.load, onnx for any ONNX runtime (images to probabilities), safetensors, json for a web page, c for a header with the weights and a function",
  ),
  out: path("FILE", "output file; by default beside the model, with the format's extension"),
  json: toggle("print one JSON object with the file's name"),
};

export const TASK: Task<typeof FLAGS> = {
  name: "export",
  summary: "Converts a trained net to a format that other programs read.",
  flags: FLAGS,
};

/** The extensions of file names that differ from the format's name. */
const EXTENSIONS: Partial<Record<Format, string>> = { c: "h" };

const ENCODERS: Record<Format, (model: SavedModel) => Promise<Uint8Array | string>> = {
  async npz(model) {
    const { encodeNpz } = await import("../model/npz.ts");
    return encodeNpz(modelTensors(model));
  },
  async onnx(model) {
    const { encodeOnnx } = await import("../model/onnx.ts");
    return encodeOnnx(model);
  },
  json: async (model) => (await import("../model/export_text.ts")).encodeJson(model),
  c: async (model) => (await import("../model/export_text.ts")).encodeC(model),
  safetensors: (model) => Promise.resolve(encodeModel(model)),
};

if (import.meta.main) await runTask(TASK, exportTask);

export async function exportTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { format } = flags;
  if (format === undefined) {
    throw new UsageError(`the format is needed: --format ${FORMATS.join("|")}`);
  }
  const { file, model } = await loadNamedModel(TASK.name, flags);
  const stem = file.replace(/\.(safetensors|npz)$/, "");
  const out = flags.out ?? `${stem}.${EXTENSIONS[format] ?? format}`;
  if (out === file) throw new UsageError(`--out is needed: ${shownPath(file)} is the model itself`);
  await writeFileAtomically(out, await ENCODERS[format](model));
  print(flags.json ? JSON.stringify({ type: "export", file: out }) : out);
}
