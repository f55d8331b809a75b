/// <reference lib="dom" />
/** Saves nets as files, and loads them from files. */
import { MissingSettingsError, type NetSettings } from "../lib/model/foreign_model.ts";
import { loadModel } from "../lib/model/load_model.ts";
import { encodeOnnx } from "../lib/model/onnx.ts";
import { encodeModel, type SavedModel } from "../lib/model/saved_model.ts";
import { OPTIONS } from "../lib/training/option_table.ts";
import { element, make } from "./dom.ts";

/** Saves a net as a download. */
export function saveModel(model: SavedModel, format: "safetensors" | "onnx"): void {
  const bytes = format === "onnx" ? encodeOnnx(model) : encodeModel(model);
  download(bytes, `mnist-webgpu.${format}`);
}

/** Saves a file as a download. */
export function download(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = name;
  link.click();
  // By then the browser has started the download, which keeps the blob.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** Properties of a net that other programs' files do not contain. */
const NET_SETTINGS = ["activation", "head", "scale"] as const;

/**
 * Sets the callbacks for files that the visitor chooses. If a file lacks some of `NET_SETTINGS`, the form asks
 * for them first.
 *
 * @param loaded Called with the net and the file's name
 * @param failed Called with a message if the file cannot be used, or lacks some of `NET_SETTINGS`
 */
export function onLoad(
  loaded: (model: SavedModel, name: string) => void,
  failed: (message: string) => void,
): void {
  const input = element("load", HTMLInputElement);
  const form = element("net-settings", HTMLFormElement);
  for (const setting of NET_SETTINGS) {
    element(setting, HTMLSelectElement).append(
      ...OPTIONS[setting].words.map((word) => make("option", "", word)),
    );
  }
  /** The file for which the form asks. */
  let incomplete: File | undefined;
  const load = async (file: File, given: Partial<NetSettings> = {}) => {
    try {
      const model = await loadModel(new Uint8Array(await file.arrayBuffer()), given);
      const { inputs, classes } = model.architecture;
      if (inputs !== 784 || classes !== 10) {
        throw new RangeError(
          `Cannot use this net as it must have 784 inputs and 10 classes: it has ${inputs} and ${classes}`,
        );
      }
      form.hidden = true;
      loaded(model, file.name);
    } catch (error) {
      incomplete = file;
      form.hidden = !(error instanceof MissingSettingsError);
      failed(
        form.hidden
          ? `${file.name} is no model that this page can show: it must be a safetensors or npz file ` +
            `of a net with three layers, 784 inputs and 10 outputs (${(error as Error).message})`
          : `${file.name} does not contain the net's activation, head and scale. Choose them:`,
      );
    }
  };
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (file) await load(file);
    input.value = ""; // so that the same file can be chosen again
  });
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const chosen = NET_SETTINGS.map((
      setting,
    ) => [setting, element(setting, HTMLSelectElement).value]);
    if (incomplete) await load(incomplete, Object.fromEntries(chosen));
  });
}
