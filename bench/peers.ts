/**
 * `deno task bench:peers`: compares the time of a training step of the notebook's net, or of the net
 * of the preset best or record, in our engines, PyTorch, JAX, TensorFlow.js and jax-js.
 *
 * Each implementation runs in its own process, one at a time. They take turns, round after round,
 * so that a temporary disturbance of the machine affects all of them. The table shows the median of
 * the turns, and the median of the ratios to our CPU engine within each round. A trial before the
 * first round finds out how many steps an implementation takes in 5 seconds.
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
import { NOTEBOOK } from "../lib/training/options.ts";
import { ours, peersOf, runImplementation } from "./implementations.ts";
import { openDigits, writeIdxFolder } from "./digits.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { PEER_NETS, type PeerNet } from "./peer_net.ts";
import { comparisonTable, type Measurement, summarize } from "./comparison.ts";

const ROUNDS = 5;
/** The number of steps of the trial, from which the number of steps per turn follows. */
const TRIAL_STEPS = 100;
const SECONDS_PER_TURN = 5;

const NAMES = peersOf("notebook").map(({ name }) => name);

const FLAGS = {
  net: oneOf(PEER_NETS, "the preset whose net all train, without augmentation", "notebook"),
  peers: {
    ...listOf(oneOf(NAMES, "the implementations to compare ours with")),
    placeholder: "NAME,...",
    default: NAMES.join(),
  },
  rounds: wholeNumber("the number of turns of each implementation; the median counts", 1, ROUNDS),
  iterations: wholeNumber(
    `steps per turn; by default as many as take ${SECONDS_PER_TURN} s, at most ${NOTEBOOK.iterations}`,
    1,
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
  const { net = "notebook", peers = NAMES, rounds = ROUNDS, iterations, json } = flags;
  const machine = await describeMachine();
  const data = openDigits();
  const folder = Deno.makeTempDirSync();
  let measurements: Measurement[];
  try {
    writeIdxFolder(folder, data);
    measurements = await measureInTurn(peers, { net, folder, rounds, iterations });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  if (json) {
    const results = measurements.map((one) => ({ ...one, ...summarize(one, measurements) }));
    print(JSON.stringify({ machine, net, data: data.name, rounds, results }));
    return;
  }
  print(
    ...machineLines(machine),
    `Net: ${net}; data: ${data.name}; median, minimum and maximum of ${rounds} turns`,
    "",
    ...comparisonTable(measurements),
  );
}

interface MeasureOptions {
  net: PeerNet;
  /** The folder of the IDX files. */
  folder: string;
  rounds: number;
  /** The number of steps per turn; by default, a trial of each implementation determines it. */
  iterations?: number;
}

/** Runs our implementations and the given others, round after round. */
async function measureInTurn(
  peers: string[],
  { net, folder, rounds, iterations }: MeasureOptions,
): Promise<Measurement[]> {
  const implementations = [
    ...ours(net),
    ...peersOf(net).filter(({ name }) => peers.includes(name)),
  ];
  const measurements = implementations.map(({ name }): Measurement => ({
    name,
    title: name,
    iterations: iterations ?? TRIAL_STEPS,
    milliseconds: [],
    accuracy: NaN,
  }));
  for (let round = iterations === undefined ? 0 : 1; round <= rounds; round++) {
    const turn = round === 0 ? "trial" : `round ${round} of ${rounds}`;
    for (const [i, implementation] of implementations.entries()) {
      const measurement = measurements[i];
      if (measurement.failure !== undefined) continue;
      const outcome = await runImplementation(implementation, folder, measurement.iterations, net);
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
  }
  return measurements;
}

/** Returns how many steps take SECONDS_PER_TURN, in whole hundreds. */
function stepsOfTurn(milliseconds: number): number {
  const hundreds = Math.round(10 * SECONDS_PER_TURN / milliseconds);
  return Math.min(Math.max(100 * hundreds, TRIAL_STEPS), NOTEBOOK.iterations);
}
