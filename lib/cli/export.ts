/** `deno task export`: a trained net in the formats of other programs. */
import { modelTensors, type SavedModel } from "../model/saved_model.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import { type FlagValues, path, type Task, toggle, UsageError } from "./flags.ts";
import { loadNamedModel, MODEL_FLAGS } from "./model_flag.ts";
import { print } from "./output.ts";
import { shownPath } from "./paths.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {
  ...MODEL_FLAGS,
  npz: toggle("for numpy.load: the six parameters by name"),
  onnx: toggle("for any ONNX runtime: images of bytes in, probabilities out"),
  out: path("FILE", "where to; if not given, beside the net, with another ending"),
  json: toggle("print one JSON object that names the file"),
};

const TASK: Task<typeof FLAGS> = {
  name: "export",
  summary: "Writes a trained net in the formats of other programs.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, exportTask);

async function exportTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  if (Boolean(flags.npz) === Boolean(flags.onnx)) {
    throw new UsageError("one of --npz and --onnx is needed: the format to write");
  }
  const { file, model } = await loadNamedModel(TASK.name, flags);
  const stem = file.replace(/\.(safetensors|npz)$/, "");
  const out = flags.out ?? `${stem}.${flags.npz ? "npz" : "onnx"}`;
  if (out === file) throw new UsageError(`--out is needed: ${shownPath(file)} is the net itself`);
  await writeFileAtomically(out, flags.npz ? await npzBytes(model) : await onnxBytes(model));
  print(flags.json ? JSON.stringify({ event: "export", file: out }) : out);
}

async function npzBytes(model: SavedModel): Promise<Uint8Array> {
  const { encodeNpz } = await import("../model/npz.ts");
  return encodeNpz(modelTensors(model));
}

async function onnxBytes(model: SavedModel): Promise<Uint8Array> {
  const { encodeOnnx } = await import("../model/onnx.ts");
  return encodeOnnx(model);
}
