/**
 * Runs tasks of deno.json: in processes of their own, with their permissions, or, which takes a
 * fraction of the time, by calling them.
 */
import CONFIG from "../../deno.json" with { type: "json" };
import type { FlagTable, Task } from "../../lib/cli/flags.ts";
import { exitCodeOf, type TaskWork } from "../../lib/cli/run_task.ts";
import { type Ended, runToEnd, start } from "../processes.ts";

/** Options of a task's process; `preload` is a script of this repository that runs first. */
interface TaskOptions extends Pick<Deno.CommandOptions, "cwd" | "stdin"> {
  preload?: string;
}

/**
 * Returns the options of a task's process, which the `deno` that runs the tests executes. It runs in
 * the current folder unless `cwd` is given.
 */
function taskOptions(
  task: keyof typeof CONFIG.tasks,
  args: string[],
  env: Record<string, string> = {},
  { preload, ...options }: TaskOptions = {},
): Deno.CommandOptions {
  const root = Deno.cwd();
  const command = CONFIG.tasks[task].command.replace(/( |=)(lib\/|deno\.lock)/g, `$1${root}/$2`);
  const [deno, run, ...words] = command.split(" ");
  if (deno !== "deno") throw new Error(`Cannot run task ${task} as it must be one deno command`);
  return {
    args: [
      run,
      `--config=${root}/deno.json`,
      ...(preload ? [`--preload=${root}/${preload}`] : []),
      ...words,
      ...args,
    ],
    // `deno task` sets INIT_CWD; the value of the tests' own task is not that of the tested one.
    // Without XDG_RUNTIME_DIR, Vulkan's loader prints an error on Linux.
    env: {
      NO_COLOR: "1",
      INIT_CWD: String(options.cwd ?? root),
      XDG_RUNTIME_DIR: Deno.env.get("XDG_RUNTIME_DIR") ?? "/tmp",
      ...env,
    },
    ...options,
  };
}

/** Starts a task; disposing of the process ends it. */
export function startTask(...task: Parameters<typeof taskOptions>): Deno.ChildProcess {
  return start(Deno.execPath(), taskOptions(...task));
}

/** Runs a task, and waits until it ends. */
export async function runCli(...task: Parameters<typeof taskOptions>): Promise<Ended> {
  return await runToEnd(Deno.execPath(), taskOptions(...task));
}

/** Tasks that a test can call. */
type CallableTask = "train" | "evaluate" | "predict" | "report" | "export" | "sweep";

/** What a command line in a template holds: a word, or several. */
type Word = string | number | readonly string[];

/**
 * Returns the words of a command line: words`--out ${folder}/run ${flags}`. A value may contain spaces; an
 * array is several words.
 */
export function words({ raw }: TemplateStringsArray, ...values: Word[]): string[] {
  const line = raw.reduce((text, part, i) => `${text}\0${i - 1}\0${part}`);
  return line.trim().split(/\s+/).flatMap((word) => {
    const whole = values[Number(/^\0(\d+)\0$/.exec(word)?.[1] ?? NaN)];
    if (Array.isArray(whole)) return whole;
    return word.replace(/\0(\d+)\0/g, (_, i) => String(values[i]));
  });
}

/** Calls a task as a user types it: call`evaluate --model ${file}`. */
export function call(parts: TemplateStringsArray, ...values: Word[]): Promise<Ended> {
  const [task, ...args] = words(parts, ...values);
  return callTask(task as CallableTask, args);
}

/** Calls a task as `call` does, and throws if it fails. */
export async function succeed(parts: TemplateStringsArray, ...values: Word[]): Promise<Ended> {
  const ended = await call(parts, ...values);
  if (ended.code !== 0) throw new Error(`The task failed: ${ended.stderr}`);
  return ended;
}

let isCalling = false;

/**
 * Calls a task in this process, with the output and the exit code that a process of its own would have.
 *
 * @param task The task
 * @param args Its command line, without `--help` or `--version`, which end the process
 * @param env Environment variables
 */
export async function callTask(
  task: CallableTask,
  args: string[],
  env: Record<string, string> = {},
): Promise<Ended> {
  if (isCalling) {
    throw new Error("The tasks that a test calls share its output: call one at a time");
  }
  isCalling = true;
  using replaced = new DisposableStack();
  replaced.defer(() => isCalling = false);
  const variables: Record<string, string> = { INIT_CWD: Deno.cwd(), ...env };
  const written = { stdout: "", stderr: "" };
  const decoder = new TextDecoder();
  const replace = <Target extends object, Name extends keyof Target>(
    target: Target,
    name: Name,
    value: Target[Name],
  ) => {
    const before = target[name];
    target[name] = value;
    replaced.defer(() => target[name] = before);
  };
  for (const name of ["stdout", "stderr"] as const) {
    replace(Deno[name], "writeSync", (bytes) => {
      written[name] += decoder.decode(bytes);
      return bytes.length;
    });
    replace(Deno[name], "isTerminal", () => false);
  }
  const { get } = Deno.env;
  replace(Deno.env, "get", (name) => variables[name] ?? get.call(Deno.env, name));
  const path = `../../lib/cli/${task}.ts`;
  const module = await import(path);
  const main: TaskWork<FlagTable> = module[`${task}Task`];
  const code = await exitCodeOf(module.TASK as Task<FlagTable>, main, args);
  return { code, ...written };
}
