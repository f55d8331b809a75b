/** Runs tasks of deno.json in processes of their own, with their permissions. */
import CONFIG from "../../deno.json" with { type: "json" };

/** The exit code and output of a process. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Options of a task's process; `preload` is a script of this repository that runs first. */
interface TaskOptions extends Pick<Deno.CommandOptions, "cwd" | "stdin"> {
  preload?: string;
}

/**
 * Creates the command of a task, with the `deno` that runs the tests. It runs in the current folder
 * unless `cwd` is given.
 */
export function taskCommand(
  task: keyof typeof CONFIG.tasks,
  args: string[],
  env: Record<string, string> = {},
  { preload, ...options }: TaskOptions = {},
): Deno.Command {
  const root = Deno.cwd();
  const command = CONFIG.tasks[task].command.replace(/( |=)(lib\/|deno\.lock)/g, `$1${root}/$2`);
  const [deno, run, ...words] = command.split(" ");
  if (deno !== "deno") throw new Error(`Cannot run task ${task} as it must be one deno command`);
  return new Deno.Command(Deno.execPath(), {
    args: [
      run,
      `--config=${root}/deno.json`,
      ...(preload ? [`--preload=${root}/${preload}`] : []),
      ...words,
      ...args,
    ],
    // `deno task` sets INIT_CWD; the value of the tests' own task is not that of the tested one.
    env: { NO_COLOR: "1", INIT_CWD: String(options.cwd ?? root), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  });
}

/** Runs a task, and waits until it ends. */
export async function runCli(
  task: keyof typeof CONFIG.tasks,
  args: string[],
  env: Record<string, string> = {},
  options: TaskOptions = {},
): Promise<Ended> {
  const { code, stdout, stderr } = await taskCommand(task, args, env, options).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}
