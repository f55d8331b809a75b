/// <reference lib="dom" />
/** All that the page knows: its modules change it, and draw the parts that show some of it. */
import type { DeviceDescription } from "../lib/engine/engine.ts";
import type { SavedModel } from "../lib/model/saved_model.ts";
import type { Model } from "../lib/net/architecture.ts";
import type { AugmentedImages } from "./augmented_images.ts";
import type { Batch, Examination, Measures, NamedDigit, Progress } from "./messages.ts";
import { type Settings, settingsOfPreset } from "./settings.ts";

/** A point of the learning curves: measures on the fixed rows. */
export interface CurvePoint {
  iteration: number;
  test: Measures;
  training: Measures;
}

/** A run, with what the page has seen of it. */
export interface RunView {
  settings: Settings;
  /** The net before its first step. */
  initial: Model;
  /** The net now. */
  model: Model;
  iteration: number;
  iterations: number;
  progress: Omit<Progress, "model"> | undefined;
  device: DeviceDescription | undefined;
  /** Measures on all test rows of the net at this step, if it rests there. */
  measured: { iteration: number; measures: Measures } | undefined;
  /** The run's own evaluations. */
  evaluations: { iteration: number; measures: Measures }[];
  /** What happened to the run besides: a changed learning rate, a lost device. */
  log: string[];
  points: CurvePoint[];
  batch: Batch | undefined;
  isOver: boolean;
  /** Whether the visitor changed the run, so that its settings do not repeat it. */
  isChanged: boolean;
  isBroken: boolean;
}

/** A run of before, whose curves stay. */
export interface EarlierRun {
  name: string;
  points: CurvePoint[];
}

/** What is on the pad. */
export interface Shown {
  digit: Uint8Array | undefined;
  /** The class, if it is a digit of the data set. */
  label: number | undefined;
  source: "drawing" | "data" | "photo" | undefined;
}

/** The state of the page. */
export interface State {
  /** What the trainer is doing; undefined if it waits. */
  busy: string | undefined;
  /** How much of the data has arrived; undefined if all has. */
  loading: string | undefined;
  data: { name: string; trainRows: number; isPartial: boolean } | undefined;
  /** Which data the page opened, or is opening; others need the page to load again. */
  source: Settings["data"];
  /** The settings in the fields. A new run uses them. */
  draft: Settings;
  /** The settings of the run that the trainer was asked to prepare. */
  requested: Settings;
  /** Why the settings in the fields cannot be used. */
  invalid: string | undefined;
  failure: string | undefined;
  notices: string[];
  /** Whether the visitor wants the net to train. */
  isTraining: boolean;
  /** Whether nobody can see the page, so that training rests. */
  isHidden: boolean;
  run: RunView | undefined;
  earlier: EarlierRun[];
  /** A net from a file. While there is one, the page shows it instead of the run's. */
  file: { model: SavedModel; name: string } | undefined;
  examination: Examination | undefined;
  pad: Shown;
  /** The digits that the visitor named. */
  named: readonly NamedDigit[];
  /** What became of the last one. */
  lesson: string;
  /** The unit whose sum is explained: layer 0 and 1 are hidden, layer 2 is the output. */
  unit: { layer: number; index: number } | undefined;
  /** The cell of the confusion matrix whose digits are listed. */
  cell: { label: number; answer: number } | undefined;
  sheet: AugmentedImages | undefined;
  tab: string;
}

/** The state of this page. Whoever changes it calls `render`. */
export const state: State = {
  busy: "Loading",
  loading: undefined,
  data: undefined,
  source: "auto",
  draft: settingsOfPreset("small"),
  requested: settingsOfPreset("small"),
  invalid: undefined,
  failure: undefined,
  notices: [],
  isTraining: false,
  isHidden: document.hidden,
  run: undefined,
  earlier: [],
  file: undefined,
  examination: undefined,
  pad: { digit: undefined, label: undefined, source: undefined },
  named: [],
  lesson: "",
  unit: undefined,
  cell: undefined,
  sheet: undefined,
  tab: "mistakes",
};

/** Shows a message until the visitor closes it. */
export function addNotice(line: string): void {
  if (!state.notices.includes(line)) state.notices = [...state.notices, line];
}

/** Returns whether training needs data that is still on its way. */
export function isWaiting({ data, draft }: State): boolean {
  return !data || data.isPartial && draft.preset === "notebook";
}

/** Returns the digit on the pad as the visitor named it. */
export function namedOnPad({ pad: { digit }, named }: State): NamedDigit | undefined {
  return digit && named.find(({ image }) => image.every((ink, i) => ink === digit[i]));
}

/** Returns the class that the visitor named for the digit on the pad. */
export function nameOnPad(state: State): number | undefined {
  return namedOnPad(state)?.label;
}

/** Returns the class of the digit on the pad, if the visitor or the data set tells it. */
export function labelOnPad(state: State): number | undefined {
  return nameOnPad(state) ?? state.pad.label;
}

/** Returns the net that the whole page shows: a file's, or else the run's. */
export function shownNet({ file, run }: State): Model | undefined {
  return file?.model ?? run?.model;
}

/** Returns whether the shown net has learned nothing yet. */
export function isUntrained({ file, run }: State): boolean {
  return !file && !run?.iteration;
}

/** Returns the examination, if it is one of the net in question; it may be some steps old. */
export function examinationOf({ examination, file }: State): Examination | undefined {
  return examination?.of.file === file?.name ? examination : undefined;
}

/** Returns the shown net's accuracy: of all test rows where it is known, else of the fixed ones. */
export function measuresOf(state: State): Measures | undefined {
  const { run, file } = state;
  if (file) return examinationOf(state)?.measures;
  if (!run || run.iteration === 0) return undefined;
  return run.measured?.iteration === run.iteration ? run.measured.measures : run.progress?.test;
}
