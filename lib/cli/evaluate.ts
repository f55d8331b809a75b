/** `deno task evaluate`: how well a trained net does, class by class. */
import type { Dataset } from "../data/dataset.ts";
import { splitDataset } from "../data/split.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { DistSampler } from "../random/dist_sampler.ts";
import { evaluationLines } from "../report/evaluation.ts";
import { evaluate } from "../training/evaluate.ts";
import { openAsides } from "./asides.ts";
import { DATASET_FLAGS, openChosenDataset } from "./dataset_flags.ts";
import { type FlagValues, type Task, toggle } from "./flags.ts";
import { loadNamedModel, MODEL_FLAG } from "./model_flag.ts";
import { print } from "./output.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {
  ...MODEL_FLAG,
  ...DATASET_FLAGS,
  dataset: { ...DATASET_FLAGS.dataset, default: "what the net was trained on" },
  json: toggle("print one JSON object instead of the tables"),
  quiet: toggle("no progress or notices on stderr"),
};

const TASK: Task<typeof FLAGS> = {
  name: "evaluate",
  summary:
    "Says how well a trained net does on the rows that its run tested on: accuracy, loss,\n" +
    "precision and recall of each class, and which classes it takes for which.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, evaluateTask);

async function evaluateTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { model } = await loadNamedModel(flags);
  using asides = await openAsides(flags.quiet);
  const dataset = flags.dataset ?? model.run?.dataset;
  const data = await openChosenDataset({ ...flags, dataset }, asides);
  asides.clear();
  const rows = testRows(model, data, asides.notice);
  const report = evaluate(model, data, rows);
  if (!flags.json) return print(...evaluationLines(report, data));

  const { correct, accuracy, loss, precision, recall, confusion } = report;
  const classes = recall.length;
  print(JSON.stringify({
    event: "evaluation",
    dataset: data.name,
    rows: rows.length,
    correct,
    accuracy,
    loss,
    precision: [...precision],
    recall: [...recall],
    confusion: Array.from(
      { length: classes },
      (_, label) => [...confusion.subarray(label * classes, (label + 1) * classes)],
    ),
  }));
}

/** The rows that the net's run did not train on; where that is not known, the data set's own test rows. */
function testRows(
  { run }: SavedModel,
  data: Dataset,
  onNotice: (line: string) => void,
): Uint32Array {
  if (run?.dataset === data.name) {
    const { seed, threefry, split: kind } = run.options;
    return splitDataset(data, new DistSampler(seed, { layout: threefry }), { kind }).test;
  }
  const count = data.labels.length - data.trainRows;
  onNotice(
    run
      ? `The net was trained on ${run.dataset}; these are the test rows of ${data.name}.`
      : `The file does not say what the net was trained on; these are the test rows of ${data.name}.`,
  );
  return Uint32Array.from({ length: count }, (_, i) => data.trainRows + i);
}
