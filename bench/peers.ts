/**
 * `deno task bench:peers`: compares the time of a training step of the nets of presets in our engines,
 * PyTorch, JAX, TensorFlow.js and jax-js.
 *
 * Each implementation runs in its own process, one at a time. They take turns, round after round,
 * so that a temporary disturbance of the machine affects all of them. The table shows the median of
 * the turns, and the median of the ratios to our CPU engine within each round. A trial before the
 * first round finds out how many steps an implementation takes in a turn's time. A round begins only
 * if it should end within the minutes that the comparison may take, but the first always does.
 */
import {
  type FlagValues,
  listOf,
  oneOf,
  type Task,
  toggle,
  wholeNumber,
} from "../lib/cli/flags.ts";
import { print, printError } from "../lib/cli/output.ts";
import { runTask } from "../lib/cli/run_task.ts";
import type { Dataset } from "../lib/data/dataset.ts";
import { engineOptions } from "../lib/training/engine_options.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { ours, PEER_ISAS, type PeerIsa, peersOf, runImplementation } from "./implementations.ts";
import { openDigits, writeIdxFolder } from "./digits.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { operationsOfStep } from "./operations.ts";
import { PEER_NETS, type PeerNet, peerOptions } from "./peer_net.ts";
import { comparisonTable, type Measurement, summarize } from "./comparison.ts";

const ROUNDS = 5;
/**
 * The number of steps of the trial, from which the number of steps per turn follows: first few, as
 * some implementations take seconds for each; then more if these took less than TRIAL_SECONDS. The
 * first number is also the least of a turn.
 */
const TRIAL_STEPS = [4, 300];
const TRIAL_SECONDS = 0.5;
const SECONDS_PER_TURN = 3;
const MINUTES = 5;

/** All but our CPU engine, which always takes part. */
const NAMES = [
  ...new Set(
    PEER_NETS.flatMap((net) => [...ours(net).slice(1), ...peersOf(net)])
      .map(({ name }) => name),
  ),
];

