/// <reference lib="dom" />
/** What the Workers' reports change. */
import { count } from "../lib/files/printable.ts";
import { announceSoon } from "./answer.ts";
import { endExamination, examine } from "./examination.ts";
import { forgetImages, keepImages } from "./examined.ts";
import { withPoint } from "./learning.ts";
import type { ExaminerReport, TrainerReport } from "./messages.ts";
import { endLesson } from "./named.ts";
import { showGiven } from "./pad.ts";
import { beginRun, setTraining } from "./runs.ts";
import { keepSheet } from "./sheet.ts";
import { addNotice, state } from "./state.ts";
import { ask } from "./workers.ts";

/** Handles a report of the trainer. */
export function onTrainer(report: TrainerReport): void {
  const { run } = state;
  switch (report.kind) {
    case "busy":
      state.busy = report.what;
      break;
    case "notice":
      addNotice(report.line);
      break;
    case "log":
      if (run) run.log = [...run.log, report.line];
      break;
    case "loading":
      state.loading = report.what;
      break;
    case "opened": {
      const { dataset, trainRows, isPartial } = report;
      const isFree = run !== undefined && run.iteration > 0; // on the first rows
      const wantsTraining = state.isTraining;
      state.data = { name: dataset, trainRows, isPartial };
      if (!isPartial) state.loading = undefined;
      forgetImages();
      if (dataset !== "mnist" && state.source === "auto") {
        addNotice("Not MNIST: its files are missing, so the page trains on digits that it draws.");
      }
      if (!state.pad.digit) ask({ kind: "digit" });
      if (isFree) {
        addNotice(`All ${count(trainRows)} training digits are here: a new run uses them.`);
        break;
      }
      beginRun();
      if (wantsTraining) setTraining(true);
      break;
    }
    case "device":
      if (run) run.device = report.device;
      break;
    case "began":
      state.run = {
        settings: state.requested,
        initial: report.model,
        model: report.model,
        iteration: 0,
        iterations: report.iterations,
        progress: undefined,
        device: undefined,
        measured: undefined,
        evaluations: [],
        log: [],
        points: [],
        batch: undefined,
        isOver: false,
        isChanged: state.data!.isPartial,
        isBroken: false,
      };
      if (state.data!.isPartial) {
        const rows = count(state.data!.trainRows);
        state.run.log = [`Trains on the first ${rows} digits alone: the others are on their way.`];
      }
      state.examination = undefined;
      examine(true);
      break;
    case "progress": {
      if (!run) break;
      const { model, ...progress } = report;
      Object.assign(run, { model, progress, iteration: report.iteration });
      run.iterations = report.iterations;
      if (run.points.at(-1)?.iteration !== report.iteration) {
        run.points = withPoint(run.points, report);
      }
      examine(false);
      break;
    }
    case "evaluated":
      if (run) run.evaluations = [...run.evaluations, report];
      break;
    case "batch":
      if (run) run.batch = report.batch;
      break;
    case "measured":
      if (!run) break;
      run.measured = report;
      examine(true);
      break;
    case "taught":
      endLesson(report);
      break;
    case "finished":
      if (run) run.isOver = true;
      state.isTraining = false;
      break;
    case "failed":
      state.isTraining = false;
      state.failure = report.message;
      if (run) run.isBroken = true;
  }
}

/** Handles a report of the examiner. */
export function onExaminer(report: ExaminerReport): void {
  switch (report.kind) {
    case "digit":
      showGiven(report);
      announceSoon();
      break;
    case "photo":
      state.failure = undefined;
      showGiven({ image: report.digit, picture: report.picture });
      announceSoon();
      break;
    case "images":
      keepImages(report.rows, report.images);
      break;
    case "examined":
      endExamination(report);
      break;
    case "augmented":
      keepSheet(report.sheet);
      break;
    case "failed":
      if (report.of === "examine") endExamination(undefined);
      if (report.of === "photo") state.failure = report.message;
      else addNotice(report.message);
  }
}
