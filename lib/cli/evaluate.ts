/** `deno task evaluate`: evaluates a trained net, class by class. */
import type { Dataset } from "../data/dataset.ts";
import { publishedTestRows } from "../data/split.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { evaluationJson, evaluationLines } from "../report/evaluation.ts";
import { evaluateInTurns } from "../training/evaluate.ts";
import { openStatus, showRows, type Status } from "./status.ts";
import { DATASET_FLAGS, openChosenDataset } from "./dataset_flags.ts";
import { type FlagValues, type Task, toggle } from "./flags.ts";
import { loadNamedModel, MODEL_FLAGS } from "./model_flag.ts";
import { print } from "./output.ts";
import { compareRunData, reportSplit, splitOfRun } from "./run_data.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {
  ...MODEL_FLAGS,
  ...DATASET_FLAGS,
  dataset: { ...DATASET_FLAGS.dataset, default: "the data that the net was trained on" },
  json: toggle("print one JSON object instead of the tables"),
  quiet: toggle("print only warnings and errors on stderr"),
};

export const TASK: Task<typeof FLAGS> = {
  name: "evaluate",
  summary:
    "Evaluates a trained net on its run's test rows: accuracy, loss, precision and recall of " +
    "each class, and the confusion matrix.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, evaluateTask);

export async function evaluateTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { file, model } = await loadNamedModel(TASK.name, { ...flags, invert: undefined });
  const { run, runError } = model;
  if (runError && flags.dataset === undefined) {
    throw new Error(`${file}: ${runError}; choose the data to evaluate on with --dataset`);
  }
  using status = await openStatus(flags.quiet);
  const recorded = run && (run.data ?? { dataset: run.dataset });
  const opened = await openChosenDataset(flags, status, recorded);
  status.clear();
  const { data, rows } = await testRows(model, opened, flags, status);
  const report = (await evaluateInTurns(model, data, rows, showRows(status)))!;
  status.clear();
  print(...(flags.json ? [evaluationJson(report, data.name)] : evaluationLines(report, data)));
}

/**
 * Chooses the rows to evaluate on: the run's test rows if the data is the run's, otherwise the test
 * rows of the given data set, with a warning.
 */
async function testRows(
  { run }: SavedModel,
  opened: Dataset,
  flags: FlagValues<typeof FLAGS>,
  status: Status,
): Promise<{ data: Dataset; rows: Uint32Array }> {
  const known = run && await compareRunData(run, opened, status.warning);
  if (known?.same) {
    const { data } = known;
    reportSplit(data, run!.options, status.warning);
    return { data, rows: splitOfRun(data, run!.options).test };
  }
  if (known && flags.dataset === undefined) {
    throw new Error(
      `Cannot evaluate as the data must be the run's ${known.wanted}: current value is ` +
        `${known.found}; to evaluate on other data, name it with --dataset`,
    );
  }
  const rows = publishedTestRows(opened);
  const which = rows.length === opened.labels.length ? "all rows" : "the test rows";
  status.warning(
    known
      ? `The net was trained on ${known.wanted}; it is evaluated on ${which} of ${known.found}. ` +
        "If it was trained on some of these rows, this accuracy is optimistic."
      : `The file does not say what the net was trained on; it is evaluated on ${which} of ` +
        `${opened.name}. If it was trained on some of these rows, this accuracy is optimistic.`,
  );
  return { data: opened, rows };
}
