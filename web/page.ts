/// <reference lib="dom" />
/**
 * The page. What the visitor does and what the Workers report changes one state (state.ts), and each part
 * of the page is drawn when its share of the state has changed. Everything else is in the module that is
 * named after it.
 */
import { announceSoon, passOfPad, showAnswer } from "./answer.ts";
import { showBar } from "./bar.ts";
import { showBatch } from "./batch.ts";
import { button, element, isDark, onColorScheme } from "./dom.ts";
import { imageCount, showConfusion, showMistakes } from "./examined.ts";
import "./files.ts";
import { showSettings } from "./form.ts";
import { openKernels } from "./kernels_tab.ts";
import { drawAccuracy, drawLoss, showRuns, showSummary } from "./learning.ts";
import { readLink } from "./link.ts";
import { showEvaluations, showLog } from "./log.ts";
import { showNamed, showNaming } from "./named.ts";
import { onDrawing } from "./pad.ts";
import "./pad_input.ts";
import { showPicture } from "./picture.ts";
import { addParts, type Part, render } from "./render.ts";
import { onExaminer, onTrainer } from "./reports.ts";
import { showSheet } from "./sheet.ts";
import { addNotice, examinationOf, isUntrained, labelOnPad, shownNet, state } from "./state.ts";
import { showTabs } from "./tabs.ts";
import { showUnit } from "./unit.ts";
import { showWeights } from "./weights.ts";
import { ask, onReports, order } from "./workers.ts";

addParts([
  { of: () => [{ ...state }], draw: showBar },
  {
    of: () => [shownNet(state), state.pad, state.named, isUntrained(state), isDark()],
    draw: showAnswer,
  },
  { of: () => [state.pad, state.named, state.lesson, isUntrained(state)], draw: showNaming },
  {
    of: () => [shownNet(state), state.pad, state.named, state.unit, isUntrained(state)],
    draw() {
      const model = shownNet(state);
      if (!model) return;
      const { unit, pad: { digit } } = state;
      const label = labelOnPad(state);
      const pass = passOfPad();
      showPicture({ model, pass, digit, label, isUntrained: isUntrained(state), open: unit });
    },
  },
  {
    of: () => [shownNet(state), state.pad.digit, state.unit, isDark()],
    draw: () => showUnit(state.unit, shownNet(state), passOfPad(), state.pad.digit),
  },
  // Each chart takes some milliseconds, so each is a part.
  ...[drawAccuracy, drawLoss].map((draw) => ({
    of: () => [state.run?.points, state.run?.isChanged, state.earlier, state.data],
    draw,
  })),
  { of: () => [state.run?.points], draw: showSummary },
  {
    of: () => [state.run?.settings, state.run?.isChanged, state.earlier, state.data],
    draw: showRuns,
  },
  { of: () => [state.tab, state.draft.augment === "none"], draw: showTabs },
  inTab("batch", () => [state.run?.batch, isDark()], showBatch),
  inTab("mistakes", () => [examinationOf(state), imageCount(), isDark()], showMistakes),
  inTab(
    "confusion",
    () => [examinationOf(state), state.cell, imageCount(), isDark()],
    showConfusion,
  ),
  inTab("weights", () => [shownNet(state)], showWeights),
  inTab("augmentation", () => [state.sheet, isDark()], showSheet),
  inTab("drawings", () => [state.named, isDark()], showNamed),
  inTab(
    "log",
    () => [state.run?.evaluations, state.run?.isChanged, state.data],
    showEvaluations,
  ),
  inTab("log", () => [state.run, state.run?.log, state.run?.points], showLog),
  inTab("kernels", () => [true], openKernels),
]);

/** Returns a part that is drawn only while its tab is open. */
function inTab(tab: string, of: () => unknown[], draw: () => void): Part {
  const isOpen = () => state.tab === tab;
  return { of: () => isOpen() ? of() : [], draw: () => isOpen() && draw() };
}

onDrawing((shown) => {
  const { pad } = state;
  if (shown.digit !== pad.digit) state.lesson = ""; // it was on another digit
  if (shown.digit !== pad.digit || shown.label !== pad.label || shown.source !== pad.source) {
    state.pad = shown;
    announceSoon();
  }
  render();
});

button("notice-close").addEventListener("click", () => {
  state.notices = [];
  render();
});
onColorScheme(render);

readLink();
showSettings(state.draft);
element("blocked", HTMLParagraphElement).remove();
element("app", HTMLElement).hidden = false;
if (!isSecureContext) {
  addNotice(
    "No WebGPU: browsers offer it only to pages from https:// or from this computer. " +
      "The page trains on one thread of the CPU.",
  );
}
render();
onReports(onTrainer, onExaminer);
const folder = document.querySelector<HTMLMetaElement>("meta[name=mnist]")?.content;
const { port1, port2 } = new MessageChannel();
ask({ kind: "listen", trainer: port1 }, [port1]);
order({
  kind: "open",
  folder: folder && state.source === "auto" ? new URL(folder, location.href).href : undefined,
  examiner: port2,
}, [port2]);
