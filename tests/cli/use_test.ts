import { assert, assertEquals, assertMatch } from "@std/assert";
import { dirname } from "node:path";
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { decodeImage } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { decodeCheckpoint, encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { loadParameters } from "../../lib/model/load_parameters.ts";
import { saveParameters } from "../../lib/model/save_parameters.ts";
import { encodeNpz } from "../../lib/model/npz.ts";
import { encodeOnnx } from "../../lib/model/onnx.ts";
import { modelTensors, type SavedModel } from "../../lib/model/saved_model.ts";
import { encodeSafetensors } from "../../lib/model/safetensors.ts";
import { drawParameters } from "../../lib/net/initialize.ts";
import { parameterViews } from "../../lib/net/maths.ts";
import { DistSampler } from "../../lib/random/dist_sampler.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { predict } from "../../lib/training/predict.ts";
import { runCli, taskCommand } from "./run_cli.ts";
import { barsFolder, QUICK } from "./small_data.ts";
import { onUnix, test } from "../requirements.ts";

/** A net for images of 28 x 28 pixels with drawn parameters. */
function drawnModel(inputs = 784): SavedModel {
  const architecture = {
    inputs,
    hidden: [20, 20],
    classes: 10,
    activation: "tanh",
    head: "softmax",
  } as const;
  const flat = drawParameters(architecture, "glorot", new DistSampler(1));
  return { architecture, scale: "l2", parameters: parameterViews(architecture, flat) };
}

/** A folder with a net, a picture of a stroke in two formats, and a blank sheet. */
async function pictureFolder() {
  const path = await Deno.makeTempDir();
  const [width, height] = [90, 120];
  const pixels = new Uint8Array(4 * width * height).fill(235);
  for (let y = 20; y < 100; y++) pixels.fill(40, 4 * (y * width + 40), 4 * (y * width + 52));
  for (let i = 3; i < pixels.length; i += 4) pixels[i] = 255;
  const blank = new Uint8Array(width * height).fill(200);
  await Deno.writeFile(
    `${path}/one.png`,
    encodePng({ width, height, data: pixels, channels: 4 }),
  );
  await Deno.writeFile(`${path}/one.jpg`, jpeg.encode({ width, height, data: pixels }, 80).data);
  await Deno.writeFile(`${path}/blank.png`, encodePng({ width, height, data: blank, channels: 1 }));
  await saveParameters(`${path}/net.safetensors`, drawnModel());
  return {
    path,
    model: `${path}/net.safetensors`,
    [Symbol.asyncDispose]: () => Deno.remove(path, { recursive: true }),
  };
}

/** What the library says to an image file. */
async function expected(path: string, image: string): Promise<unknown> {
  const { pixels, width, height } = decodeImage(await Deno.readFile(path));
  const { labels, probabilities } = predict(drawnModel(), imageToDigit(pixels, width, height));
  const [first, second] = [...probabilities].sort((a, b) => b - a);
  const unsure = first < 2 * second;
  return {
    event: "prediction",
    image,
    label: labels[0],
    probabilities: [...probabilities],
    unsure,
  };
}

function jsonLines(text: string): Record<string, unknown>[] {
  return text.trimEnd().split("\n").map((line) => JSON.parse(line));
}

test("predict prints an answer and ten probabilities for each image", async () => {
  await using folder = await pictureFolder();
  const { code, stdout, stderr } = await runCli("predict", [
    ...["--model", folder.model, `${folder.path}/one.png`, `${folder.path}/one.jpg`],
  ]);
  assertEquals([code, stderr], [0, ""]);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.length, 2 * 11);
  const [, answer] = lines[0].match(/one\.png: (\d)( \(unsure: perhaps \d\))?$/)!;
  assertMatch(lines[11], /one\.jpg: \d( \(unsure: perhaps \d\))?$/);
  const percents = lines.slice(1, 11).map((line, digit) => {
    const [, name, percent] = line.match(/^ {2}(\d) +(\d+\.\d\d)%( #+)?$/)!;
    assertEquals(name, String(digit));
    return Number(percent);
  });
  assert(Math.abs(percents.reduce((sum, percent) => sum + percent) - 100) < 0.1);
  assertEquals(answer, String(percents.indexOf(Math.max(...percents))));
});

test("predict is unsure of an answer less than twice as probable as the next one", async () => {
  await using folder = await pictureFolder();
  for (const [ratio, line] of [[1.9, "3 (unsure: perhaps 7)"], [2.1, "3"]] as const) {
    const model = drawnModel();
    for (const values of Object.values(model.parameters)) values.fill(0);
    model.parameters.b2[3] = 5;
    model.parameters.b2[7] = 5 - Math.log(ratio);
    await saveParameters(folder.model, model);
    const { stdout } = await runCli("predict", ["--model", folder.model, `${folder.path}/one.png`]);
    assertEquals(stdout.split("\n")[0], `${folder.path}/one.png: ${line}`);
  }
});

test("predict --json prints what the library predicts", async () => {
  await using folder = await pictureFolder();
  const images = [`${folder.path}/one.png`, `${folder.path}/one.jpg`];
  const { code, stdout } = await runCli("predict", ["--json", "--model", folder.model, ...images]);
  assertEquals(code, 0);
  assertEquals(
    jsonLines(stdout),
    await Promise.all(images.map((image) => expected(image, image))),
  );
});

test("predict, evaluate and export ask how another program's net computes, and then use it", async () => {
  await using folder = await pictureFolder();
  const npz = `${folder.path}/net.npz`;
  await Deno.writeFile(npz, encodeNpz(modelTensors(drawnModel())));
  const facts = ["--activation", "tanh", "--head", "softmax", "--scale", "l2"];
  for (const task of ["predict", "evaluate", "export"] as const) {
    const rest = { predict: [`${folder.path}/one.png`], evaluate: [], export: ["--onnx"] }[task];
    const { code, stdout, stderr } = await runCli(task, [
      "--model",
      npz,
      "--head",
      "softmax",
      ...rest,
    ]);
    assertEquals([code, stdout], [2, ""]);
    assertEquals(
      stderr,
      `error: ${npz} does not say how its net computes, so --activation tanh|relu, ` +
        `--scale l2|unit must be given; for example: deno task ${task} --model ${npz} ` +
        `--activation relu --head softmax --scale unit\n`,
    );
  }
  const image = `${folder.path}/one.png`;
  const predicted = await runCli("predict", ["--json", "--model", npz, ...facts, image]);
  assertEquals(jsonLines(predicted.stdout), [await expected(image, image)]);

  const exported = await runCli("export", ["--model", npz, ...facts, "--onnx"]);
  assertEquals([exported.code, exported.stdout], [0, `${folder.path}/net.onnx\n`]);
  assertEquals(await Deno.readFile(`${folder.path}/net.onnx`), encodeOnnx(drawnModel()));

  const before = await Deno.readFile(npz);
  const itself = await runCli("export", ["--model", npz, ...facts, "--npz"]);
  assertEquals(itself.code, 2);
  assertMatch(itself.stderr, /^error: --out is needed: .*net\.npz is the model itself$/m);
  assertEquals(await Deno.readFile(npz), before);

  const data = ["--dataset", "synthetic", "--json", "--quiet"];
  const own = await runCli("evaluate", ["--model", folder.model, ...data]);
  const foreign = await runCli("evaluate", ["--model", npz, ...facts, ...data]);
  assertEquals(jsonLines(foreign.stdout), jsonLines(own.stdout));
});

test("predict reads an image from stdin", async () => {
  await using folder = await pictureFolder();
  const child = taskCommand("predict", ["--json", "--model", folder.model, "-"], {}, {
    stdin: "piped",
  })
    .spawn();
  const output = new Response(child.stdout).text();
  const errors = new Response(child.stderr).text();
  const file = await Deno.open(`${folder.path}/one.png`);
  await file.readable.pipeTo(child.stdin);
  assertEquals([(await child.status).code, await errors], [0, ""]);
  assertEquals(jsonLines(await output), [await expected(`${folder.path}/one.png`, "-")]);
});

test("predict goes on after an image that is no good, and exits 1", async () => {
  await using folder = await pictureFolder();
  const images = ["absent.png", "net.safetensors", "blank.png", "one.png"];
  const { code, stdout, stderr } = await runCli("predict", [
    ...["--model", folder.model, ...images.map((image) => `${folder.path}/${image}`)],
  ]);
  assertEquals(code, 1);
  assertMatch(stdout, /^.*\/one\.png: \d/);
  const errors = stderr.trimEnd().split("\n");
  assertEquals(errors.length, 3, stderr);
  assertMatch(errors[0], /^error: .*\/absent\.png: there is no such file$/);
  assertMatch(errors[1], /^error: .*\/net\.safetensors: Cannot decode .* a PNG or JPEG file/);
  assertMatch(errors[2], /^error: .*\/blank\.png: Cannot find a digit/);
});

test("predict says what it needs", async () => {
  await using folder = await pictureFolder();
  await saveParameters(`${folder.path}/small.safetensors`, drawnModel(16));
  const cases: [string[], number, string][] = [
    [["x.png"], 2, "--model FILE is needed"],
    [["--model", folder.model], 2, "an image is needed"],
    [["--model", `${folder.path}/absent`, "x.png"], 1, "there is no such file"],
    [["--model", `${folder.path}/one.png`, "x.png"], 1, "one.png: it is a PNG picture"],
    [
      ["--model", `${folder.path}/small.safetensors`, "x.png"],
      1,
      "its images must be 28 x 28 pixels: current value is 16 pixels",
    ],
  ];
  for (const [args, expectedCode, message] of cases) {
    const { code, stdout, stderr } = await runCli("predict", args);
    assertEquals([code, stdout], [expectedCode, ""]);
    assert(stderr.startsWith("error: ") && stderr.includes(message), stderr);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  }
});

for (const split of ["shuffle", "original"]) {
  test(`evaluate repeats the evaluation that ended the net's run with --split ${split}`, async () => {
    using data = barsFolder();
    const run = `${data.path}/run`;
    await runCli("train", [
      ...[...QUICK, "--dataset", data.csv, "--seed", "9", "--out", run],
      ...["--split", split, "--validation", "50"],
    ]);
    const model = `${run}/model.safetensors`;
    const { result } = await loadParameters(model);

    const { code, stdout, stderr } = await runCli("evaluate", ["--json", "--model", model]);
    assertEquals([code, stderr], [0, ""]);
    const [evaluation] = jsonLines(stdout);
    assertEquals([evaluation.event, evaluation.dataset, evaluation.rows], [
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

    const text = (await runCli("evaluate", ["--model", model])).stdout;
    const percent = (100 * result!.accuracy).toFixed(2);
    assertMatch(text, new RegExp(`^Accuracy: ${percent}%, \\d+ of 30 wrong$`, "m"));
    assertMatch(text, /^Class +Precision +Recall +Rows$/m);
    assertMatch(text, new RegExp(`^0 +${confusion[0].join(" +")}$`, "m"));
  });
}

/** Trains a net on bars.csv; gives the model's file. */
async function trainOn(csv: string, ...flags: string[]): Promise<string> {
  const out = `${csv}-run`;
  const { code, stderr } = await runCli("train", [
    ...[...QUICK, "--dataset", csv, "--out", out, ...flags],
  ]);
  assertEquals(code, 0, stderr);
  return `${out}/model.safetensors`;
}

test("evaluate and report open a CSV file again as the run did", async () => {
  using data = barsFolder();
  // The label in the last column: what --label said is remembered.
  const moved = (await Deno.readTextFile(data.csv)).trimEnd().split("\n")
    .map((line) => line.split(",")).map(([label, ...pixels]) => [...pixels, label].join());
  await Deno.writeTextFile(data.csv, moved.join("\n") + "\n");
  const model = await trainOn(data.csv, "--label", "last");
  const { code, stdout, stderr } = await runCli("evaluate", ["--json", "--model", model]);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(jsonLines(stdout)[0].accuracy, (await loadParameters(model)).result?.accuracy);
  const report = await runCli("report", ["--run", dirname(model)]);
  assertEquals([report.code, report.stderr], [0, ""]);
});

test("evaluate knows the run's data by another name, and takes the rows that were not trained on", async () => {
  using data = barsFolder();
  const model = await trainOn(data.csv);
  const copy = `${data.path}/copy.csv`;
  await Deno.copyFile(data.csv, copy);
  const args = ["--json", "--model", model, "--dataset", copy];
  const { code, stdout, stderr } = await runCli("evaluate", args);
  assertEquals([code, stderr], [0, ""]);
  assertEquals(jsonLines(stdout)[0].accuracy, (await loadParameters(model)).result?.accuracy);
});

test("evaluate, report and resume refuse the run's file after it has changed", async () => {
  using data = barsFolder();
  const model = await trainOn(data.csv, "--save-every", "20");
  const [line] = (await Deno.readTextFile(data.csv)).split("\n");
  await Deno.writeTextFile(data.csv, line + "\n", { append: true });
  const folder = dirname(model);
  const changed =
    /the data must be the run's .*bars\.csv \(210 rows, .*: current value is .*\(211 rows,/;
  const uses = {
    evaluate: ["--model", model],
    report: ["--run", folder],
    train: ["--backend", "cpu", "--resume", `${folder}/checkpoint.safetensors`],
  };
  for (const task of ["evaluate", "report", "train"] as const) {
    const args = uses[task];
    const { code, stdout, stderr } = await runCli(task, args);
    assertEquals([code, stdout], [1, ""], task);
    assertMatch(stderr, changed);
  }
});

test("evaluate says that other data may hold rows that the net was trained on, --quiet or not", async () => {
  using data = barsFolder();
  const model = await trainOn(data.csv);
  const lines = (await Deno.readTextFile(data.csv)).trimEnd().split("\n");
  const part = `${data.path}/part.csv`;
  await Deno.writeTextFile(part, lines.slice(0, 150).join("\n") + "\n");
  const { code, stderr } = await runCli("evaluate", [
    ...["--quiet", "--model", model, "--dataset", part],
  ]);
  assertEquals(code, 0);
  assertMatch(
    stderr,
    /^The net was trained on .*bars\.csv \(210 rows.*; it is evaluated on all rows of .*part\.csv \(150/,
  );
  assertEquals(stderr.trimEnd().split("\n").length, 1);
});

test("predict uses a net whose run has an unknown option; evaluate asks for the data", async () => {
  await using folder = await pictureFolder();
  const run = {
    ...{ dataset: "mnist", device: "x", backend: "cpu" },
    options: { ...NOTEBOOK, dropout: 0.5 },
  };
  await saveParameters(folder.model, { ...drawnModel(), run });
  const image = `${folder.path}/one.png`;
  const { code, stdout } = await runCli("predict", ["--json", "--model", folder.model, image]);
  assertEquals([code, ...jsonLines(stdout)], [0, await expected(image, image)]);
  const evaluated = await runCli("evaluate", ["--model", folder.model]);
  assertEquals([evaluated.code, evaluated.stdout], [1, ""]);
  assertMatch(
    evaluated.stderr,
    /every option must be one of .*; choose the data to evaluate on with --dataset/,
  );
});

test("no text of a model's file reaches the terminal as a command, or at full length", async () => {
  await using folder = await pictureFolder();
  using data = barsFolder();
  const word = "\x1b[2J\x9b31m" + "x".repeat(10_000_000);
  const run = { dataset: word, device: word, backend: word, options: NOTEBOOK };
  await saveParameters(folder.model, { ...drawnModel(16), run });
  const bytes = encodeSafetensors({ tensors: new Map(), metadata: { [word]: word } });
  await Deno.writeFile(`${folder.path}/other.safetensors`, bytes);
  const trained = await trainOn(data.csv, "--save-every", "20");
  const resumed = `${dirname(trained)}/checkpoint.safetensors`;
  const checkpoint = decodeCheckpoint(await Deno.readFile(resumed));
  const hostile = { ...checkpoint, run: { ...checkpoint.run, device: word } };
  await Deno.writeFile(resumed, encodeCheckpoint(hostile));
  const uses: [Parameters<typeof runCli>[0], string[]][] = [
    ["evaluate", ["--model", folder.model]],
    ["evaluate", ["--model", folder.model, "--dataset", data.csv, "--json"]],
    ["predict", ["--model", `${folder.path}/other.safetensors`, "--json", "x.png"]],
    ["train", ["--backend", "cpu", "--resume", resumed]],
  ];
  for (const [task, args] of uses) {
    const { stdout, stderr } = await runCli(task, args);
    // deno-lint-ignore no-control-regex -- they are what is looked for
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout + stderr), `${task} ${args}`);
    assert(stderr !== "" && stdout.length + stderr.length < 10_000, `${task} ${args}`);
    if (args.includes("--json")) jsonLines(stdout);
  }
});

onUnix("no file's name reaches the terminal as a command", async () => {
  using data = barsFolder();
  const csv = `${data.path}/\x1b[31mred\x9b0m.csv`;
  await Deno.rename(data.csv, csv);
  const model = await trainOn(csv);
  for (const args of [[], ["--json"]]) {
    const { code, stdout } = await runCli("evaluate", ["--model", model, ...args]);
    assertEquals(code, 0);
    assert(stdout.includes("\\u001b[31mred\\u009b0m.csv"), stdout);
    // deno-lint-ignore no-control-regex -- they are what is looked for
    assert(!/[\x00-\x09\x0b-\x1f\x7f-\x9f]/.test(stdout), stdout);
    if (args.length > 0) assertEquals(jsonLines(stdout)[0].dataset, csv);
  }
});

test("evaluate refuses data that do not fit the net", async () => {
  await using folder = await pictureFolder();
  using data = barsFolder();
  const { code, stdout, stderr } = await runCli("evaluate", [
    ...["--quiet", "--model", folder.model, "--dataset", data.csv],
  ]);
  assertEquals([code, stdout], [1, ""]);
  assertMatch(stderr, /^error: Cannot evaluate as the data must have 784 pixels .*\n$/m);
});

test("export writes the net for numpy and for ONNX, beside it or where it is told", async () => {
  await using folder = await pictureFolder();
  const model = drawnModel();
  const npz = await runCli("export", ["--npz", "--model", folder.model]);
  assertEquals([npz.code, npz.stdout], [0, `${folder.path}/net.npz\n`]);
  assertEquals(await Deno.readFile(`${folder.path}/net.npz`), encodeNpz(modelTensors(model)));

  const out = `${folder.path}/elsewhere.onnx`;
  const onnx = await runCli("export", ["--onnx", "--json", "--model", folder.model, "--out", out]);
  assertEquals([onnx.code, jsonLines(onnx.stdout)], [0, [{ event: "export", file: out }]]);
  assertEquals(await Deno.readFile(out), encodeOnnx(model));
});

test("export --format writes what it names, and never over the net itself", async () => {
  await using folder = await pictureFolder();
  const model = drawnModel();
  for (
    const [format, bytes] of [["npz", encodeNpz(modelTensors(model))], ["onnx", encodeOnnx(model)]]
  ) {
    const args = ["--model", folder.model, "--format", String(format)];
    const { code, stdout } = await runCli("export", args);
    assertEquals([code, stdout], [0, `${folder.path}/net.${format}\n`]);
    assertEquals(await Deno.readFile(`${folder.path}/net.${format}`), bytes);
  }
  const before = await Deno.readFile(folder.model);
  const own = ["--model", folder.model, "--format", "safetensors"];
  const refused = await runCli("export", own);
  assertEquals([refused.code, refused.stdout], [2, ""]);
  assertMatch(refused.stderr, /^error: --out is needed/);
  const copied = await runCli("export", [...own, "--out", `${folder.path}/copy.safetensors`]);
  assertEquals(copied.code, 0, copied.stderr);
  assertEquals(await Deno.readFile(`${folder.path}/copy.safetensors`), before);
});

test("export wants one format", async () => {
  for (const formats of [[], ["--npz", "--onnx"], ["--format", "npz", "--onnx"]]) {
    const { code, stdout, stderr } = await runCli("export", ["--model", "x", ...formats]);
    assertEquals([code, stdout], [2, ""]);
    assertMatch(stderr, /^error: exactly one format is needed: --format npz\|onnx\|safetensors/);
  }
});
