/** The report on one run. */
import type { Dataset, Split } from "../../data/dataset.ts";
import { parameterSlots } from "../../net/architecture.ts";
import type { Model } from "../../net/model.ts";
import { evaluate, type EvaluationReport } from "../../training/evaluate.ts";
import { NOTEBOOK, resolveOptions, type TrainingOptions } from "../../training/options.ts";
import { totalIterations } from "../../training/plan.ts";
import { type Preset, PRESETS } from "../../training/presets.ts";
import { drawStart } from "../../training/start.ts";
import { augmentationSection } from "./augmentation.ts";
import { confusionSection } from "./confusion.ts";
import { curveTable, isLikeNotebook, learningCurves, standardError } from "./curves.ts";
import { firstLayerSection } from "./first_layer.ts";
import { type Html, html } from "./html.ts";
import { mistakesSection } from "./mistakes.ts";
import { NOTEBOOK_FINAL_ACCURACY, NOTEBOOK_SECONDS } from "./notebook_curve.ts";
import { page } from "./page.ts";
import type { ReportedRun } from "./reported_run.ts";
import { count, decimals, percent, spaced } from "./words.ts";

/** Evaluates a net on some rows. */
export type EvaluateRows = (
  model: Model,
  data: Dataset,
  rows: Uint32Array,
) => EvaluationReport | Promise<EvaluationReport>;

/**
 * Creates the report on a run as one self-contained HTML file.
 *
 * @param run The run's records
 * @param model The trained net
 * @param data The run's data; the test rows are evaluated again, to show the misclassified ones
 * @param evaluateRows Replaces `evaluate`, to show progress
 * @returns The file's text
 */
export async function runPage(
  run: ReportedRun,
  model: Model,
  data: Dataset,
  evaluateRows: EvaluateRows = evaluate,
): Promise<string> {
  const { architecture } = model;
  const { split, parameters } = drawStart(data, run.options, architecture);
  const report = await evaluateRows(model, data, split.test);
  const [w0] = parameterSlots(architecture);
  const drawn = run.initFrom === undefined
    ? parameters.subarray(w0.offset, w0.offset + w0.length)
    : undefined;
  const curves = await learningCurves([run]);
  const units = count(architecture.hidden[0]);
  return page(
    `Run ${run.name}`,
    html`${facts(run, report, totalIterations(run.options, split.train.length))}
<h2>Model selection</h2>
${chosenBy(run.options, split.validation.length, split.test.length)}
<h2>Learning curves</h2>
${curveWords(run)}
${curves}
${curveTable(run)}
<h2>Confusion matrix</h2>
<p>Number of test rows by label (down) and predicted class (across). Blue is correct, orange is wrong; stronger colors mean more rows.</p>
${confusionSection(report, data.classNames)}
<h2>Misclassified digits</h2>
${mistakesSection(model, data, split.test, report)}
<h2>First-layer weights</h2>
<p>Each of the ${units} units has one weight per pixel. Ink on orange pixels increases the unit's
activation, ink on blue pixels decreases it.</p>
${firstLayerSection(model, drawn, data)}
${augmentationSection(run.options, data, split.train)}
<h2>Configuration</h2>
<div class="side-by-side">${runTable(run, data, split)}${optionsTable(run.options)}</div>`,
  );
}