const FLAGS = {
  net: {
    ...listOf(oneOf(PEER_NETS, "the presets whose nets all train, without augmentation")),
    placeholder: "NAME,...",
    default: "notebook",
  },
  peers: {
    ...listOf(oneOf(NAMES, "the implementations to compare our CPU engine with")),
    placeholder: "NAME,...",
    default: NAMES.join(),
  },
  rounds: wholeNumber("the most turns of each implementation; the median counts", 1, ROUNDS),
  minutes: wholeNumber("about how long the comparison may take", 1, MINUTES),
  iterations: wholeNumber(
    `steps per turn, of presets after as many untimed ones; by default as many as take ` +
      `${SECONDS_PER_TURN} s, at most ${NOTEBOOK.iterations}`,
    1,
  ),
  peerIsa: oneOf(
    Object.keys(PEER_ISAS) as PeerIsa[],
    "the newest instructions that PyTorch and JAX may use; by default all that the processor has",
  ),
  json: toggle("print one JSON object instead of the table"),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:peers",
  summary: "Trains a net with our engines, PyTorch, JAX, TensorFlow.js and jax-js, and " +
    "prints a table of milliseconds per step. PyTorch and JAX run if python3, or the interpreter " +
    "that PEERS_PYTHON names, has them.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, peersTask);

async function peersTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { net: nets = ["notebook"], peers = NAMES, rounds = ROUNDS, minutes = MINUTES } = flags;
  const { iterations, peerIsa: isa, json } = flags;
  const machine = await describeMachine();
  const data = openDigits();
  const folder = Deno.makeTempDirSync();
  const measurements: Measurement[] = [];
  try {
    writeIdxFolder(folder, data);
    for (const net of nets) {
      const options = {
        net,
        isa,
        data,
        folder,
        rounds,
        minutes: minutes / nets.length,
        iterations,
      };
      measurements.push(...await measureInTurn(peers, options));
    }
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  if (json) {
    const results = measurements.map((one) => ({ ...one, ...summarize(one, measurements) }));
    print(JSON.stringify({ machine, peerIsa: isa, data: data.name, results }));
    return;
  }
  const counts = measurements.filter(({ failure }) => failure === undefined)
    .map(({ milliseconds }) => milliseconds.length);
  const turns = [...new Set([Math.min(...counts), Math.max(...counts)])].join(" to ");
  print(
    ...machineLines(machine),
    ...isa === undefined ? [] : [
      `PyTorch and JAX use nothing newer than ${isa}, by environment variables: what this machine ` +
      "would do without it, not a measurement of another processor",
    ],
    `Net: ${nets.join()}; data: ${data.name}; median, minimum and maximum of ${turns} turns`,
    "",
    ...comparisonTable(measurements),
  );
}

interface MeasureOptions {
  net: PeerNet;
  /** The newest instructions that PyTorch and JAX may use. */
  isa?: PeerIsa;
  /** The digits, and the folder of their IDX files. */
  data: Dataset;
  folder: string;
  rounds: number;
  minutes: number;
  /** The number of steps per turn; by default, a trial of each implementation determines it. */
  iterations?: number;
}

/** Runs our implementations and the given others, round after round. */
async function measureInTurn(
  peers: string[],
  { net, isa, data, folder, rounds, minutes, iterations }: MeasureOptions,
): Promise<Measurement[]> {
  const begin = performance.now();
  const [baseline, ...others] = [...ours(net), ...peersOf(net)];
  const implementations = [baseline, ...others.filter(({ name }) => peers.includes(name))];
  const operations = operationsOf(net, data);
  const measurements = implementations.map(({ name }): Measurement => ({
    name,
    net,
    operations,
    title: name,
    iterations: iterations ?? TRIAL_STEPS[0],
    milliseconds: [],
    accuracy: NaN,
  }));
  for (let round = iterations === undefined ? 0 : 1; round <= rounds; round++) {
    const start = performance.now();
    const turn = round === 0 ? "trial" : `round ${round} of ${rounds}`;
    for (const [i, implementation] of implementations.entries()) {
      const measurement = measurements[i];
      if (measurement.failure !== undefined) continue;
      const run = (steps: number) => runImplementation(implementation, folder, steps, net, isa);
      let outcome = await run(measurement.iterations);
      if (round === 0 && "seconds" in outcome && outcome.seconds < TRIAL_SECONDS) {
        outcome = await run(TRIAL_STEPS[1]);
      }
      if ("failure" in outcome) {
        measurement.failure = outcome.failure;
        printError(`${turn}: ${implementation.name} did not run: ${outcome.failure}`);
        continue;
      }
      const milliseconds = 1000 * outcome.seconds / outcome.iterations;
      printError(`${turn}: ${outcome.title}, ${milliseconds.toFixed(3)} ms per step`);
      measurement.title = outcome.title;
      if (round === 0) {
        measurement.iterations = stepsOfTurn(milliseconds);
      } else {
        measurement.milliseconds.push(milliseconds);
        measurement.accuracy = outcome.accuracy;
      }
    }
    const end = performance.now();
    if (round > 0 && end + (end - start) - begin > 60_000 * minutes) break;
  }
  return measurements;
}

/** Returns how many steps take SECONDS_PER_TURN, in whole tens if they are at least ten. */
function stepsOfTurn(milliseconds: number): number {
  const steps = Math.round(1000 * SECONDS_PER_TURN / milliseconds);
  const rounded = steps < 10 ? steps : 10 * Math.round(steps / 10);
  return Math.min(Math.max(rounded, TRIAL_STEPS[0]), NOTEBOOK.iterations);
}

/** Counts the floating-point operations of a step of a net. */
function operationsOf(net: PeerNet, data: Dataset): number {
  const { architecture, batchSize } = engineOptions(peerOptions(net), data);
  return operationsOfStep(architecture, batchSize);
}
