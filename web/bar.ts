/// <reference lib="dom" />
/** The bar: what the run is doing, how far it is, and how well the shown net classifies. */
import { count, percent } from "../lib/files/printable.ts";
import { button, element, show, write } from "./dom.ts";
import { isSameRun } from "./settings.ts";
import { isWaiting, measuresOf, state } from "./state.ts";

const [status, steps, device, pace, accuracy, accuracyOf] = [
  "status",
  "steps",
  "device",
  "pace",
  "accuracy",
  "accuracy-of",
].map((id) => element(id, HTMLElement));
const shownNet = element("shown-net", HTMLParagraphElement);
const progress = element("progress", HTMLProgressElement);
const failure = element("failure", HTMLParagraphElement);
const notice = element("notice", HTMLParagraphElement);

/** Shows what the page is doing. */
export function showBar(): void {
  const { run, file, isTraining, draft } = state;
  const isOther = run !== undefined && !isSameRun(run.settings, draft);
  write(
    button("start"),
    isTraining
      ? "Pause"
      : run?.isOver
      ? "Train on"
      : run && run.iteration > 0 && !run.isBroken
      ? "Resume"
      : "Start",
  );
  write(button("reset"), isOther && run.iteration > 0 ? "New run" : "Reset");
  for (const id of ["reset", "new-run"]) button(id).classList.toggle("lit", isOther);
  write(status, statusNow());
  progress.value = run ? Math.min(1, run.iteration / run.iterations) : 0;

  const measures = measuresOf(state);
  document.body.classList.toggle("file", file !== undefined);
  write(shownNet, file ? file.name : "");
  show(button("unload"), file !== undefined);
  write(accuracy, measures ? percent(measures.accuracy, 1) : "–");
  write(
    accuracyOf,
    measures
      ? `of ${count(measures.rows)} test digits`
      : file
      ? "being examined"
      : run?.iteration === 0
      ? "not trained yet"
      : "accuracy",
  );
  showNumbers();
  write(failure, state.invalid ?? state.failure ?? "");
  show(failure, failure.textContent !== "");
  write(element("notice-text", HTMLElement), state.notices.join(" "));
  show(notice, state.notices.length > 0);
  show(element("messages", HTMLDivElement), !notice.hidden || !failure.hidden);
}

function showNumbers(): void {
  const { run } = state;
  write(steps, run ? `Step ${count(run.iteration)} of ${count(run.iterations)}` : "");
  const { progress } = run ?? {};
  const time = progress?.millisecondsPerStep;
  write(pace, time ? `${time < 1 ? time.toFixed(2) : time.toFixed(1)} ms a step` : "");
  const kind = run?.device?.backend === "webgpu"
    ? run.device.software ? " (WebGPU in software)" : " (WebGPU)"
    : "";
  write(device, run?.device ? run.device.name + kind : "");
  device.title = device.textContent!;
}

function statusNow(): string {
  const { busy, run, isTraining, isHidden, data, loading } = state;
  if (loading && (!data || isTraining && isWaiting(state))) return `${loading}…`;
  if (busy !== undefined && busy !== "Training") return `${busy}…`;
  if (!data || !run) return "Loading…";
  if (run.isBroken) return "Stopped by an error";
  const epochs = run.progress ? `, epoch ${Math.ceil(run.progress.epochs) || 1}` : "";
  if (isTraining && isHidden) return "Resting while nobody looks";
  if (isTraining) {
    return data.isPartial
      ? `Training on the first ${count(data.trainRows)} digits`
      : `Training${epochs}`;
  }
  if (run.isOver) return `Done after ${(run.progress?.seconds ?? 0).toFixed(1)} s`;
  return run.iteration > 0 ? "Paused" : "Ready";
}
