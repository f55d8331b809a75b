/** Runs tasks of deno.json in processes of their own, with their permissions. */
import CONFIG from "../../deno.json" with { type: "json" };
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
    env: { NO_COLOR: "1", INIT_CWD: String(options.cwd ?? root), ...env },
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
