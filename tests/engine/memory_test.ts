/** What runs take of a process's memory, and what they leave behind. */
import { assert } from "@std/assert";
import { taskCommand } from "../cli/run_cli.ts";
import { mnistDirectory, needs, test } from "../requirements.ts";

const MIB = 2 ** 20;
const RUNS = 10;
/**
 * From the third run to the tenth. Measured: up to 10 MiB, as heaps and allocators settle. One data set
 * left behind by each run would make 370, an engine's packed batches 30.
 */
const MOST_GROWTH = 20 * MIB;
/** Of the train task on lavapipe. Measured: 366 to 370, the most while gzipped files are unpacked. */
const MOST_AT_ONCE = 450 * MIB;

for (const backend of ["cpu", "webgpu"] as const) {
  test({
    name: `train() leaves no memory behind, run after run, on ${backend}`,
    ...await needs("time", ...backend === "webgpu" ? ["webgpu"] as const : []),
    async fn() {
      const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
        args: [
          "run",
          "--no-prompt",
          "--allow-read",
          "--v8-flags=--expose-gc",
          "tests/engine/memory_runs.ts",
          backend,
          String(RUNS),
        ],
      }).output();
      assert(code === 0, new TextDecoder().decode(stderr));
      const resident: number[] = JSON.parse(new TextDecoder().decode(stdout));
      assert(resident.length === RUNS);
      const growth = resident[RUNS - 1] - resident[2];
      const measured = `resident MiB after each run: ${
        resident.map((bytes) => Math.round(bytes / MIB))
      }`;
      console.log(measured);
      assert(growth <= MOST_GROWTH, measured);
    },
  });
}

/** /proc, which tells of it, is Linux's. */
const isMeasurable = Deno.build.os === "linux";

Deno.test({
  name: "train takes at most 450 MiB, on the CPU engine",
  ignore: (await needs("mnist")).ignore || !isMeasurable,
  async fn() {
    // How long it trains makes no difference: all is allocated before the first step.
    const args = ["--dataset", "mnist", "--iterations", "500", "--backend", "cpu"];
    const env = { MNIST_DIR: Deno.realPathSync(mnistDirectory()) };
    const directory = await Deno.makeTempDir();
    const train = taskCommand("train", args, env, { cwd: directory }).spawn();
    const ended = train.output();
    // Deno itself may not read another process's status, without all permissions.
    const { stdout } = await new Deno.Command("sh", {
      args: ["-c", `while grep VmHWM /proc/${train.pid}/status; do sleep 0.02; done`],
      stderr: "null",
    }).output();
    const { code, stderr } = await ended;
    await Deno.remove(directory, { recursive: true });
    assert(code === 0, new TextDecoder().decode(stderr));
    // The high-water mark only rises: the last line is its end.
    const lines = new TextDecoder().decode(stdout).trimEnd().split("\n");
    const peak = 1024 * Number(lines.at(-1)!.match(/(\d+) kB/)![1]);
    const measured = `most resident MiB: ${Math.round(peak / MIB)}`;
    console.log(measured);
    assert(peak <= MOST_AT_ONCE, measured);
    assert(peak > 100 * MIB, `too little to be true, MiB: ${Math.round(peak / MIB)}`);
  },
});
