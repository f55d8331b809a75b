import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  type FlagTable,
  listOf,
  number,
  oneOf,
  parseFlags,
  type Task,
  text,
  toggle,
  UsageError,
} from "../../lib/cli/flags.ts";
import { TRAINING_FLAGS, trainingOptions } from "../../lib/cli/training_flags.ts";
import { NOTEBOOK, resolveOptions } from "../../lib/training/options.ts";
import { PRESETS } from "../../lib/training/presets.ts";
import { assertMentions } from "../mentions.ts";
import { words } from "./run_cli.ts";

const FLAGS = {
  batchSize: number("rows of a batch", 100),
  rates: listOf(number("several rates")),
  backend: oneOf(["auto", "cpu"], "what to train on", "auto"),
  out: text("DIR", "output folder"),
  quiet: toggle("print nothing"),
  noSave: toggle("keep nothing"),
} satisfies FlagTable;
const TASK: Task<typeof FLAGS> = { name: "try", summary: "Tries flags.", flags: FLAGS };

Deno.test("parseFlags() parses each kind of flag, with a space or = before its value", () => {
  const args = ["--batch-size", "-1", "--rates=0.1,1e-2", "--backend=cpu", "--out", "a b"];
  assertEquals(parseFlags(TASK, [...args, "--quiet", "--no-save"]).flags, {
    batchSize: -1,
    rates: [0.1, 0.01],
    backend: "cpu",
    out: "a b",
    quiet: true,
    noSave: true,
  });
});

Deno.test("parseFlags() omits flags that are not given, and returns the last value of a repeated flag", () => {
  assertEquals(parseFlags(TASK, []).flags, {});
  const { flags } = parseFlags(TASK, ["--batch-size=1", "--batch-size=2"]);
  assertEquals(flags, { batchSize: 2 });
});

Deno.test("parseFlags() accepts operands only if the task has some", () => {
  assertThrows(() => parseFlags(TASK, ["x.png"]), UsageError, "but got 1: x.png; --help");
  const { operands } = parseFlags({ ...TASK, operands: "IMAGE..." }, ["x.png", "-"]);
  assertEquals(operands, ["x.png", "-"]);
});

Deno.test("parseFlags() ignores -- before flags, and takes what follows a later -- as file names", () => {
  const { flags } = parseFlags(TASK, ["--", "--batch-size", "1", "--", "--quiet"]);
  assertEquals(flags, { batchSize: 1, quiet: true });
  const task = { ...TASK, operands: "IMAGE..." };
  const { flags: first, operands } = parseFlags(task, ["--", "--quiet", "--", "--odd.png"]);
  assertEquals([first, operands], [{ quiet: true }, ["--odd.png"]]);
});

const WRONG: [string[], string[]][] = [
  [
    ["--batchsize", "1"],
    ["--batchsize", "--batch-size", "--help"],
  ],
  [["--no-sav"], ["--no-sav", "--no-save"]],
  [["--save"], ["--save"]],
  [["-q"], ["-q", "--help"]],
  [["--batch-size"], ["--batch-size", "missing"]],
  [["--batch-size="], ["--batch-size", "number"]],
  [["--batch-size", "ten"], ["--batch-size", "number", "ten"]],
  [
    ["--rates", "1,,2"],
    ["--rates", "number"],
  ],
  [["--backend", "gpu"], ["--backend", "auto", "cpu", "gpu"]],
  [["--out", ""], ["--out", "empty"]],
  [["--quiet=no"], ["--quiet=no"]],
];

for (const [args, words] of WRONG) {
  Deno.test(`parseFlags() rejects ${args.join(" ")}`, () => {
    assertMentions(assertThrows(() => parseFlags(TASK, args), UsageError).message, words);
  });
}

Deno.test("trainingOptions() returns every option of a run that is given as a flag", () => {
  const task = { name: "train", summary: "", flags: TRAINING_FLAGS };
  const { flags } = parseFlags(
    task,
    words`--seed 1 --iterations 2 --epochs 3 --batch-size 4
    --learning-rate 5 --decay 6 --decay-every 7 --eval-every 8 --eval-size 9 --validation 10
    --patience 18 --hidden 11,12 --activation relu --head softmax --init glorot --scale unit
    --optimizer adam --augment elastic --rotate 13 --zoom 0.14 --shear 0.15 --shift 16 --warp 17
    --threefry partitionable --schedule linear --split original`,
  );
  assertEquals(trainingOptions(flags), {
    seed: 1,
    iterations: 2,
    epochs: 3,
    batchSize: 4,
    learningRate: 5,
    decay: 6,
    decayEvery: 7,
    evalEvery: 8,
    evalSize: 9,
    validation: 10,
    patience: 18,
    hidden: [11, 12],
    activation: "relu",
    head: "softmax",
    initialization: "glorot",
    scale: "unit",
    optimizer: "adam",
    augment: "elastic",
    rotate: 13,
    zoom: 0.14,
    shear: 0.15,
    shift: 16,
    warp: 17,
    threefry: "partitionable",
    schedule: "linear",
    split: "original",
  });
  const { preset: _, ...flagsOfOptions } = TRAINING_FLAGS;
  assertEquals(Object.keys(flagsOfOptions).length, Object.keys(NOTEBOOK).length);
});

Deno.test("trainingOptions() returns the preset's options, overridden by flags", () => {
  assertEquals(trainingOptions({}), {});
  assertEquals(trainingOptions({ preset: "notebook", seed: 1 }), { seed: 1 });
  assertEquals(trainingOptions({ preset: "best" }), { ...PRESETS.best });
  assertEquals(
    trainingOptions({ preset: "accurate", init: "normal", epochs: 3, hidden: undefined }),
    { ...PRESETS.accurate, initialization: "normal", epochs: 3 },
  );
});

Deno.test("trainingOptions() drops a preset's option that would make a flag ineffective", () => {
  const steps = resolveOptions(trainingOptions({ preset: "accurate", iterations: 50 }));
  assertEquals([steps.iterations, steps.epochs, steps.schedule], [50, 0, "linear"]);
  const both = resolveOptions(trainingOptions({ preset: "accurate", iterations: 50, epochs: 2 }));
  assertEquals([both.iterations, both.epochs], [50, 2]);
  for (const flag of [{ decay: 0.9 }, { decayEvery: 100 }]) {
    const decaying = resolveOptions(trainingOptions({ preset: "accurate", ...flag }));
    assertEquals([decaying.schedule, decaying.epochs], ["step", PRESETS.accurate.epochs]);
  }
});

Deno.test("--seed random draws a seed of 32 bits", () => {
  const task = { name: "train", summary: "", flags: TRAINING_FLAGS };
  const seeds = [1, 2, 3].map(() => parseFlags(task, ["--seed", "random"]).flags.seed!);
  assert(seeds.every((seed) => Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32));
  assert(new Set(seeds).size > 1);
});
