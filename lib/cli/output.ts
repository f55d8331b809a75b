/** A task's output: results to stdout, everything else to stderr. */

import { printable } from "../files/printable.ts";

/** Maximum length of a message, since names and values in it may come from files. */
export const MESSAGE_LIMIT = 2000;

const encoder = new TextEncoder();

/** Called when the reader of stdout or stderr has closed it. */
let onReaderGone: (() => void) | undefined;
let readerGone = false;

/**
 * Calls a function once when the reader of stdout or stderr has closed it, as in
 * `train | head -1`. Later output is discarded.
 */
export function whenReaderGone(listener: () => void): void {
  onReaderGone = listener;
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
  if (readerGone) return;
  let bytes = encoder.encode(lines.map((line) => withoutControls(line) + "\n").join(""));
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
    readerGone = true;
    onReaderGone?.();
  }
}

/**
 * Replaces control characters, which a terminal may interpret, by JSON escapes: names and labels may
 * come from untrusted files.
 */
function withoutControls(line: string): string {
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return line.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, (character) => {
    return "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");
  });
}
