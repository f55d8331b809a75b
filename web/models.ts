/// <reference lib="dom" />
/** Nets as files: saved by the browser, and loaded from the visitor's disk. */
import { loadParameters } from "../lib/model/load_parameters.ts";
import { encodeOnnx } from "../lib/model/onnx.ts";
import { encodeModel, type SavedModel } from "../lib/model/saved_model.ts";
import { element } from "./dom.ts";

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

/**
 * Calls back when the visitor has chosen a file.
 *
 * @param loaded Given the net and the file's name
 * @param failed Given what is wrong with the file, in a line
 */
export function onLoad(
  loaded: (model: SavedModel, name: string) => void,
  failed: (message: string) => void,
): void {
  const input = element("load", HTMLInputElement);
  input.addEventListener("change", async () => {
    const file = input.files?.[0];
    if (!file) return;
    try {
      const model = await loadParameters(await file.bytes());
      const { inputs, classes } = model.architecture;
      if (inputs !== 784 || classes !== 10) {
        throw new RangeError(
          `Cannot use this net as it must have 784 inputs and 10 classes: it has ${inputs} and ${classes}`,
        );
      }
      loaded(model, file.name);
    } catch (error) {
      failed(`${file.name}: ${(error as Error).message}`);
    } finally {
      input.value = ""; // so that the same file can be chosen again
    }
  });
}
