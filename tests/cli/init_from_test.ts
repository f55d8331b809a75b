import { assertEquals, assertMatch } from "@std/assert";
import { loadModel } from "../../lib/model/load_model.ts";
import { encodeNpz } from "../../lib/model/npz.ts";
import { modelTensors } from "../../lib/model/saved_model.ts";
import type { NetParameters } from "../../lib/net/architecture.ts";
import { test } from "../requirements.ts";
import { call, succeed } from "./run_cli.ts";
import { barsFolder, QUICK } from "./small_data.ts";

/** Creates a folder with a data set and a finished run. */
async function trainedFolder() {
  const folder = barsFolder();
  const data = ["--dataset", folder.csv];
  const run = `${folder.path}/run`;
  await succeed`train ${data} ${QUICK} --out ${run}`;
  const file = `${run}/model.safetensors`;
  return { ...folder, data, run, file, model: await loadModel(file) };
}

test("train --init-from starts from a net's parameters, also if another program wrote them", async () => {
  using folder = await trainedFolder();
  const { path, data, file, model } = folder;
  const npz = `${path}/net.npz`;
  await Deno.writeFile(npz, encodeNpz(modelTensors(model)));
  const settings = ["--activation", "tanh", "--head", "notebook", "--scale", "l2"];
  const noSteps = ["--backend", "cpu", "--iterations", "0", "--eval-size", "20"];
  // The preset has other activations, sizes and pixels than the net, which has its own.
  const preset = ["--preset", "accurate", "--split", "shuffle"];
  for (const [i, source] of [[file], [npz, ...settings], [file, ...preset]].entries()) {
    const out = `${path}/again${i}`;
    const args = [...data, ...noSteps, "--out", out, "--init-from", ...source];
    const { stdout, stderr } = await succeed`train ${args}`;
    assertMatch(stderr, new RegExp(`^initial parameters: ${source[0]}$`, "m"));
    const { architecture, scale, parameters, run } = await loadModel(
      `${out}/model.safetensors`,
    );
    assertEquals({ architecture, scale, parameters }, {
      architecture: model.architecture,
      scale: model.scale,
      parameters: model.parameters,
    });
    assertEquals(run?.initFrom, source[0]);
    // The split is the same, so the test rows are, too.
    assertEquals(run?.result?.accuracy, model.run?.result?.accuracy);
    assertMatch(stdout, /Final accuracy/);
  }
});

test("train --init-from trains the parameters with random draws from its own seed", async () => {
  using folder = await trainedFolder();
  const { path, data, file } = folder;
  const args = [...data, "--backend", "cpu", "--iterations", "20", "--batch-size", "10"];
  const runs: NetParameters[] = [];
  for (const seed of ["1", "1", "2"]) {
    const out = `${path}/seed${runs.length}`;
    const from = ["--init-from", file, "--seed", seed, "--out", out];
    await succeed`train ${args} ${from}`;
    runs.push((await loadModel(`${out}/model.safetensors`)).parameters);
  }
  assertEquals(runs[0], runs[1]);
  assertEquals(runs[0].w1.some((value, i) => value !== runs[2].w1[i]), true);
});

test("train --init-from rejects files and flags that do not fit", async () => {
  using folder = await trainedFolder();
  const { path, data, run, file, model } = folder;
  const npz = `${path}/net.npz`;
  await Deno.writeFile(npz, encodeNpz(modelTensors(model)));
  const cases: [string[], number, RegExp][] = [
    [["--init-from", npz], 2, /net\.npz does not say .* deno task train --init-from .*net\.npz --/],
    [["--init-from", file, "--hidden", "9,8"], 2, /--hidden must be the net's 8,8: .* 9,8$/m],
    [
      ["--init-from", file, "--activation", "relu"],
      1,
      /its activation must be that of its training, tanh/,
    ],
    [["--init-from", file, "--init", "glorot"], 2, /--init-from and --init contradict/],
    [
      ["--init-from", file, "--resume", `${run}/checkpoint.safetensors`],
      2,
      /--resume and --init-from contradict/,
    ],
    [["--init-from", `${path}/absent.npz`], 1, /absent\.npz: there is no such file/],
    [
      ["--init-from", file, "--dataset", "synthetic"],
      1,
      /w0 must have 6272 elements in a net of 784, 8, 8, 10 units: current value is 128/,
    ],
  ];
  for (const [args, expected, message] of cases) {
    const out = `${path}/never`;
    const all = [...data, "--backend", "cpu", "--out", out, ...args];
    const { code, stderr } = await call`train ${all}`;
    assertEquals(code, expected, stderr);
    assertMatch(stderr, message);
    const files = [...Deno.readDirSync(path)].map(({ name }) => name);
    assertEquals(files.includes("never"), false, `${args} left ${out}`);
  }
});
