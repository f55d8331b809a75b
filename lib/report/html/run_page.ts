/** Creates the report on one run. */
import type { Dataset, Split } from "../../data/dataset.ts";
import { count, percent } from "../../files/printable.ts";
import { type Model, parameterRanges } from "../../net/architecture.ts";
import { evaluateInTurns, type EvaluationReport } from "../../training/evaluate.ts";
import { OPTION_NAMES } from "../../training/option_table.ts";
import { NOTEBOOK, resolveOptions, type TrainingOptions } from "../../training/options.ts";
import { METRIC_NAMES, METRICS } from "../../training/metrics.ts";
import { drawStart, totalIterations } from "../../training/plan.ts";
import { PRESET_NAMES, PRESETS } from "../../training/presets.ts";
import { augmentationSection } from "./augmentation.ts";
import { confusionSection } from "./confusion.ts";
import { curveTable, isLikeNotebook, learningCurves, standardError } from "./curves.ts";
import { firstLayerSection } from "./first_layer.ts";
import { type Html, html, table } from "./html.ts";
import { mistakesSection } from "./mistakes.ts";
import { NOTEBOOK_FINAL_ACCURACY, NOTEBOOK_SECONDS } from "./notebook_curve.ts";
import { page } from "./page.ts";
import type { ReportedRun } from "../../runs/run_directory.ts";
import { metricLabel, optionLabel } from "./format.ts";

/**
 * Creates the report on a run as one self-contained HTML file.
 *
 * @param data The run's data; its test rows are evaluated again, to find the misclassified ones
 * @param onProgress Called now and then with the numbers of test rows evaluated and of all test rows
 */
export async function runPage(
  run: ReportedRun,
  model: Model,
  data: Dataset,
  onProgress?: (done: number, total: number) => void,
): Promise<string> {
  const { architecture } = model;
  const { split, parameters } = drawStart(data, run.options, architecture);
  const report = (await evaluateInTurns(model, data, split.test, onProgress))!;
  const [w0] = parameterRanges(architecture);
  const drawn = run.initFrom === undefined
    ? parameters.subarray(w0.offset, w0.offset + w0.length)
    : undefined;
  const curves = await learningCurves([run]);
  const units = count(architecture.hidden[0]);
  return page(
    `Run ${run.name}`,
    html`${facts(run, report, totalIterations(run.options, split.train.length))}
<h2>Model selection</h2>
${selectionText(run.options, split.validation.length, split.test.length)}
<h2>Learning curves</h2>
${curveText(run)}
${curves}
${curveTable(run)}
<h2>Confusion matrix</h2>
<p>The number of test rows with each label (row) and predicted class (column). Blue cells are correct, orange cells are mistakes; stronger colors mean more test rows.</p>
${confusionSection(report, data.classNames)}
<h2>Misclassified digits</h2>
${mistakesSection(model, data, split.test, report)}
<h2>First-layer weights</h2>
<p>Each of the ${units} units has one weight per pixel. Weights at orange pixels are positive: ink
there increases the unit's activation. Weights at blue pixels are negative: ink decreases it.</p>
${firstLayerSection(model, drawn, data)}
${augmentationSection(run.options, data, split.train)}
<h2>Configuration</h2>
<div class="side-by-side">${runTable(run, data, split)}${optionsTable(run.options)}</div>`,
  );
}

/** The most important numbers, at the top of the page. */
function facts(run: ReportedRun, { rows, correct }: EvaluationReport, planned: number): Html {
  const { result } = run;
  const notebook = isLikeNotebook(run);
  const margin = (100 * standardError(result.accuracy, rows)).toFixed(2);
  const speed = result.seconds > 0
    ? `${count(Math.round(result.iterations / result.seconds))} steps per second`
    : "";
  const recounted = Math.abs(result.accuracy * rows - correct) < 0.5
    ? ""
    : html`<p>During the run, the device classified ${
      count(Math.round(result.accuracy * rows))
    } test rows
correctly. This report evaluates the net again in float64, which gives ${count(correct)}.</p>`;
  const shown = [
    fact("test accuracy", percent(result.accuracy), [
      `standard error ${margin} percentage points`,
      ...(notebook ? [`the notebook: ${percent(NOTEBOOK_FINAL_ACCURACY)}`] : []),
    ]),
    fact("misclassified", count(rows - correct), [
      `of ${count(rows)} test rows`,
      `loss ${METRICS.loss.format(result.loss)}`,
    ]),
    fact("training time", `${result.seconds.toFixed(2)} s`, [
      "including evaluations",
      ...(notebook ? [`the notebook: ${NOTEBOOK_SECONDS.toFixed(2)} s on a GPU`] : []),
    ]),
    fact("steps", count(result.iterations), [
      ...(result.iterations < planned ? [`of ${count(planned)}: stopped early`] : []),
      ...(result.bestIteration === undefined
        ? []
        : [`net of step ${count(result.bestIteration)}, the best on held-out rows`]),
      `batches of ${count(run.options.batchSize)} rows`,
      speed,
    ]),
  ];
  return html`<dl class="facts">${shown}</dl>
<p class="muted">Data: ${run.dataset}. Device: ${run.device}, backend ${run.backend}.</p>
${recounted}`;
}

