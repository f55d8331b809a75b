import { assert, assertEquals, assertMatch } from "@std/assert";
import { saveModel } from "../../lib/model/save_model.ts";
import { runCli, taskCommand } from "./run_cli.ts";
import { test } from "../requirements.ts";
import { drawnModel, expectedPrediction, jsonLines, pictureFolder } from "./trained_nets.ts";

test("predict prints the digit and ten probabilities for each image", async () => {
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

test("predict is unsure if the digit is less than twice as probable as the second-best one", async () => {
  await using folder = await pictureFolder();
  for (const [ratio, line] of [[1.9, "3 (unsure: perhaps 7)"], [2.1, "3"]] as const) {
    const model = drawnModel();
    for (const values of Object.values(model.parameters)) values.fill(0);
    model.parameters.b2[3] = 5;
    model.parameters.b2[7] = 5 - Math.log(ratio);
    await saveModel(folder.model, model);
    const { stdout } = await runCli("predict", ["--model", folder.model, `${folder.path}/one.png`]);
    assertEquals(stdout.split("\n")[0], `${folder.path}/one.png: ${line}`);
  }
});

test("predict --json prints the library's prediction", async () => {
  await using folder = await pictureFolder();
  const images = [`${folder.path}/one.png`, `${folder.path}/one.jpg`];
  const { code, stdout } = await runCli("predict", ["--json", "--model", folder.model, ...images]);
  assertEquals(code, 0);
  assertEquals(
    jsonLines(stdout),
    await Promise.all(images.map((image) => expectedPrediction(image, image))),
  );
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
  assertEquals(jsonLines(await output), [await expectedPrediction(`${folder.path}/one.png`, "-")]);
});

test("predict continues after an unreadable image, and exits with 1", async () => {
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
