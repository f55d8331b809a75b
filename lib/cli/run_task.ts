/** Runs a task: parses its flags, and reports any error in one line. */
import { printable } from "../files/printable.ts";
import { type OptionName, OPTIONS } from "../training/option_table.ts";
import { OptionError } from "../training/options.ts";
import {
  flagName,
  type FlagTable,
  type FlagValues,
  parseFlags,
  type Task,
  UsageError,
} from "./flags.ts";
import { Interruption } from "./interruption.ts";
import { MESSAGE_LIMIT, print, printError } from "./output.ts";

/** Exit codes: an error; an invalid command line. */
export const FAILED = 1;
export const MISUSED = 2;

/**
 * Does a task's work. It may return an exit code; otherwise the exit code is 0, or that of an
 * interruption.
 */
export type TaskWork<Table extends FlagTable> = (
  flags: FlagValues<Table>,
  operands: string[],
  interruption: Interruption,
) => Promise<number | void>;

/** Runs a task with this process's command line, and ends the process unless the exit code is 0. */
export async function runTask<Table extends FlagTable>(
  task: Task<Table>,
  main: TaskWork<Table>,
): Promise<void> {
  // Errors outside of `main`, for example of a device or a worker.
  const fail = (error: unknown) => Deno.exit(reportError(error, Deno.args));
  globalThis.addEventListener("unhandledrejection", (event) => fail(event.reason));
  globalThis.addEventListener("error", (event) => fail(event.error));
  const code = await exitCodeOf(task, main, Deno.args);
  if (code) Deno.exit(code);
}

/**
 * Runs a task with a command line. An error prints `error: ...` on stderr, and with `--json` also an
 * error event on stdout.
 *
 * @returns The exit code: after an error 1, or 2 if the command line is invalid
 */
export async function exitCodeOf<Table extends FlagTable>(
  task: Task<Table>,
  main: TaskWork<Table>,
  args: string[],
): Promise<number> {
  try {
    const { flags, operands } = parseFlags(task, args);
    using interruption = new Interruption();
    return await main(flags, operands, interruption) || interruption.exitCode;
  } catch (error) {
    return reportError(error, args);
  }
}

/** Prints an error, and returns the exit code. */
function reportError(error: unknown, args: string[]): number {
  const errors = errorsIn(error);
  const message = [...new Set(errors.map(describe))].join("; then: ");
  const [first] = errors;
  try {
    if (args.includes("--json")) print(JSON.stringify({ type: "error", message }));
    printError(`error: ${message}`);
  } catch {
    // The error cannot be printed; the exit code says that there was one.
  }
  return first instanceof UsageError || first instanceof OptionError ? MISUSED : FAILED;
}

/**
 * Returns the errors in their order. If disposal fails after another error, JavaScript throws a
 * SuppressedError that holds both, and whose own message says nothing.
 */
function errorsIn(error: unknown): unknown[] {
  return error instanceof SuppressedError
    ? [...errorsIn(error.suppressed), ...errorsIn(error.error)]
    : [error];
}

/** Describes an error in one line, with options named as flags. */
function describe(error: unknown): string {
  const { message } = error instanceof Error ? error : new Error(String(error));
  const named = error instanceof OptionError
    ? message.replace(error.option, flagOf(error.option))
    : message;
  return printable(named.replace(/\s*\n\s*/g, "; ").trim() || "unknown", MESSAGE_LIMIT);
}

/** The flag of an option, which may have a name of its own. */
function flagOf(option: string): string {
  const { flag = option }: { flag?: string } = Object.hasOwn(OPTIONS, option)
    ? OPTIONS[option as OptionName]
    : {};
  return flagName(flag);
}
