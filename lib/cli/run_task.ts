/** Runs a task: parses its flags, and reports any error in one line. */
import deno from "../../deno.json" with { type: "json" };
import { printable } from "../files/printable.ts";
import { OptionError } from "../training/options.ts";
import {
  flagName,
  type FlagTable,
  type FlagValues,
  helpText,
  parseFlags,
  type Task,
  toggle,
  UsageError,
} from "./flags.ts";
import { Interruption } from "./interruption.ts";
import { MESSAGE_LIMIT, print, printError } from "./output.ts";

/** Exit codes: an error; an invalid command line. */
export const FAILED = 1;
export const MISUSED = 2;

/** The flags that every task has. */
const STANDARD_FLAGS = {
  help: toggle("print this and do nothing"),
  version: toggle("print the program's version and do nothing"),
};

/**
 * Runs a task with this process's command line: `--help` prints its help, `--version` the version. An
 * error prints `error: ...` on stderr (with `--json` also an error event on stdout) and ends the
 * process with exit code 1, or 2 if the command line is invalid.
 *
 * @param task Its name, summary and flags
 * @param main What it does; the exit code if that is not 0, or that of the interruption
 */
export async function runTask<Table extends FlagTable>(
  task: Task<Table>,
  main: (
    flags: FlagValues<Table>,
    operands: string[],
    interruption: Interruption,
  ) => Promise<number | void>,
): Promise<void> {
  // Errors that no one awaits: a device's, a worker's.
  globalThis.addEventListener("unhandledrejection", (event) => fail(event.reason));
  globalThis.addEventListener("error", (event) => fail(event.error));
  const args = Deno.args;
  if (args.includes("--help") || args.includes("-h")) {
    print(...helpText({ ...task, flags: { ...task.flags, ...STANDARD_FLAGS } }).split("\n"));
    return;
  }
  if (args.includes("--version")) {
    print(`mnist-webgpu ${deno.version} (Deno ${Deno.version.deno})`);
    return;
  }
  try {
    const { flags, operands } = await parseFlags(task, args);
    using interruption = new Interruption();
    const code = await main(flags, operands, interruption) || interruption.exitCode;
    if (code) Deno.exit(code);
  } catch (error) {
    fail(error);
  }
}

/** Prints an error and ends the process. */
function fail(error: unknown): never {
  const message = describe(error);
  if (Deno.args.includes("--json")) print(JSON.stringify({ event: "error", message }));
  printError(`error: ${message}`);
  Deno.exit(error instanceof UsageError || error instanceof OptionError ? MISUSED : FAILED);
}

/** Describes an error in one line, with options named as flags. */
function describe(error: unknown): string {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const named = error instanceof OptionError
    ? message.replace(error.option, flagName(error.option))
    : message;
  return printable(named.replace(/\s*\n\s*/g, "; ").trim() || "unknown", MESSAGE_LIMIT);
}
