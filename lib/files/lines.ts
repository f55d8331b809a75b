/** Splits a stream of text into lines. */

/** Thrown for a line that is longer than a file of the expected kind can have. */
export class LineTooLongError extends Error {}

/**
 * Splits a stream of text into lines.
 *
 * @param pieces The text, in pieces of any length
 * @param limit Maximum number of characters in a line
 * @returns The lines without line breaks. Includes empty lines, but not an empty last line
 * @throws {LineTooLongError} As soon as a line is longer than the limit
 */
export async function* lines(pieces: AsyncIterable<string>, limit: number): AsyncGenerator<string> {
  let incomplete = "";
  for await (const piece of pieces) {
    // A single "\r" is a line break too, as in old Macintosh files. But a "\r" at the end of a piece
    // may be the first half of "\r\n".
    const text = incomplete + piece;
    const isHalf = text.endsWith("\r");
    const complete = (isHalf ? text.slice(0, -1) : text).split(/\r\n|\n|\r/);
    incomplete = complete.pop()! + (isHalf ? "\r" : "");
    for (const line of [...complete, incomplete]) {
      if (line.length > limit) {
        throw new LineTooLongError(`a line must be at most ${limit} characters long: it is longer`);
      }
    }
    yield* complete;
  }
  const last = incomplete.replace(/\r$/, "");
  if (last !== "") yield last;
}
