/** Where a task's words go: results to stdout, everything else to stderr. */

const encoder = new TextEncoder();

/** Writes lines to stdout, at once. */
export function print(...lines: string[]): void {
  write(Deno.stdout, lines);
}

/** Writes lines to stderr, at once. */
export function printError(...lines: string[]): void {
  write(Deno.stderr, lines);
}

function write(stream: { writeSync(bytes: Uint8Array): number }, lines: string[]): void {
  let bytes = encoder.encode(lines.map((line) => line + "\n").join(""));
  try {
    while (bytes.length > 0) bytes = bytes.subarray(stream.writeSync(bytes));
  } catch (error) {
    // The reader has gone, as `head` does: nobody is left to be told anything.
    if (error instanceof Deno.errors.BrokenPipe) Deno.exit(0);
    throw error;
  }
}
