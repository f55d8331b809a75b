/** Reads text line by line. */

/** Thrown for a line that is longer than a file of the expected kind can have. */
export class LineTooLongError extends Error {}

/**
 * Splits a stream of text into lines.
 *
 * @param pieces The text, in pieces of any length
 * @param limit Maximum number of characters in a line
 * @returns The lines without line breaks, including empty ones, except an empty last one
 * @throws {LineTooLongError} As soon as a line is longer
 *
 * @example
 * ```ts
 * import { lines } from "./lines.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const pieces = ReadableStream.from(["one\r", "\ntw", "o"]);
 * assertEquals(await Array.fromAsync(lines(pieces, 100)), ["one", "two"]);
 * ```
 */
export async function* lines(pieces: AsyncIterable<string>, limit: number): AsyncGenerator<string> {
  let begun = "";
  for await (const piece of pieces) {
    // A single "\r", as in old Macintosh files, is a line break too. But a "\r" at the end of a piece
    // may be the first half of "\r\n".
    const text = begun + piece;
    const isHalf = text.endsWith("\r");
    const complete = (isHalf ? text.slice(0, -1) : text).split(/\r\n|\n|\r/);
    begun = complete.pop()! + (isHalf ? "\r" : "");
    for (const line of [...complete, begun]) {
      if (line.length > limit) {
        throw new LineTooLongError(`a line must be at most ${limit} characters long: it is longer`);
      }
    }
    yield* complete;
  }
  begun = begun.replace(/\r$/, "");
  if (begun !== "") yield begun;
}
