import { assert, assertEquals, assertMatch } from "@std/assert";
import { decodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { loadModel } from "../../lib/model/load_model.ts";
import { readSweep } from "../../lib/runs/sweep_file.ts";
import { startTask, succeed } from "./run_cli.ts";
import { barsFolder, QUICK } from "./small_data.ts";
import { onUnix } from "../requirements.ts";

const ENDLESS = [...QUICK, "--iterations", "100000000"];

/** A way to end a task, with its usual exit code. */
type Ending = [string, (child: Deno.ChildProcess) => void, number];
const TRAIN_ENDINGS: Ending[] = [
  ["Ctrl-C", (child) => child.kill("SIGINT"), 130],
  ["SIGTERM", (child) => child.kill("SIGTERM"), 143],
  ["SIGHUP, when its terminal is closed,", (child) => child.kill("SIGHUP"), 129],
];
const SWEEP_ENDINGS: Ending[] = [
  // The terminal and `deno task` both send a signal; the second arrives while the first is handled.
  ["Ctrl-C twice", (child) => [0, 20].forEach((ms) => setTimeout(() => interrupt(child), ms)), 130],
  ["SIGHUP", (child) => child.kill("SIGHUP"), 129],
];

/** Sends SIGINT, unless the process has ended. */
function interrupt(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGINT");
  } catch { /* it has ended */ }
}

/** Reads a process's output until it ends; calls `onText` with the output so far. */
async function readAll(child: Deno.ChildProcess, onText: (text: string) => void): Promise<string> {
  let output = "";
  for await (const piece of child.stdout.pipeThrough(new TextDecoderStream())) {
    output += piece;
    onText(output);
  }
  return output;
}

for (const [what, end, exitCode] of TRAIN_ENDINGS) {
  onUnix(
    `train saves model and checkpoint on ${what}, exits with ${exitCode}, and resumes to the same bits`,
    async () => {
      using data = barsFolder();
      const [broken, whole] = [`${data.path}/broken`, `${data.path}/whole`];
      const args = [...ENDLESS, "--dataset", data.csv, "--json", "--out"];
      await using child = startTask("train", [...args, broken]);
      const errors = new Response(child.stderr).text();
      let ended = false;
      const output = await readAll(child, (text) => {
        if (!ended && text.includes('"progress"')) end(child);
        ended ||= text.includes('"progress"');
      });
      assertEquals((await child.status).code, exitCode);
      const last = JSON.parse(output.trimEnd().split("\n").at(-1)!);
      assertEquals(last.type, "finished");
      const result = (await loadModel(`${broken}/model.safetensors`)).run?.result;
      assertEquals({ type: "finished", ...result }, last);
      const file = `${broken}/checkpoint.safetensors`;
      assertMatch(await errors, new RegExp(`^To resume: deno task train --resume ${file}$`, "m"));
      const told =
        `^Interrupted after ${last.iterations} steps; the accuracy is of the net at that`;
      assertMatch(await errors, new RegExp(told, "m"));

      const { iteration } = decodeCheckpoint(await Deno.readFile(file));
      assertEquals(iteration, last.iterations);
      const length = ["--iterations", String(iteration + 7), "--quiet"];
      await succeed`train --backend cpu --resume ${file} ${length}`;
      await succeed`train ${args} ${whole} ${length}`;
      const [one, other] = await Promise.all(
        [broken, whole].map((folder) => loadModel(`${folder}/model.safetensors`)),
      );
      assertEquals(one.parameters, other.parameters);
    },
  );
}

onUnix(
  "train saves the run if the reader of its log closes the pipe, and exits with 141",
  async () => {
    using data = barsFolder();
    const out = `${data.path}/run`;
    await using child = startTask("train", [...ENDLESS, "--dataset", data.csv, "--out", out]);
    const errors = new Response(child.stderr).text();
    const reader = child.stdout.getReader();
    await reader.read();
    await reader.cancel();
    assertEquals((await child.status).code, 141);
    assert(!(await errors).includes("error"), await errors);
    const result = (await loadModel(`${out}/model.safetensors`)).run?.result;
    const { iteration } = decodeCheckpoint(await Deno.readFile(`${out}/checkpoint.safetensors`));
    assertEquals(iteration, result?.iterations);
  },
);

onUnix("evaluate exits with 141 if the reader of its tables closes the pipe", async () => {
  using data = barsFolder();
  const out = `${data.path}/run`;
  const args = [...QUICK, "--dataset", data.csv, "--out", out];
  await succeed`train ${args}`;
  await using child = startTask("evaluate", ["--model", `${out}/model.safetensors`]);
  await child.stdout.cancel();
  const errors = await new Response(child.stderr).text();
  assertEquals([(await child.status).code, errors], [141, ""]);
});

for (const [what, end, exitCode] of SWEEP_ENDINGS) {
  onUnix(
    `sweep saves finished runs on ${what}, exits with ${exitCode}, and continues with the others`,
    async () => {
      using data = barsFolder();
      const out = `${data.path}/sweep.csv`;
      const args = ["--dataset", data.csv, "--out", out, ...QUICK, "--json"];
      await using child = startTask("sweep", [...args, "--iterations", "30,100000000"]);
      const errors = new Response(child.stderr).text();
      let ended = false;
      const output = await readAll(child, (text) => {
        if (!ended && text.includes('"run"')) end(child);
        ended ||= text.includes('"run"');
      });
      assertEquals((await child.status).code, exitCode, await errors);
      assertMatch(await errors, /^Interrupted\. Saved 1 of 2 runs to /m);
      assertMatch(output, /"type":"combination"/);
      assertEquals((await readSweep(out)).map(({ options }) => options.iterations), [30]);

      const { stderr } = await succeed`sweep ${args} --iterations 30,40`;
      assertMatch(stderr, /already contains 1 of 2 runs$/m);
      assertEquals((await readSweep(out)).map(({ options }) => options.iterations), [30, 40]);
    },
  );
}
