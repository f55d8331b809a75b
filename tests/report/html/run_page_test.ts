import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Dataset } from "../../../lib/data/dataset.ts";
import { parameterViews } from "../../../lib/net/maths.ts";
import type { Model } from "../../../lib/net/architecture.ts";
import { comparePage } from "../../../lib/report/html/compare_page.ts";
import type { ReportedRun } from "../../../lib/runs/run_directory.ts";
import { runPage } from "../../../lib/report/html/run_page.ts";
import { evaluate } from "../../../lib/training/evaluate.ts";
import { resolveOptions, type TrainingOptions } from "../../../lib/training/options.ts";
import { PRESETS } from "../../../lib/training/presets.ts";
import { drawStart } from "../../../lib/training/plan.ts";
import { generatedImages, initializedModel } from "../../training/small_model.ts";

/** An untrained net with 16 inputs, 3 classes and the hidden layers of `OPTIONS`. */
const MODEL = initializedModel();
const OPTIONS = resolveOptions({ hidden: [6, 5], head: "softmax", evalSize: 50, batchSize: 10 });

/** Creates images of 4 x 4 pixels; the untrained net misclassifies most of them. */
function generatedData(testRows: number): Dataset {
  const rows = 60 + testRows;
  return {
    name: "generated",
    width: 4,
    height: 4,
    classes: 3,
    images: generatedImages(rows),
    labels: Uint8Array.from({ length: rows }, (_, row) => (row * 7) % 3),
    trainRows: 60,
  };
}

function reportOf(
  data: Dataset,
  options: Partial<TrainingOptions> = {},
  model: Model = MODEL,
): ReportedRun {
  const all = { ...OPTIONS, ...options };
  const { split } = drawStart(data, all, model.architecture);
  const { accuracy, loss } = evaluate(model, data, split.test);
  return {
    name: "2026-11-23-298504",
    dataset: data.name,
    device: "one CPU core",
    backend: "cpu",
    options: all,
    curve: [0, 500, 1000].map((iteration, i) => ({
      iteration,
      accuracy: [0.1, 0.81, 0.85][i],
      loss: [2, 1.5, 1.25][i],
      learningRate: 0.5,
      seconds: i,
    })),
    result: { iterations: 5000, seconds: 12.5, accuracy, loss },
  };
}

/** Throws if the page contains anything that a browser would fetch or run. */
function assertSelfContained(page: string): void {
  const addresses = [...page.matchAll(/(?:src|href|url)\s*[=(]\s*"?([^"\s)>]{0,30})/g)]
    .map(([, address]) => address)
    .filter((address) => !address.startsWith("data:image/png;base64,"));
  assertEquals(addresses, []);
  assertEquals(page.match(/<(script|link|iframe|object|embed|base)\b|@import|\son\w+=/g), null);
  assertMatch(page, /Content-Security-Policy"\s+content="default-src 'none'; img-src data:/);
}

Deno.test("runPage() shows all misclassified rows if they are few, and no other rows", async () => {
  const data = generatedData(40);
  const run = reportOf(data);
  const page = await runPage(run, MODEL, data);
  const { test } = drawStart(data, OPTIONS, MODEL.architecture).split;
  const { answers, confusion } = evaluate(MODEL, data, test);
  const mistakes = [...answers.keys()]
    .map((i) => [data.labels[test[i]], answers[i]])
    .filter(([label, answer]) => label !== answer)
    .map((pair) => pair.join(" predicted as ")).sort();
  const shown = [...page.matchAll(/(\d), predicted <strong>(\d)<\/strong>/g)]
    .map(([, label, answer]) => `${label} predicted as ${answer}`).sort();
  assertEquals(shown, mistakes);
  assert(mistakes.length > 10 && mistakes.length < 40);
  assertMatch(page, new RegExp(`All ${mistakes.length} mistakes`));
  const cells = [...page.matchAll(/<td class="(?:right|wrong|zero)"[^>]*>\s*(\d+)\s*<\/td>/g)]
    .map(([, rows]) => Number(rows));
  assertEquals(cells, [...confusion]);
  assertSelfContained(page);
});

Deno.test("runPage() shows at most 120 mistakes, in order of descending probability", async () => {
  const data = generatedData(400);
  const page = await runPage(reportOf(data), MODEL, data);
  const [, all] = page.match(/The 120 most confident of (\d+) mistakes/)!;
  assert(Number(all) > 120);
  const percents = [...page.matchAll(/<\/strong>\s*<span class="muted">(\d+)%/g)]
    .map(([, percent]) => Number(percent));
  assertEquals(percents.length, 120);
  assertEquals(percents, percents.toSorted((a, b) => b - a));
});

