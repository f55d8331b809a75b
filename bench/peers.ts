/**
 * `deno task bench:peers`: trains the notebook's net in other frameworks and in ours.
 *
 * Each contestant has its own process, and only one runs at a time. They alternate, round after
 * round, so that a temporary disturbance affects all of them.
 */
import { type FlagValues, listOf, oneOf, type Task, toggle } from "../lib/cli/flags.ts";
import { print, printError } from "../lib/cli/output.ts";
import { runTask } from "../lib/cli/run_task.ts";
import { NOTEBOOK } from "../lib/training/options.ts";
import { OURS, PEERS, runContestant } from "./contestants.ts";
import { count } from "./count_flag.ts";
import { openDigits, writeIdxFolder } from "./digits.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { type Standing, standingsTable, summarize } from "./standing.ts";

const ROUNDS = 5;
/** Steps of the trial that determines how many steps a contestant takes per turn. */
const TRIAL_STEPS = 100;
const SECONDS_A_TURN = 5;

const NAMES = PEERS.map(({ name }) => name);

const FLAGS = {
  peers: {
    ...listOf(oneOf(NAMES, "the other frameworks to race")),
    placeholder: "NAME,...",
    default: NAMES.join(),
  },
  rounds: count("turns of each contestant, of which the median counts", ROUNDS),
  iterations: count(
    `steps of a turn; if not given, ${NOTEBOOK.iterations} of ours, ` +
      `of the others what takes ${SECONDS_A_TURN} s`,
  ),
  json: toggle("print one JSON object instead of the table"),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:peers",
  summary:
    "Trains the notebook's net in ours, PyTorch, JAX, TensorFlow.js and jax-js, and prints a " +
    "table of milliseconds per step. PyTorch and JAX run if python3, or the interpreter that " +
    "PEERS_PYTHON names, has them.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, peersTask);

async function peersTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { peers = NAMES, rounds = ROUNDS, iterations, json } = flags;
  const machine = await describeMachine();
  const data = openDigits();
  const folder = Deno.makeTempDirSync();
  let standings: Standing[];
  try {
    writeIdxFolder(folder, data);
    standings = await race(peers, { folder, rounds, iterations });
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
  if (json) {
    const results = standings.map((one) => ({ ...one, ...summarize(one, standings) }));
    print(JSON.stringify({ machine, data: data.name, rounds, results }));
    return;
  }
  print(
    ...machineLines(machine),
    `Data: ${data.name}; median, least and most of ${rounds} turns, contestants in turn`,
    "",
    ...standingsTable(standings),
  );
}

/** The options of a race. */
interface RaceOptions {
  /** The folder with the data as IDX files. */
  folder: string;
  rounds: number;
  /** Steps per turn; by default, a trial of each contestant determines them. */
  iterations?: number;
}

async function race(
  peers: string[],
  { folder, rounds, iterations }: RaceOptions,
): Promise<Standing[]> {
  const contestants = [...OURS, ...PEERS.filter(({ name }) => peers.includes(name))];
  const standings = contestants.map(({ name }): Standing => ({
    name,
    title: name,
    iterations: iterations ?? TRIAL_STEPS,
    milliseconds: [],
    accuracy: NaN,
  }));
  for (let round = iterations === undefined ? 0 : 1; round <= rounds; round++) {
    const turn = round === 0 ? "trial" : `round ${round} of ${rounds}`;
    for (const [i, contestant] of contestants.entries()) {
      const standing = standings[i];
      if (standing.failure !== undefined) continue;
      const outcome = await runContestant(contestant, folder, standing.iterations);
      if ("failure" in outcome) {
        standing.failure = outcome.failure;
        printError(`${turn}: ${contestant.name} did not run: ${outcome.failure}`);
        continue;
      }
      const milliseconds = 1000 * outcome.seconds / outcome.iterations;
      printError(`${turn}: ${outcome.title}, ${milliseconds.toFixed(3)} ms per step`);
      standing.title = outcome.title;
      if (round === 0) {
        const isOurs = OURS.includes(contestant);
        standing.iterations = isOurs ? NOTEBOOK.iterations : stepsOfTurn(milliseconds);
      } else {
        standing.milliseconds.push(milliseconds);
        standing.accuracy = outcome.accuracy;
      }
    }
  }
  return standings;
}

/** The number of steps that fill a turn, in whole hundreds. */
function stepsOfTurn(milliseconds: number): number {
  const hundreds = Math.round(10 * SECONDS_A_TURN / milliseconds);
  return Math.min(Math.max(100 * hundreds, TRIAL_STEPS), NOTEBOOK.iterations);
}
