import { assertEquals, assertMatch } from "@std/assert";
import { encodeNpz } from "../../lib/model/npz.ts";
import { encodeOnnx } from "../../lib/model/onnx.ts";
import { modelTensors } from "../../lib/model/saved_model.ts";
import { call, runCli, succeed } from "./run_cli.ts";
import { test } from "../requirements.ts";
import { drawnModel, jsonLines, pictureFolder } from "./trained_nets.ts";

test("export writes .npz and .onnx files next to the model, or to --out", async () => {
  await using folder = await pictureFolder();
  const model = drawnModel();
  const npz = await runCli("export", ["--format", "npz", "--model", folder.model]);
  assertEquals([npz.code, npz.stdout], [0, `${folder.path}/net.npz\n`]);
  assertEquals(await Deno.readFile(`${folder.path}/net.npz`), encodeNpz(modelTensors(model)));

  const out = `${folder.path}/elsewhere.onnx`;
  const onnx = await call`export --format onnx --json --model ${folder.model} --out ${out}`;
  assertEquals([onnx.code, jsonLines(onnx.stdout)], [0, [{ type: "export", file: out }]]);
  assertEquals(await Deno.readFile(out), encodeOnnx(model));
});

test("export --format writes that format, and never overwrites the model", async () => {
  await using folder = await pictureFolder();
  const model = drawnModel();
  for (
    const [format, bytes] of [["npz", encodeNpz(modelTensors(model))], ["onnx", encodeOnnx(model)]]
  ) {
    const args = ["--model", folder.model, "--format", String(format)];
    const { code, stdout } = await call`export ${args}`;
    assertEquals([code, stdout], [0, `${folder.path}/net.${format}\n`]);
    assertEquals(await Deno.readFile(`${folder.path}/net.${format}`), bytes);
  }
  const before = await Deno.readFile(folder.model);
  const own = ["--model", folder.model, "--format", "safetensors"];
  const refused = await call`export ${own}`;
  assertEquals([refused.code, refused.stdout], [2, ""]);
  assertMatch(refused.stderr, /^error: --out is needed/);
  await succeed`export ${own} --out ${folder.path}/copy.safetensors`;
  assertEquals(await Deno.readFile(`${folder.path}/copy.safetensors`), before);
});

test("export requires a format", async () => {
  const { code, stdout, stderr } = await call`export --model x`;
  assertEquals([code, stdout], [2, ""]);
  assertMatch(stderr, /--format npz\|onnx\|safetensors/);
});
