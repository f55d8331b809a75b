/** Text files, line by line. */

/** A line that is too long for the file to be what it was taken for. */
export class LineTooLongError extends Error {}

/**
 * Splits text into lines as it arrives.
 *
 * @param pieces The text, in pieces of any length
 * @param limit Characters that a line may have at most
 * @returns The lines without their ends, empty ones too; what follows the last end only if not empty
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
    // A line that ends with "\r" alone, as old Macintosh files have it, counts as well; but "\r" at
    // the end of a piece may be half of "\r\n".
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
