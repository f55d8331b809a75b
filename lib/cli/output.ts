/** Writes a task's results to stdout, and everything else to stderr. */
import { printable } from "../files/printable.ts";

/** Maximum length of a message, since names and values in it may come from files. */
export const MESSAGE_LIMIT = 2000;

const encoder = new TextEncoder();

/** Called when the reader of stdout or stderr has closed it. */
let listener: (() => void) | undefined;
let readerClosed = false;

/**
 * Calls a function once when the reader of stdout or stderr has closed it, as in
 * `train | head -1`. Later output is discarded.
 */
export function onReaderClosed(called: () => void): void {
  listener = called;
}

/** Writes lines to stdout at once. */
export function print(...lines: string[]): void {
  write(Deno.stdout, lines);
}

/** Writes lines to stderr at once; truncates very long ones. */
export function printError(...lines: string[]): void {
  write(Deno.stderr, lines.map((line) => printable(line, MESSAGE_LIMIT)));
}

function write(stream: { writeSync(bytes: Uint8Array): number }, lines: string[]): void {
  if (readerClosed) return;
  let bytes = encoder.encode(lines.map((line) => withoutControls(line) + "\n").join(""));
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
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