Deno.test("runPage() shows the weights of each first-layer unit, and their change by training", async () => {
  const data = generatedData(40);
  const { architecture } = MODEL;
  const { parameters } = drawStart(data, OPTIONS, architecture);
  const untrained = { ...MODEL, parameters: parameterViews(architecture, parameters) };
  for (const [model, different] of [[MODEL, 12], [untrained, 6 + 1]] as const) {
    const page = await runPage(reportOf(data, {}, model), model, data);
    const units = [...page.matchAll(/<img src="([^"]*)" alt="unit (\d+)"/g)];
    assertEquals(units.map(([, , unit]) => Number(unit)), [0, 1, 2, 3, 4, 5, 0, 1, 2, 3, 4, 5]);
    assertEquals(new Set(units.map(([, picture]) => picture)).size, different);
  }
});

Deno.test("runPage() shows the notebook's curve only for runs on MNIST", async () => {
  const data = generatedData(40);
  const run = reportOf(data);
  const other = await runPage(run, MODEL, data);
  const same = await runPage({ ...run, dataset: "mnist" }, MODEL, data);
  assert(!other.includes("the notebook</li>"));
  assert(same.includes("the notebook</li>"));
  const rows = [...same.matchAll(/<tr>\s*((?:<td class="number">[^<]*<\/td>\s*)+)<\/tr>/g)]
    .map(([, cells]) => cells.replace(/<[^>]*>/g, " ").trim().split(/\s+/));
  assertEquals(rows.filter(([step]) => /^(0|500|1000)$/.test(step)), [
    ["0", "10.00%", "8.70%", "+1.30", "2.0000", "0.5", "0.00"],
    ["500", "81.00%", "79.70%", "+1.30", "1.5000", "0.5", "1.00"],
    ["1000", "85.00%", "85.50%", "\u22120.50", "1.2500", "0.5", "2.00"],
  ]);
});

Deno.test("runPage() shows a training image of each class with augmented versions, if there are any", async () => {
  const data = generatedData(40);
  const pageOf = (options: Partial<TrainingOptions>) =>
    runPage(reportOf(data, options), MODEL, data);
  assert(!(await pageOf({})).includes("Augmentation"));
  const noStrength = { rotate: 0, zoom: 0, shear: 0, shift: 0, warp: 0 };
  for (
    const [options, different] of [
      [{ augment: "affine", ...noStrength, warp: 3 }, 1],
      [{ augment: "elastic", ...noStrength, warp: 3 }, 9],
    ] as const
  ) {
    const page = await pageOf(options);
    const pictures = [...page.matchAll(/<img src="([^"]*)" alt="(\d)(?:, version \d)?">/g)]
      .slice(-27);
    assertEquals(
      pictures.map(([, , label]) => Number(label)),
      [0, 1, 2].flatMap((label) => Array(9).fill(label)),
    );
    const sources = pictures.map(([, source]) => source);
    for (const i of [0, 9, 18]) {
      assertEquals(new Set(sources.slice(i, i + 9)).size, different);
    }
    assertSelfContained(page);
  }
});

Deno.test("runPage() shows steps per second, also of a run shorter than a second", async () => {
  const data = generatedData(40);
  const run = reportOf(data);
  const cases: [number, string[]][] = [[12.5, ["400"]], [0.5, ["10,000"]], [0, []]];
  for (const [seconds, speeds] of cases) {
    const page = await runPage({ ...run, result: { ...run.result, seconds } }, MODEL, data);
    const found = [...page.matchAll(/([\d,]+) steps per second/g)].map(([, speed]) => speed);
    assertEquals(found, speeds, `${seconds} s`);
  }
});

Deno.test("runPage() explains model selection, and shows whether the run stopped early", async () => {
  const data = generatedData(40);
  const whole = await runPage(reportOf(data), MODEL, data);
  assertMatch(whole, /No rows were held out/);
  assert(!whole.includes("stopped early"));
  const run = reportOf(data, { validation: 20 });
  const result = { ...run.result, iterations: 1000 };
  const held = await runPage({ ...run, result }, MODEL, data);
  assertMatch(held, /20 training rows were held out/);
  assertMatch(held, /of 5,000: stopped early/);
});

Deno.test("runPage() explains that a preset's options were not selected on test rows", async () => {
  const data = generatedData(40);
  const options = resolveOptions({ ...PRESETS.accurate, seed: 5 });
  const page = (given: TrainingOptions) =>
    runPage({ ...reportOf(data), options: given }, MODEL, data);
  assertMatch(
    await page(options),
    /those of <code>--preset accurate<\/code>, which were selected on/,
  );
  assertMatch(await page({ ...options, learningRate: 0.1 }), /No rows were held out/);
  assertMatch(await page(resolveOptions({ seed: 5 })), /No rows were held out/);
});

