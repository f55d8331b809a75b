/** Where a task's words go: results to stdout, everything else to stderr. */

import { printable } from "../files/printable.ts";

/** Characters of a message after which it is cut: names and values in it come from files. */
export const MESSAGE_LIMIT = 2000;

const encoder = new TextEncoder();

/** Whom to tell that nobody reads any more what this process writes. */
let onReaderGone: (() => void) | undefined;
let readerGone = false;

/**
 * Has a function called, once, when the reader of stdout or stderr has gone, as that of
 * `train | head -1` does; what is printed after that is dropped.
 */
export function whenReaderGone(listener: () => void): void {
  onReaderGone = listener;
}

/** Writes lines to stdout, at once. */
export function print(...lines: string[]): void {
  write(Deno.stdout, lines);
}

/** Writes lines to stderr, at once; what is very long is cut. */
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
 * A line in which control characters, which a terminal may obey, are written as JSON escapes: names
 * and labels come from files that anybody may have made.
 */
function withoutControls(line: string): string {
  // deno-lint-ignore no-control-regex -- they are what is looked for
  return line.replace(/[\x00-\x08\x0a-\x1f\x7f-\x9f]/g, (character) => {
    return "\\u" + character.charCodeAt(0).toString(16).padStart(4, "0");
  });
}
