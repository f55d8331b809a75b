/** The contestants of `deno task bench:peers`, and how to run their processes. */
import { fileURLToPath } from "node:url";
import type { Result } from "./contest.ts";

/** One way to train the notebook's net. */
export interface Contestant {
  /** Its name on the command line. */
  name: string;
  /** Its command, without the last two arguments: the folder of the data and the number of steps. */
  command: () => [program: string, ...args: string[]];
}

/** The outcome of a contestant's process: a result, or the reason for having none. */
export type Outcome = Result | { failure: string };

/** A process that takes longer hangs, or is too slow to wait for. */
const TIME_LIMIT_MINUTES = 10;

const typescript = (file: string, device: string): Contestant["command"] => () => [
  Deno.execPath(),
  "run",
  "--no-prompt",
  // For the data, the .wasm files, and our engines' Worker.
  "--allow-read",
  // The tasks grant this too; see lib/engine/webgpu/drivers.ts.
  "--allow-env=DENO_WEBGPU_BACKEND",
  fileURLToPath(new URL(file, import.meta.url)),
  device,
];

const python = (file: string, mode: string): Contestant["command"] => () => [
  Deno.env.get("PEERS_PYTHON") || "python3",
  fileURLToPath(new URL(file, import.meta.url)),
  mode,
];

/** Our two engines. All others are compared with the first, which runs on every machine. */
export const OURS: readonly Contestant[] = [
  { name: "ours-cpu", command: typescript("ours.ts", "cpu") },
  { name: "ours-webgpu", command: typescript("ours.ts", "webgpu") },
];

/** The others. The modes of PyTorch and JAX are explained in their scripts. */
export const PEERS: readonly Contestant[] = [
  { name: "torch-eager", command: python("peers/torch_notebook.py", "eager") },
  { name: "torch-compile", command: python("peers/torch_notebook.py", "compile") },
  { name: "torch-presample", command: python("peers/torch_notebook.py", "presample") },
  { name: "jax-notebook", command: python("peers/jax_notebook.py", "notebook") },
  { name: "jax-scan", command: python("peers/jax_notebook.py", "scan") },
  { name: "jax-presample", command: python("peers/jax_notebook.py", "presample") },
  { name: "tfjs-wasm", command: typescript("peers/tfjs.ts", "wasm") },
  { name: "tfjs-webgpu", command: typescript("peers/tfjs.ts", "webgpu") },
  { name: "jaxjs-wasm", command: typescript("peers/jax_js.ts", "wasm") },
  { name: "jaxjs-webgpu", command: typescript("peers/jax_js.ts", "webgpu") },
];

/**
 * Runs a contestant in its own process, and waits for it.
 *
 * @param contestant The contestant
 * @param folder The folder with the data as IDX files
 * @param iterations Number of steps to time
 */
export async function runContestant(
  contestant: Contestant,
  folder: string,
  iterations: number,
): Promise<Outcome> {
  const [program, ...args] = contestant.command();
  const command = new Deno.Command(program, {
    args: [...args, folder, String(iterations)],
    stdin: "null",
    signal: AbortSignal.timeout(60_000 * TIME_LIMIT_MINUTES),
  });
  let output: Deno.CommandOutput;
  try {
    output = await command.output();
  } catch (error) {
    return { failure: `cannot start ${program}: ${(error as Error).message}` };
  }
  const { code, signal, stdout, stderr } = output;
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (signal === "SIGTERM") return { failure: `took more than ${TIME_LIMIT_MINUTES} minutes` };
  const result = parseResult(text(stdout));
  if (code === 0 && result) return result;
  return { failure: whatWentWrong(text(stderr)) ?? `ended with ${signal ?? `code ${code}`}` };
}

/**
 * Finds the result among the lines that a contestant printed.
 *
 * @param stdout Its whole output; frameworks print other lines as well
 * @returns The result, or undefined if there is none
 */
export function parseResult(stdout: string): Result | undefined {
  for (const line of stdout.split("\n")) {
    if (!line.startsWith('{"title":')) continue;
    const { title, iterations, seconds, accuracy } = JSON.parse(line) as Partial<Result>;
    const isWhole = [iterations, seconds, accuracy].every(Number.isFinite) && title !== undefined;
    if (isWhole) return { title, iterations, seconds, accuracy } as Result;
  }
}

/**
 * Finds the line of an error output that states the error: Deno's "error:" line,
 * or otherwise the last line, as in Python.
 *
 * @param stderr The whole error output
 * @returns The line, or undefined if there is none
 */
export function whatWentWrong(stderr: string): string | undefined {
  const lines = stderr.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  const uncaught = /^error: Uncaught (\(in promise\) )?/;
  return lines.find((line) => uncaught.test(line))?.replace(uncaught, "") ?? lines.at(-1);
}
