/**
 * `deno task bench:startup`: measures the phases between the start of the train task's process and
 * the end of its first training step.
 *
 * It runs the train task several times for one step, with startup_recorder.ts preloaded, and prints
 * the median times of each phase. A run that is not measured comes first, so that all files are in
 * the operating system's cache.
 */
import { type FlagValues, oneOf, type Task, toggle, wholeNumber } from "../lib/cli/flags.ts";
import { print, printError } from "../lib/cli/output.ts";
import { runTask } from "../lib/cli/run_task.ts";
import { mnistFolder } from "./digits.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { type Phase, phasesOf, type PrintedLine, summarizePhases } from "./startup_phases.ts";
import { type Span, SPANS_PREFIX } from "./startup_span.ts";
import { markdownTable } from "./table.ts";

const RUNS = 5;

const FLAGS = {
  runs: wholeNumber("how often the task is started; the median counts", 1, RUNS),
  backend: oneOf(["auto", "webgpu", "cpu"], "the engine to train on", "auto"),
  json: toggle("print one JSON object instead of the table"),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:startup",
  summary:
    "Runs the train task several times for a single step, and prints when each phase begins and " +
    "ends. Phases overlap where threads work at the same time: the data is read in a Worker.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, startupTask);

async function startupTask(
  { runs = RUNS, backend = "auto", json }: FlagValues<typeof FLAGS>,
): Promise<void> {
  const machine = await describeMachine();
  const folder = mnistFolder();
  const data = folder === undefined ? "synthetic" : "mnist";
  const command = trainCommand([
    ...["--dataset", data, ...folder === undefined ? [] : ["--data-dir", folder]],
    ...["--backend", backend, "--iterations", "1", "--no-save", "--quiet", "--json"],
  ]);
  // This start is not measured: it brings all files into the cache.
  await startOnce(command);
  const found: Phase[][] = [];
  while (found.length < runs) {
    const phases = await startOnce(command);
    found.push(phases);
    printError(`run ${found.length} of ${runs}: ${phases.at(-1)!.to.toFixed(0)} ms`);
  }
  const phases = summarizePhases(found);
  if (json) {
    print(JSON.stringify({ machine, backend, data, runs, phases }));
    return;
  }
  print(
    ...machineLines(machine),
    `Backend: ${backend}; data: ${data}; medians of ${runs} runs, in ms since the process was started`,
    "",
    ...markdownTable([
      { head: "phase", of: ({ name }: Phase) => name },
      { head: "from", of: ({ from }: Phase) => from },
      { head: "to", of: ({ to }: Phase) => to },
      { head: "duration", of: ({ duration }: Phase) => duration },
    ], phases),
  );
}

/**
 * Returns the arguments of the train task's command in deno.json, with startup_recorder.ts
 * preloaded.
 */
function trainCommand(flags: string[]): string[] {
  const { tasks } = JSON.parse(Deno.readTextFileSync("deno.json"));
  const [, run, ...words]: string[] = tasks.train.command.split(" ");
  return [run, "--preload=bench/startup_recorder.ts", ...words, ...flags];
}

/** Runs the train task once and returns its phases. */
async function startOnce(args: string[]): Promise<Phase[]> {
  const now = () => performance.timeOrigin + performance.now();
  const start = now();
  const process = new Deno.Command(Deno.execPath(), {
    args,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const reading = new Response(process.stderr).text();
  const printed: PrintedLine[] = [];
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of process.stdout) {
    const at = now();
    text += decoder.decode(chunk, { stream: true });
    const lines = text.split("\n");
    text = lines.pop()!;
    printed.push(...lines.map((line) => ({ event: JSON.parse(line), at })));
  }
  const stderr = await reading;
  const { code } = await process.status;
  if (code !== 0) throw new Error(`The train task failed: ${stderr.trim().split("\n").at(-1)}`);
  const recorded = stderr.split("\n").find((line) => line.startsWith(SPANS_PREFIX));
  if (recorded === undefined) throw new Error("The train task printed no line with its spans");
  const spans: Span[] = JSON.parse(recorded.slice(SPANS_PREFIX.length));
  return phasesOf(start, spans, printed);
}
