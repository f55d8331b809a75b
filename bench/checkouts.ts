/**
 * `deno task bench:checkouts`: compares the time of `deno task train` with that of another checkout
 * of this repository, an earlier commit's for example. The runs take turns, each in its own process.
 */
import {
  type FlagValues,
  oneOf,
  path,
  type Task,
  UsageError,
  wholeNumber,
} from "../lib/cli/flags.ts";
import { print, printError } from "../lib/cli/output.ts";
import { runTask } from "../lib/cli/run_task.ts";
import { PRESET_NAMES, PRESETS } from "../lib/training/presets.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { median, ratio } from "./statistics.ts";
import { markdownTable } from "./table.ts";

const ROUNDS = 3;

const FLAGS = {
  other: path("DIR", "the other checkout (required)"),
  preset: oneOf(PRESET_NAMES, "the preset that trains", "best"),
  epochs: wholeNumber("the number of epochs of a run; by default the preset's", 1),
  rounds: wholeNumber("the number of turns of each checkout; the median counts", 1, ROUNDS),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:checkouts",
  summary:
    "Trains on the processor with this checkout and with another one, in turn, and prints a " +
    "table of seconds: of the training by the program's own clock, and of the whole process.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, checkoutsTask);

/** The seconds of a run. */
interface Run {
  training: number;
  whole: number;
  accuracy: number;
}

async function checkoutsTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { other, preset = "best", epochs = PRESETS[preset].epochs, rounds = ROUNDS } = flags;
  if (other === undefined) throw new UsageError("--other is missing: name the other checkout");
  const options = ["--preset", preset, ...epochs ? ["--epochs", String(epochs)] : []];
  const checkouts = [".", other].map((folder) => ({ folder, runs: [] as Run[] }));
  for (let round = 1; round <= rounds; round++) {
    for (const { folder, runs } of checkouts) {
      const run = await train(folder, options);
      printError(`round ${round} of ${rounds}: ${folder}, ${run.training.toFixed(2)} s`);
      runs.push(run);
    }
  }
  const [here] = checkouts;
  const seconds = (runs: Run[]) => runs.map(({ training }) => training);
  print(
    ...machineLines(await describeMachine()),
    `deno task train --backend cpu ${options.join(" ")}; ${rounds} turns`,
    "",
    ...markdownTable<typeof here>([
      { head: "checkout", of: ({ folder }) => folder },
      { head: "training, s", of: ({ runs }) => median(seconds(runs)), digits: 2 },
      { head: "min", of: ({ runs }) => Math.min(...seconds(runs)), digits: 2 },
      { head: "max", of: ({ runs }) => Math.max(...seconds(runs)), digits: 2 },
      { head: "times ours", of: ({ runs }) => ratio(seconds(runs), seconds(here.runs)), digits: 2 },
      { head: "process, s", of: ({ runs }) => median(runs.map(({ whole }) => whole)), digits: 2 },
      { head: "accuracy %", of: ({ runs }) => 100 * runs[0].accuracy, digits: 2 },
    ], checkouts),
  );
}

/** Runs a checkout's train task, and reads its last event. */
async function train(folder: string, options: string[]): Promise<Run> {
  const start = performance.now();
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "train", "--backend", "cpu", ...options, "--no-save", "--json"],
    cwd: folder,
    // Where the task was called; the train task finds relative paths from there.
    env: { INIT_CWD: Deno.cwd() },
  }).output();
  const whole = (performance.now() - start) / 1000;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).trim();
  if (code !== 0) throw new Error(`Cannot train in ${folder}: ${text(stderr).split("\n").at(-1)}`);
  const { seconds, accuracy } = JSON.parse(text(stdout).split("\n").at(-1)!);
  return { training: seconds, whole, accuracy };
}
