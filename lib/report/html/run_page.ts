/** One run as a page. */
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
 * A run as one HTML file that needs nothing beside it.
 *
 * @param run The run's records
 * @param model The net it ended with
 * @param data What it was trained and tested on: the test rows are evaluated once more, to see which were wrong
 * @param evaluateRows Does what `evaluate` does, if it is to be shown how far that is
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
<h2>Which data chose the net</h2>
${chosenBy(run.options, split.validation.length, split.test.length)}
<h2>Learning</h2>
${curveWords(run)}
${curves}
${curveTable(run)}
<h2>What it takes for what</h2>
<p>Test rows by their label and by what the net said. The stronger the orange, the more often; blue is right.</p>
${confusionSection(report, data.classNames)}
<h2>What it got wrong</h2>
${mistakesSection(model, data, split.test, report)}
<h2>The first layer</h2>
<p>Each of the ${units} units has one weight for each pixel: ink where it is orange speaks for the
unit, ink where it is blue against it.</p>
${firstLayerSection(model, drawn, data)}
${augmentationSection(run.options, data, split.train)}
<h2>The run</h2>
<div class="side-by-side">${runTable(run, data, split)}${optionsTable(run.options)}</div>`,
  );
}

/** The few numbers that matter. */
function facts(run: ReportedRun, { rows, correct }: EvaluationReport, planned: number): Html {
  const notebook = isLikeNotebook(run);
  const margin = (100 * standardError(run.accuracy, rows)).toFixed(2);
  const speed = run.seconds > 0
    ? `${count(Math.round(run.iterations / run.seconds))} a second`
    : "";
  const recounted = Math.abs(run.accuracy * rows - correct) < 0.5
    ? ""
    : html`<p>The device counted ${count(Math.round(run.accuracy * rows))} right test rows; in the
float64 arithmetic of this page it is ${count(correct)}.</p>`;
  const shown = [
    fact("accuracy on the test rows", percent(run.accuracy), [
      `standard error ${margin} points`,
      ...(notebook ? [`the notebook: ${percent(NOTEBOOK_FINAL_ACCURACY)}`] : []),
    ]),
    fact("wrong", count(rows - correct), [
      `of ${count(rows)} test rows`,
      `loss ${decimals(run.loss)}`,
    ]),
    fact("training", `${run.seconds.toFixed(2)} s`, [
      "evaluations included",
      ...(notebook ? [`the notebook: ${NOTEBOOK_SECONDS.toFixed(2)} s on a GPU`] : []),
    ]),
    fact("steps", count(run.iterations), [
      ...(run.iterations < planned ? [`of ${count(planned)}: it was stopped`] : []),
      ...(run.bestIteration === undefined
        ? []
        : [`the net is that after ${count(run.bestIteration)}, the best on held-out rows`]),
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

/** Whether the test rows may have had a say. */
function chosenBy(options: TrainingOptions, held: number, tested: number): Html {
  const [drawn, heldOut, test] = [options.evalSize, held, tested].map(count);
  if (held > 0) {
    return html`<p>${heldOut} training rows were held out of training, and the evaluations on the
way drew their ${drawn} rows from those. Whoever picked options by them has not looked at the
${test} test rows, which were evaluated once, at the end.</p>`;
  }
  const preset = presetOf(options);
  return preset
    ? html`<p>The options are those of <code>--preset ${preset}</code>, which were chosen by
training rows of MNIST that other runs held out: test rows have chosen none of them. This run held
no rows out; the evaluations on the way drew their ${drawn} rows from the ${test} test rows, but
nothing was chosen by them.</p>`
    : html`<p>No rows were held out: as in the notebook, the evaluations on the way drew their
${drawn} rows from the ${test} test rows. Within this run nothing was chosen by them. But whoever
picks options by comparing such runs picks them by the test rows, and the accuracy on these then
flatters; <code>--validation</code> holds rows out.</p>`;
}

/** The preset that a run's options are, but for the seed; none for the notebook's own. */
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
  return html`<p>Every point is an evaluation on ${rows} freshly drawn rows. The band is one
standard error either way: at ${
    percent(run.accuracy)
  } that is ${error} points, so two evaluations of the very same net
easily differ by as much.${notebook}</p>`;
}

function runTable(run: ReportedRun, data: Dataset, split: Split): Html {
  const rows: [string, string][] = [
    ["data", `${run.dataset}: ${data.width} x ${data.height} pixels, ${data.classes} classes`],
    ["rows trained on", count(split.train.length)],
    ["rows held out", count(split.validation.length)],
    ["test rows", count(split.test.length)],
    ["device", `${run.device} (${run.backend})`],
    ...(run.initFrom === undefined
      ? []
      : [["initial parameters", run.initFrom] as [string, string]]),
    ["seconds", run.seconds.toFixed(2)],
    ["steps", count(run.iterations)],
    ["accuracy on the test rows", percent(run.accuracy)],
    ["loss on the test rows", decimals(run.loss)],
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
