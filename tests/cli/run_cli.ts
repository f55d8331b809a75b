/** Runs a task of deno.json in a process of its own, with the permissions that it has there. */
import CONFIG from "../../deno.json" with { type: "json" };

/** How a process ended. */
export interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

/** Where a task runs, and a script of this repository that changes its process beforehand. */
interface TaskOptions extends Pick<Deno.CommandOptions, "cwd" | "stdin"> {
  preload?: string;
}

/**
 * The command of a task, for `Deno.Command`; `deno` is the one that runs the tests. It runs in
 * the current folder unless another is named.
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
    // As `deno task` sets it; that of the tests' own task means nothing here.
    env: { NO_COLOR: "1", INIT_CWD: String(options.cwd ?? root), ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
    ...options,
  });
}

/** Runs a task to its end. */
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
