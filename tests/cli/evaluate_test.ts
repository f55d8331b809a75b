import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { loadModel } from "../../lib/model/load_model.ts";
import { saveModel } from "../../lib/model/save_model.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { call, runCli, succeed } from "./run_cli.ts";
import { barsFolder, QUICK } from "./small_data.ts";
import { test } from "../requirements.ts";
import {
  drawnModel,
  expectedPrediction,
  jsonLines,
  pictureFolder,
  trainOn,
} from "./trained_nets.ts";

for (const split of ["shuffle", "original"]) {
  test(`evaluate gives the same result as the run's final evaluation, with --split ${split}`, async () => {
    using data = barsFolder();
    const run = `${data.path}/run`;
    await call`train ${QUICK} --dataset ${data.csv} --seed 9 --out ${run} --split ${split}
      --validation 50`;
    const model = `${run}/model.safetensors`;
    const result = (await loadModel(model)).run?.result;

    const { code, stdout, stderr } = await call`evaluate --json --model ${model}`;
    assertEquals([code, stderr], [0, ""]);
    const [evaluation] = jsonLines(stdout);
    assertEquals([evaluation.type, evaluation.dataset, evaluation.rows], [
      "evaluation",
      data.csv,
      30,
    ]);
    assertEquals(evaluation.accuracy, result?.accuracy);
    assert(Math.abs(Number(evaluation.loss) - result!.loss) < 1e-5, `${evaluation.loss}`);
    const confusion = evaluation.confusion as number[][];
    assertEquals(confusion.flat().reduce((sum, count) => sum + count), 30);
    assertEquals(
      evaluation.recall,
      confusion.map((row, label) => row[label] / row.reduce((sum, count) => sum + count)),
    );

    const text = (await call`evaluate --model ${model}`).stdout;
    const percent = (100 * result!.accuracy).toFixed(2);
    assertMatch(text, new RegExp(`^Accuracy: ${percent}%, \\d+ of 30 wrong$`, "m"));
    assertMatch(text, /^Class +Precision +Recall +Rows$/m);
    assertMatch(text, new RegExp(`^0 +${confusion[0].join(" +")}$`, "m"));
  });
}

test("evaluate and report read a CSV file with the same settings as the run", async () => {
  using data = barsFolder();
  // The label is in the last column: the run's file records --label.
  const moved = (await Deno.readTextFile(data.csv)).trimEnd().split("\n")
    .map((line) => line.split(",")).map(([label, ...pixels]) => [...pixels, label].join());
  await Deno.writeTextFile(data.csv, moved.join("\n") + "\n");
  const model = await trainOn(data.csv, "--label", "last");
  const { code, stdout, stderr } = await runCli("evaluate", ["--json", "--model", model]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(jsonLines(stdout)[0].accuracy, (await loadModel(model)).run?.result?.accuracy);
  const report = await runCli("report", [dirname(model)]);
  assertEquals([report.code, report.stderr], [0, ""]);
});

test("evaluate recognizes the run's data under another name, and uses its test rows", async () => {
  using data = barsFolder();
  const model = await trainOn(data.csv);
  const copy = `${data.path}/copy.csv`;
  await Deno.copyFile(data.csv, copy);
  const args = ["--json", "--model", model, "--dataset", copy];
  const { code, stdout, stderr } = await call`evaluate ${args}`;
  assertEquals([code, stderr], [0, ""]);
  assertEquals(jsonLines(stdout)[0].accuracy, (await loadModel(model)).run?.result?.accuracy);
});

test("evaluate, report and resume reject the run's data after it has changed", async () => {
  using data = barsFolder();
  const model = await trainOn(data.csv, "--save-every", "20");
  const [line] = (await Deno.readTextFile(data.csv)).split("\n");
  await Deno.writeTextFile(data.csv, line + "\n", { append: true });
  const folder = dirname(model);
  const changed =
    /the data must be the run's .*bars\.csv \(210 rows, .*: current value is .*\(211 rows,/;
  const uses = {
    evaluate: ["--model", model],
    report: [folder],
    train: ["--backend", "cpu", "--resume", `${folder}/checkpoint.safetensors`],
  };
  for (const task of ["evaluate", "report", "train"] as const) {
    const args = uses[task];
    const { code, stdout, stderr } = await call`${task} ${args}`;
    assertEquals([code, stdout], [1, ""], task);
    assertMatch(stderr, changed);
  }
});

test("evaluate --quiet warns that other data may contain rows that the net was trained on", async () => {
  using data = barsFolder();
  const model = await trainOn(data.csv);
  const lines = (await Deno.readTextFile(data.csv)).trimEnd().split("\n");
  const part = `${data.path}/part.csv`;
  await Deno.writeTextFile(part, lines.slice(0, 150).join("\n") + "\n");
  const { stderr } = await succeed`evaluate --quiet --model ${model} --dataset ${part}`;
  assertMatch(
    stderr,
    /^The net was trained on .*bars\.csv \(210 rows.*; it is evaluated on all rows of .*part\.csv \(150/,
  );
  assertEquals(stderr.trimEnd().split("\n").length, 1);
});

test("predict accepts a net whose run has an unknown option; evaluate requires --dataset", async () => {
  await using folder = await pictureFolder();
  const run = {
    ...{ dataset: "mnist", device: "x", backend: "cpu" },
    options: { ...NOTEBOOK, dropout: 0.5 },
  };
  await saveModel(folder.model, { ...drawnModel(), run });
  const image = `${folder.path}/one.png`;
  const { code, stdout } = await call`predict --json --model ${folder.model} ${image}`;
  assertEquals([code, ...jsonLines(stdout)], [0, await expectedPrediction(image, image)]);
  const evaluated = await call`evaluate --model ${folder.model}`;
  assertEquals([evaluated.code, evaluated.stdout], [1, ""]);
  assertMatch(
    evaluated.stderr,
    /dropout must be an option.*; choose the data to evaluate on with --dataset/,
  );
});

test("evaluate rejects data that does not fit the net", async () => {
  await using folder = await pictureFolder();
  using data = barsFolder();
  const { code, stdout, stderr } = await call`evaluate --quiet --model ${folder.model}
    --dataset ${data.csv}`;
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^error: Cannot evaluate as the data must have 784 pixels .*\n$/m);
});
