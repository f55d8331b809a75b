import { assertEquals, assertMatch } from "@std/assert";
import { encodeNpz } from "../../lib/model/npz.ts";
import { encodeOnnx } from "../../lib/model/onnx.ts";
import { modelTensors } from "../../lib/model/saved_model.ts";
import { call, callTask, words } from "./run_cli.ts";
import { test } from "../requirements.ts";
import { digitsFolder } from "./small_data.ts";
import { drawnModel, expectedPrediction, jsonLines, pictureFolder } from "./trained_nets.ts";

test("predict, evaluate and export accept another program's net if its settings are given", async () => {
  await using folder = await pictureFolder();
  const npz = `${folder.path}/net.npz`;
  await Deno.writeFile(npz, encodeNpz(modelTensors(drawnModel())));
  const settings = ["--activation", "tanh", "--head", "softmax", "--scale", "l2"];
  for (const task of ["predict", "evaluate", "export"] as const) {
    const rest =
      { predict: [`${folder.path}/one.png`], evaluate: [], export: ["--format", "onnx"] }[task];
    const { code, stdout, stderr } = await callTask(
      task,
      words`--model ${npz} --head softmax
      ${rest}`,
    );
    assertEquals([code, stdout], [2, ""]);
    assertEquals(
      stderr,
      `error: ${npz} does not say how its net computes, so ` +
        `--activation tanh|relu|sigmoid|gelu|gelu-tanh, --scale l2|unit|raw must be given; ` +
        `for example: deno task ${task} --model ${npz} --activation relu --head softmax ` +
        `--scale unit (with --mean 0.1307 --std 0.3081 if its pixels were normalized as in ` +
        `PyTorch's example, --mean 0.5 --std 0.5 if they were -1 to 1)\n`,
    );
  }
  const image = `${folder.path}/one.png`;
  const predicted = await call`predict --json --model ${npz} ${settings} ${image}`;
  assertEquals(jsonLines(predicted.stdout), [await expectedPrediction(image, image)]);

  const exported = await call`export --model ${npz} ${settings} --format onnx`;
  assertEquals([exported.code, exported.stdout], [0, `${folder.path}/net.onnx\n`]);
  assertEquals(await Deno.readFile(`${folder.path}/net.onnx`), encodeOnnx(drawnModel()));

  const before = await Deno.readFile(npz);
  const itself = await call`export --model ${npz} ${settings} --format npz`;
  assertEquals(itself.code, 2);
  assertMatch(itself.stderr, /^error: --out is needed: .*net\.npz is the model itself$/m);
  assertEquals(await Deno.readFile(npz), before);

  using digits = digitsFolder();
  const data = ["--dataset", digits.path, "--json", "--quiet"];
  const own = await call`evaluate --model ${folder.model} ${data}`;
  const foreign = await call`evaluate --model ${npz} ${settings} ${data}`;
  assertEquals(jsonLines(foreign.stdout), jsonLines(own.stdout));
});
