import { assert, assertEquals, assertMatch } from "@std/assert";
import { saveModel } from "../../lib/model/save_model.ts";
import { decodeImage } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { predict } from "../../lib/training/predict.ts";
import { call, runCli, startTask, succeed, words } from "./run_cli.ts";
import { test } from "../requirements.ts";
import { drawnModel, expectedPrediction, jsonLines, pictureFolder } from "./trained_nets.ts";

test("predict prints the digit and ten probabilities for each image", async () => {
  await using folder = await pictureFolder();
  const { code, stdout, stderr } = await runCli(
    "predict",
    words`--model ${folder.model}
    ${folder.path}/one.png ${folder.path}/one.jpg`,
  );
  assertEquals(code, 0);
  assertMatch(stderr, /^pictures are read as photographs: .*; --as-is overrides this\n$/);
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

test("predict is unsure if the digit is less than twice as probable as the second-best one", async () => {
  await using folder = await pictureFolder();
  for (const [ratio, line] of [[1.9, "3 (unsure: perhaps 7)"], [2.1, "3"]] as const) {
    const model = drawnModel();
    for (const values of Object.values(model.parameters)) values.fill(0);
    model.parameters.b2[3] = 5;
    model.parameters.b2[7] = 5 - Math.log(ratio);
    await saveModel(folder.model, model);
    const { stdout } = await call`predict --model ${folder.model} ${folder.path}/one.png`;
    assertEquals(stdout.split("\n")[0], `${folder.path}/one.png: ${line}`);
  }
});

test("predict --json prints the library's prediction", async () => {
  await using folder = await pictureFolder();
  const images = [`${folder.path}/one.png`, `${folder.path}/one.jpg`];
  const { stdout } = await succeed`predict --json --model ${folder.model} ${images}`;
  assertEquals(
    jsonLines(stdout),
    await Promise.all(images.map((image) => expectedPrediction(image, image))),
  );
});

test("predict reads an image from stdin", async () => {
  await using folder = await pictureFolder();
  const args = ["--json", "--quiet", "--model", folder.model, "-"];
  await using child = startTask("predict", args, {}, { stdin: "piped" });
  const output = new Response(child.stdout).text();
  const errors = new Response(child.stderr).text();
  const file = await Deno.open(`${folder.path}/one.png`);
  await file.readable.pipeTo(child.stdin);
  assertEquals([(await child.status).code, await errors], [0, ""]);
  assertEquals(jsonLines(await output), [await expectedPrediction(`${folder.path}/one.png`, "-")]);
});

test("predict continues after an unreadable image, and exits with 1", async () => {
  await using folder = await pictureFolder();
  const images = ["absent.png", "net.safetensors", "blank.png", "one.png"];
  const { code, stdout, stderr } = await call`predict --quiet --model ${folder.model}
    ${images.map((image) => `${folder.path}/${image}`)}`;
  assertEquals(code, 1);
  assertMatch(stdout, /^.*\/one\.png: \d/);
  const errors = stderr.trimEnd().split("\n");
  assertEquals(errors.length, 3, stderr);
  assertMatch(errors[0], /^error: .*\/absent\.png: there is no such file$/);
  assertMatch(errors[1], /^error: .*\/net\.safetensors: Cannot decode .* a PNG or JPEG file/);
  assertMatch(errors[2], /^error: .*\/blank\.png: Cannot find a digit/);
});

test("predict fails with one line if the net or the image is missing or does not fit", async () => {
  await using folder = await pictureFolder();
  await saveModel(`${folder.path}/small.safetensors`, drawnModel(16));
  const cases: [string[], number, string][] = [
    [["x.png"], 2, "--model FILE is needed"],
    [["--model", folder.model], 2, "an image is needed"],
    [["--model", `${folder.path}/absent`, "x.png"], 1, "there is no such file"],
    [["--model", folder.path, "x.png"], 1, "it is a folder; name a file in it"],
    [["--model", `${folder.path}/one.png`, "x.png"], 1, "one.png: it is a PNG picture"],
    [
      ["--model", `${folder.path}/small.safetensors`, "--as-photo", "x.png"],
      1,
      "28 x 28 pixels: current value is 4 x 4",
    ],
    [["--model", folder.model, folder.path, "x.csv"], 2, "a file of rows must be the only one"],
    [["--model", folder.model, "--probabilities", "x.png"], 2, "need --out FILE.csv"],
    [["--model", folder.model, "--collect", "kept", "x.png"], 2, "--collect needs the right class"],
  ];
  for (const [args, expectedCode, message] of cases) {
    const { code, stdout, stderr } = await call`predict ${args}`;
    assertEquals([code, stdout], [expectedCode, ""]);
    assert(stderr.startsWith("error: ") && stderr.includes(message), stderr);
    assertEquals(stderr.trimEnd().split("\n").length, 1);
  }
});

test("predict writes Kaggle's submission for the rows of a CSV file, and their accuracy if it has labels", async () => {
  await using folder = await pictureFolder();
  const rows = Array.from(
    { length: 5 },
    (_, row) => Uint8Array.from({ length: 784 }, (_, i) => (i * (row + 3)) % 256),
  );
  const { labels } = predict(drawnModel(), Uint8Array.from(rows.flatMap((row) => [...row])));
  const header = rows[0].keys().map((i) => `pixel${i}`).toArray().join();
  await Deno.writeTextFile(`${folder.path}/test.csv`, [header, ...rows, ""].join("\n"));
  const out = `${folder.path}/submission.csv`;
  const args = ["--quiet", "--model", folder.model, "--out", out];
  const bare = await call`predict ${args} ${folder.path}/test.csv`;
  assertEquals(bare, { code: 0, stdout: "", stderr: "" });
  const lines = ["ImageId,Label", ...Array.from(labels, (label, i) => `${i + 1},${label}`), ""];
  assertEquals(await Deno.readTextFile(out), lines.join("\n"));

  // The last row's label is wrong.
  const right = Array.from(labels, (label, i) => i < 4 ? label : (label + 1) % 10);
  await Deno.writeTextFile(
    `${folder.path}/train.csv`,
    [`label,${header}`, ...rows.map((row, i) => `${right[i]},${row}`)].join("\n"),
  );
  const labeled = await call`predict ${args} --json --probabilities --id-column id
    --label-column digit ${folder.path}/train.csv`;
  assertEquals([labeled.code, labeled.stderr], [0, ""]);
  const events = jsonLines(labeled.stdout);
  assertEquals(events.length, 6);
  assertEquals([events[4].row, events[4].label, events[4].actual], ["5", labels[4], right[4]]);
  assertEquals([events[5].type, events[5].rows, events[5].correct], ["evaluation", 5, 4]);
  const [names, first] = (await Deno.readTextFile(out)).split("\n").map((line) => line.split(","));
  assertEquals(names, ["id", "digit", ...Array.from({ length: 10 }, (_, i) => `p_${i}`)]);
  assertEquals(first.slice(2).map(Number), events[0].probabilities);
});

test("predict reads a folder of pictures by class, names unreadable ones at the end, and collects", async () => {
  await using folder = await pictureFolder();
  for (const label of ["1", "7"]) {
    await Deno.mkdir(`${folder.path}/digits/${label}`, { recursive: true });
    await Deno.copyFile(`${folder.path}/one.png`, `${folder.path}/digits/${label}/a.png`);
  }
  await Deno.writeTextFile(`${folder.path}/digits/7/broken.png`, "no picture");
  const kept = `${folder.path}/kept`;
  const args = ["--model", folder.model, "--labels", "folder", "--collect", kept];
  const { stdout, stderr } = await succeed`predict ${args} ${folder.path}/digits`;
  assertMatch(stdout, /^1\/a\.png: \d \(\d+\.\d\d%(, unsure)?\)/);
  assertMatch(stdout, /Accuracy: (50|0)\.00%, [12] of 2 wrong/);
  assertMatch(stderr, /1 of 3 pictures cannot be read: 7\/broken\.png: Cannot decode this image/);
  const { pixels, width, height } = decodeImage(await Deno.readFile(`${folder.path}/one.png`));
  for (const label of ["1", "7"]) {
    const [{ name }, ...others] = [...Deno.readDirSync(`${kept}/${label}`)];
    assertEquals(others, []);
    const stored = decodeImage(await Deno.readFile(`${kept}/${label}/${name}`));
    assertEquals([stored.width, stored.height], [28, 28]);
    const reds = stored.pixels.filter((_, i) => i % 4 === 0);
    assertEquals(reds, imageToDigit(pixels, width, height));
  }
  const strict = await call`predict ${args} --strict ${folder.path}/digits`;
  assertEquals(strict.code, 1);
  const nested = await call`predict --model ${folder.model} ${folder.path}/digits`;
  assertEquals(nested.code, 2);
  assertMatch(nested.stderr, /holds no PNG or JPEG files; --recursive looks into its 2 folders/);
});
