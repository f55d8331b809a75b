/// <reference lib="dom" />
/** Nets as files: saved by the browser, and loaded from the visitor's disk. */
import { MissingSettingsError, type NetSettings } from "../lib/model/foreign_model.ts";
import { loadParameters } from "../lib/model/load_parameters.ts";
import { encodeOnnx } from "../lib/model/onnx.ts";
import { encodeModel, type SavedModel } from "../lib/model/saved_model.ts";
import { OPTION_WORDS } from "../lib/training/options.ts";
import { element, make } from "./dom.ts";

/** Has the browser save a net. */
export function saveModel(model: SavedModel, format: "safetensors" | "onnx"): void {
  const bytes = format === "onnx" ? encodeOnnx(model) : encodeModel(model);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes]));
  link.download = `mnist-webgpu.${format}`;
  link.click();
  // The browser has begun by then; where it has not, it keeps the blob itself.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

/** What the page asks of a net that another program trained. */
const FACTS = ["activation", "head", "scale"] as const;

/**
 * Calls back when the visitor has chosen a file; of another program's net it is asked first how
 * that computes.
 *
 * @param loaded Given the net and the file's name
 * @param failed Given what is wrong with the file, in a line
 */
export function onLoad(
  loaded: (model: SavedModel, name: string) => void,
  failed: (message: string) => void,
): void {
  const input = element("load", HTMLInputElement);
  const form = element("facts", HTMLFormElement);
  for (const fact of FACTS) {
    element(fact, HTMLSelectElement).append(
      ...OPTION_WORDS[fact].map((word) => make("option", "", word)),
    );
  }
  let asked: File | undefined;
  const load = async (file: File, facts: Partial<NetSettings> = {}) => {
    try {
      const model = await loadParameters(await file.bytes(), facts);
      const { inputs, classes } = model.architecture;
      if (inputs !== 784 || classes !== 10) {
        throw new RangeError(
          `Cannot use this net as it must have 784 inputs and 10 classes: it has ${inputs} and ${classes}`,
        );
      }
      form.hidden = true;
      loaded(model, file.name);
    } catch (error) {
      asked = file;
      form.hidden = !(error instanceof MissingSettingsError);
      failed(
        form.hidden
          ? `${file.name}: ${(error as Error).message}`
          : `${file.name} does not say how its net computes. Choose it here:`,
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
    const facts = FACTS.map((fact) => [fact, element(fact, HTMLSelectElement).value]);
    if (asked) await load(asked, Object.fromEntries(facts));
  });
}
