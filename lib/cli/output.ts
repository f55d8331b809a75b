/** Writes a task's results to stdout, and everything else to stderr. */
import { printable } from "../files/printable.ts";

/** Maximum length of a message, since names and values in it may come from files. */
export const MESSAGE_LIMIT = 2000;

const encoder = new TextEncoder();

/** Called when the reader of stdout or stderr has closed it. */
let listener: (() => void) | undefined;
let readerClosed = false;
/** The streams to which writing has failed. */
const failed = new Set<string>();

/**
 * Calls a function once when the reader of stdout or stderr has closed it, as in
 * `train | head -1`, or the terminal is closed. Later output is discarded.
 */
export function onReaderClosed(called: () => void): void {
  listener = called;
}

/** Writes lines to stdout at once. */
export function print(...lines: string[]): void {
  write("stdout", lines);
}

/** Writes lines to stderr at once; truncates very long ones. */
export function printError(...lines: string[]): void {
  write("stderr", lines.map((line) => printable(line, MESSAGE_LIMIT)));
}

/** The system's error for a terminal that was closed, for which Deno has no class. */
const CLOSED_TERMINAL = "EIO";

/**
 * Writes lines to a stream. Throws if it cannot be written, for example because stdout is a file on
 * a full disk; discards what is written to it afterwards.
 */
function write(name: "stdout" | "stderr", lines: string[]): void {
  if (readerClosed || failed.has(name)) return;
  let bytes = encoder.encode(lines.map((line) => withoutControls(line) + "\n").join(""));
  try {
    while (bytes.length > 0) bytes = bytes.subarray(Deno[name].writeSync(bytes));
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    if (!(error instanceof Deno.errors.BrokenPipe) && code !== CLOSED_TERMINAL) {
      failed.add(name);
      throw new Error(`Cannot write to ${name}: ${message}`, { cause: error });
    }
    readerClosed = true;
    listener?.();
  }
}

/**
 * Replaces control characters, which a terminal may interpret, by JSON escapes: names and labels may
 * come from untrusted files.
 */
function withoutControls(line: string): string {
  // deno-lint-ignore no-control-regex -- this replaces control characters
  return line.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, (character) => {
    return "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");
  });
}