/** The most important numbers. */
function facts(run: ReportedRun, { rows, correct }: EvaluationReport, planned: number): Html {
  const notebook = isLikeNotebook(run);
  const margin = (100 * standardError(run.accuracy, rows)).toFixed(2);
  const speed = run.seconds > 0
    ? `${count(Math.round(run.iterations / run.seconds))} a second`
    : "";
  const recounted = Math.abs(run.accuracy * rows - correct) < 0.5
    ? ""
    : html`<p>The device classified ${count(Math.round(run.accuracy * rows))} test rows correctly;
this page, which computes in float64, ${count(correct)}.</p>`;
  const shown = [
    fact("test accuracy", percent(run.accuracy), [
      `standard error ${margin} points`,
      ...(notebook ? [`the notebook: ${percent(NOTEBOOK_FINAL_ACCURACY)}`] : []),
    ]),
    fact("misclassified", count(rows - correct), [
      `of ${count(rows)} test rows`,
      `loss ${decimals(run.loss)}`,
    ]),
    fact("training", `${run.seconds.toFixed(2)} s`, [
      "evaluations included",
      ...(notebook ? [`the notebook: ${NOTEBOOK_SECONDS.toFixed(2)} s on a GPU`] : []),
    ]),
    fact("steps", count(run.iterations), [
      ...(run.iterations < planned ? [`of ${count(planned)}: stopped early`] : []),
      ...(run.bestIteration === undefined
        ? []
        : [`the net after step ${count(run.bestIteration)}, the best on held-out rows`]),
      `${count(run.options.batchSize)} rows each`,
      speed,
    ]),
  ];
  return html`<dl class="facts">${shown}</dl>
<p class="muted">${run.dataset}, on ${run.device} (${run.backend})</p>
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

/** Says which rows were used to select the net and its options. */
function chosenBy(options: TrainingOptions, held: number, tested: number): Html {
  const [drawn, heldOut, test] = [options.evalSize, held, tested].map(count);
  if (held > 0) {
    return html`<p>${heldOut} training rows were held out, and each evaluation during training
sampled ${drawn} of those. Options selected by these evaluations did not depend on the ${test} test
rows, which were evaluated once, at the end.</p>`;
  }
  const preset = presetOf(options);
  return preset
    ? html`<p>The options are those of <code>--preset ${preset}</code>, which were selected on
held-out training rows of MNIST in other runs, never on test rows. This run held no rows out: each
evaluation during training sampled ${drawn} of the ${test} test rows, but nothing was selected by
them.</p>`
    : html`<p>No rows were held out: as in the notebook, each evaluation during training sampled
${drawn} of the ${test} test rows. Nothing in this run was selected by them. But if you select
options by comparing such runs, you select them on the test rows, and the accuracy on these is
optimistic; <code>--validation</code> holds rows out.</p>`;
}

/** The preset that a run's options equal, apart from the seed; undefined for the notebook's. */
function presetOf(options: TrainingOptions): string | undefined {
  return Object.keys(PRESETS).find((name) => {
    const preset = PRESETS[name as Preset];
    const chosen = resolveOptions({ ...preset, seed: options.seed });
    return Object.keys(preset).length > 0 && JSON.stringify(chosen) === JSON.stringify(options);
  });
}

function curveWords(run: ReportedRun): Html {
  const rows = count(run.options.evalSize);
  const error = (100 * standardError(run.accuracy, run.options.evalSize)).toFixed(1);
  const notebook = isLikeNotebook(run) ? " The notebook printed no losses." : "";
  return html`<p>Every point is an evaluation on ${rows} newly sampled rows. The band is plus or
minus one standard error: at ${
    percent(run.accuracy)
  } that is ${error} points, so two evaluations of the same net
easily differ by that much.${notebook}</p>`;
}

function runTable(run: ReportedRun, data: Dataset, split: Split): Html {
  const rows: [string, string][] = [
    ["data", `${run.dataset}: ${data.width} x ${data.height} pixels, ${data.classes} classes`],
    ["training rows", count(split.train.length)],
    ["validation rows", count(split.validation.length)],
    ["test rows", count(split.test.length)],
    ["device", `${run.device} (${run.backend})`],
    ...(run.initFrom === undefined
      ? []
      : [["initial parameters", run.initFrom] as [string, string]]),
    ["seconds", run.seconds.toFixed(2)],
    ["steps", count(run.iterations)],
    ["test accuracy", percent(run.accuracy)],
    ["test loss", decimals(run.loss)],
  ];
  return html`
    <table>
      <thead>
        <tr>
          <th>this run</th>
          <th></th>
        </tr>
      </thead>
      <tbody>${rows.map(([name, value]) =>
        html`
          <tr>
            <td>${name}</td>
            <td>${value}</td>
          </tr>
        `
      )}</tbody>
    </table>
  `;
}

function optionsTable(options: TrainingOptions): Html {
  const names = Object.keys(NOTEBOOK) as (keyof TrainingOptions)[];
  const rows = names.map((name) => {
    const [value, usual] = [options, NOTEBOOK].map((source) => String(source[name]));
    return html`
      <tr class="${value === usual ? "same" : "differs"}">
        <td>${spaced(name)}</td>
        <td>${value}</td>
        <td class="muted">${usual}</td>
      </tr>
    `;
  });
  return html`
    <table>
      <thead>
        <tr>
          <th>option</th>
          <th>this run</th>
          <th>the notebook</th>
        </tr>
      </thead>
      <tbody>${rows}</tbody>
    </table>
  `;
}