Deno.test("runPage() reports if the device's count of correct rows differs from float64", async () => {
  const data = generatedData(40);
  const run = reportOf(data);
  const right = Math.round(40 * run.result.accuracy);
  assert(!(await runPage(run, MODEL, data)).includes("the device classified"));
  const result = { ...run.result, accuracy: (right + 1) / 40 };
  const page = await runPage({ ...run, result }, MODEL, data);
  assertMatch(
    page,
    new RegExp(`the device classified ${right + 1} test rows[^]*float64, which gives ${right}\\.`),
  );
});

Deno.test("pages escape names from files", async () => {
  const data = { ...generatedData(40), classNames: ["<i>zero</i>", "one", "two"] };
  const run = {
    ...reportOf(data),
    name: `<b>"run"</b>`,
    dataset: "<u>data</u>",
    device: "<s>GPU</s>",
  };
  for (const page of [await runPage(run, MODEL, data), await comparePage([run, run])]) {
    assertEquals(page.match(/<(?:b|i|u|s)>/g), null);
    assertMatch(page, /&lt;b&gt;&quot;run&quot;&lt;\/b&gt;/);
    assertSelfContained(page);
  }
});

Deno.test("runPage() shows no confusion matrix for more than 30 classes", async () => {
  const architecture = { ...MODEL.architecture, classes: 40 };
  const data = { ...generatedData(40), classes: 40 };
  const { parameters } = drawStart(data, OPTIONS, architecture);
  const model = { ...MODEL, architecture, parameters: parameterViews(architecture, parameters) };
  const page = await runPage(reportOf(data, {}, model), model, data);
  assertMatch(page, /as 40 classes are too many/);
  assert(!page.includes('class="confusion"'));
});

Deno.test("comparePage() lists the results of each run, and only the options that differ", async () => {
  const data = generatedData(40);
  const runs = [0.1, 1].map((learningRate) => {
    const run = reportOf(data, { learningRate });
    const result = { ...run.result, accuracy: learningRate / 2 };
    return { ...run, name: `rate-${learningRate}`, result };
  });
  const page = await comparePage(runs);
  const lines = [...page.matchAll(/<tr>\s*<th class="muted">([^<]*)<\/th>([^]*?)<\/tr>/g)]
    .map(([, name, cells]) => [
      name,
      ...[...cells.matchAll(/<td>([^<]*)<\/td>/g)].map(([, cell]) => cell),
    ]);
  assertEquals(lines.map(([name]) => name), [
    ...["accuracy", "loss", "steps", "seconds", "data", "device", "backend", "learning rate"],
  ]);
  assertEquals(lines[0], ["accuracy", "5.00%", "50.00%"]);
  assertEquals(lines[7], ["learning rate", "0.1", "1"]);
  assert(page.includes("rate-0.1</li>") && page.includes("rate-1</li>"));
  assertMatch(page, /2 of the 2 runs held out no rows/);
});

Deno.test("runPage() with 130,001 evaluations shows every 131st and the last, and says so", async () => {
  const data = generatedData(40);
  const run = reportOf(data);
  const [point] = run.curve;
  const curve = Array.from({ length: 130_001 }, (_, iteration) => ({ ...point, iteration }));
  const page = await runPage({ ...run, curve }, MODEL, data);
  assert(page.includes("The charts show every 131st of 130,001\nevaluations."));
  const rows = [...page.matchAll(/<tr><td class="number">(\d+)<\/td>/g)].map(([, step]) => step);
  assertEquals(rows.slice(0, 3), ["0", "131", "262"]);
  assertEquals([rows.length, rows.at(-1)], [994, "130000"]);
  assert(!(await runPage(run, MODEL, data)).includes("The charts show every"));
});

Deno.test("comparePage() distinguishes data sets of the same name", async () => {
  const run = reportOf(generatedData(40));
  const record = { dataset: "x", trainRows: 60, testRows: 40 };
  const hashes = ["0123456789abcdef", "fedcba9876543210"];
  const runs = hashes.map((hash) => ({ ...run, data: { ...record, hash } }));
  const page = await comparePage(runs);
  for (const hash of hashes) assert(page.includes(`<td>${hash.slice(0, 12)}</td>`), hash);
  assert(!(await comparePage([runs[0], runs[0]])).includes("SHA-256"));
});