function fact(name: string, value: string, below: string[]): Html {
  return html`
    <div>
      <dt>${name}</dt>
      <dd>${value}${below.map((line) => html`<small>${line}</small>`)}</dd>
    </div>
  `;
}

/** The paragraph on model selection: which rows were used to select the net and its options. */
function selectionText(options: TrainingOptions, held: number, tested: number): Html {
  const [drawn, heldOut, test] = [options.evalSize, held, tested].map(count);
  if (held > 0) {
    return html`<p>${heldOut} training rows were held out for validation, and each evaluation during
training used a sample of ${drawn} of them. The ${test} test rows were evaluated only once, at the end,
so the test accuracy is unbiased even if you select options by these evaluations.</p>`;
  }
  const preset = presetOf(options);
  return preset
    ? html`<p>The options are those of <code>--preset ${preset}</code>, which were selected on
held-out training rows of MNIST in other runs, never on test rows. This run held out no rows: each
evaluation during training used a sample of ${drawn} of the ${test} test rows, but nothing was selected
by them.</p>`
    : html`<p>No rows were held out: as in the notebook, each evaluation during training used a
sample of ${drawn} of the ${test} test rows. Nothing in this run was selected by them. But if you
compare such runs to select options, you select them on the test rows, and their test accuracy is
optimistic. To hold out rows for that, use <code>--validation</code>.</p>`;
}

/**
 * Returns the preset whose options a run used, with any seed; undefined for the notebook's and for
 * others.
 */
function presetOf(options: TrainingOptions): string | undefined {
  return PRESET_NAMES.find((name) => {
    const preset = PRESETS[name];
    const chosen = resolveOptions({ ...preset, seed: options.seed });
    return Object.keys(preset).length > 0 && JSON.stringify(chosen) === JSON.stringify(options);
  });
}

function curveText(run: ReportedRun): Html {
  const rows = count(run.options.evalSize);
  const error = (100 * standardError(run.result.accuracy, run.options.evalSize)).toFixed(1);
  const notebook = isLikeNotebook(run) ? " The notebook did not print losses." : "";
  return html`<p>Every point is an evaluation on ${rows} newly sampled rows. The band shows plus or
minus one standard error, which is ${error} percentage points at an accuracy of ${
    percent(run.result.accuracy)
  }: two evaluations of the same net
often differ by that much.${notebook}</p>`;
}

function runTable(run: ReportedRun, data: Dataset, split: Split): Html {
  const rows: [string, string][] = [
    ["data", `${run.dataset}: ${data.width} x ${data.height} pixels, ${data.classes} classes`],
    ["training rows", count(split.train.length)],
    ["validation rows", count(split.validation.length)],
    ["test rows", count(split.test.length)],
    ["device", run.device],
    ["backend", run.backend],
    ["initial parameters", run.initFrom ?? ""],
    ["training time in seconds", run.result.seconds.toFixed(2)],
    ["steps", count(run.result.iterations)],
    ...METRIC_NAMES.map((name): [string, string] => [
      `test ${metricLabel(name)}`,
      METRICS[name].format(run.result[name]),
    ]),
  ];
  const known = rows.filter(([, value]) => value !== "");
  return table(["property", "this run"], known.map((cells) => ({ cells })));
}

function optionsTable(options: TrainingOptions): Html {
  const rows = OPTION_NAMES.map((name) => {
    const [value, published] = [options, NOTEBOOK].map((source) => String(source[name]));
    return {
      cells: [optionLabel(name), value, html`<span class="muted">${published}</span>`],
      className: value === published ? "same" : "differs",
    };
  });
  return table(["option", "this run", "the notebook"], rows);
}
