/// <reference lib="dom" />
/** The tab of files: the shown net can be saved, and a file's net takes its place. */
import type { SavedModel } from "../lib/model/saved_model.ts";
import { mapMetrics } from "../lib/training/metrics.ts";
import { button, element } from "./dom.ts";
import { examine } from "./examination.ts";
import { onLoad, saveModel } from "./models.ts";
import { render } from "./render.ts";
import { trainingOptions } from "./settings.ts";
import { type RunView, state } from "./state.ts";

for (const format of ["safetensors", "onnx"] as const) {
  button(`save-${format}`).addEventListener("click", () => {
    const { file, run, data } = state;
    if (file) return saveModel(file.model, format);
    if (!run) return;
    saveModel(savedModel(run, data!.name), format);
  });
}

/** Returns the run's net with what a file says of it. */
function savedModel(run: RunView, dataset: string): SavedModel {
  const { model, device, settings, measured, progress, iteration, isChanged, log } = run;
  const isMeasured = run.isOver && measured?.iteration === iteration;
  // A run has no device before its first step.
  const record = device && {
    dataset,
    device: device.name,
    backend: device.backend,
    options: trainingOptions(settings),
    ...isChanged && { initFrom: `a run that was changed in the page: ${log.join(" ")}` },
    ...isMeasured && {
      result: {
        iterations: iteration,
        seconds: progress!.seconds,
        ...mapMetrics((name) => measured.measures[name]),
      },
    },
  };
  return { ...model, run: record };
}

onLoad((model, name) => {
  state.file = { model, name };
  const { hidden } = model.architecture;
  element("loaded", HTMLElement).textContent = `The page now shows ${name}: ${
    hidden.join(" and ")
  } hidden units.`;
  examine(true);
  render();
}, (message) => element("loaded", HTMLElement).textContent = message);
button("unload").addEventListener("click", () => {
  state.file = undefined;
  element("loaded", HTMLElement).textContent = "";
  button("start").focus();
  examine(!state.isTraining);
  render();
});
