/** How much memory training needs, and whether it frees all of it. */
import { assert } from "@std/assert";
import { startTask } from "../cli/run_cli.ts";
import { mnistDirectory, needs, test } from "../requirements.ts";
import { runToEnd } from "../processes.ts";

const MIB = 2 ** 20;
const RUNS = 10;
/**
 * The allowed growth from the third run to the tenth. Heaps and allocators grow by up to 10 MiB
 * (measured). If each run kept its data set, it would be 370 MiB; with its packed batches, 30 MiB.
 */
const MOST_GROWTH = 20 * MIB;
/** The allowed peak of the train task, in bytes. */
const MOST_AT_ONCE = 450 * MIB;

for (const backend of ["cpu", "webgpu"] as const) {
  test({
    name: `train() frees its memory after each run on ${backend}`,
    ...await needs("time", ...backend === "webgpu" ? ["webgpu"] as const : []),
    async fn() {
      const { code, stdout, stderr } = await runToEnd(Deno.execPath(), {
        args: [
          "run",
          "--no-prompt",
          "--allow-read",
          "--v8-flags=--expose-gc",
          "tests/engine/memory_runs.ts",
          backend,
          String(RUNS),
        ],
      }, 600_000);
      assert(code === 0, stderr);
      const resident: number[] = JSON.parse(stdout);
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

/** Only Linux reports the peak memory of a process, in /proc. */
const isMeasurable = Deno.build.os === "linux";

Deno.test({
  name: "the train task needs at most 450 MiB on the CPU engine",
  ...await needs("mnist"),
  ...!isMeasurable && { ignore: true },
  async fn() {
    // All memory is allocated before the first step, so the number of steps does not matter.
    const args = ["--dataset", "mnist", "--iterations", "500", "--backend", "cpu"];
    const env = { MNIST_DIR: Deno.realPathSync(mnistDirectory()) };
    const directory = await Deno.makeTempDir();
    await using train = startTask("train", args, env, { cwd: directory });
    const ended = train.output();
    // A shell reads the status, because Deno would need all permissions for another process's.
    const { stdout } = await runToEnd("sh", {
      args: ["-c", `while grep VmHWM /proc/${train.pid}/status; do sleep 0.02; done`],
    });
    const { code, stderr } = await ended;
    await Deno.remove(directory, { recursive: true });
    assert(code === 0, new TextDecoder().decode(stderr));
    // VmHWM is the peak so far, so the last line has the peak of the whole run.
    const lines = stdout.trimEnd().split("\n");
    const peak = 1024 * Number(lines.at(-1)!.match(/(\d+) kB/)![1]);
    const measured = `peak of resident MiB: ${Math.round(peak / MIB)}`;
    console.log(measured);
    assert(peak <= MOST_AT_ONCE, measured);
    // The data set alone has 52 MiB: a smaller peak would show that this test measures wrongly.
    assert(peak > 100 * MIB, measured);
  },
});
