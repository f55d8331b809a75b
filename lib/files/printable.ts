/** Text from a file, made fit to be shown in a message. */

// Control and formatting characters, which a terminal may obey, lone halves of pairs, and the two
// line breaks that are not control characters.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/gu;

/**
 * Makes text that comes from a file harmless in a message: every character that a terminal may
 * obey is written as its code point, and what is too long is cut.
 *
 * @param text From anywhere
 * @param limit Characters after which it is cut
 * @returns One line of printable characters
 *
 * @example
 * ```ts
 * import { printable } from "./printable.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(printable("\x1b[31mred\n"), "\\u{1b}[31mred\\u{a}");
 * assertEquals(printable("x".repeat(1000), 3), "xxx...");
 * ```
 */
export function printable(text: string, limit = 60): string {
  // Twice the limit, since a character beyond U+FFFF counts as two here.
  const characters = [...text.slice(0, 2 * limit + 2)];
  const shown = characters.slice(0, limit).join("").replace(
    UNPRINTABLE,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return characters.length > limit ? `${shown}...` : shown;
}
