/** Formats text from files, and fractions, for people. */

// Characters that a terminal may interpret: control and formatting characters, lone surrogates,
// private and unassigned characters, and the two line breaks that are not control characters.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\u2028\u2029]/gu;

/**
 * Makes text from a file safe to print in a message. Replaces every character that a terminal may
 * interpret by its code point, and truncates long text.
 *
 * @param text Any text
 * @param limit Maximum number of characters
 * @returns One line of printable characters
 */
export function printable(text: string, limit = 60): string {
  // Slice to twice the limit, since a character beyond U+FFFF counts as two.
  const characters = [...text.slice(0, 2 * limit + 2)];
  const shown = characters.slice(0, limit).join("").replace(
    UNPRINTABLE,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return characters.length > limit ? `${shown}...` : shown;
}

/**
 * Lists the first of some words from files.
 *
 * @param words The words
 * @param limit Maximum number of words
 * @param length Maximum number of characters of a word
 * @returns The words with commas between them, and `...` after them if there are more
 */
export function listed(words: readonly string[], limit: number, length = 20): string {
  const some = words.slice(0, limit).map((word) => printable(word, length));
  return some.join(", ") + (words.length > limit ? "..." : "");
}

/**
 * Formats a fraction as a percentage; NaN, for a fraction of nothing, is `-`.
 *
 * @param fraction From 0 to 1
 * @param decimals Number of decimals
 *
 * @example
 * ```ts
 * import { percent } from "./printable.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals([percent(0.97534), percent(0.5, 0), percent(0 / 0)], ["97.53%", "50%", "-"]);
 * ```
 */
export function percent(fraction: number, decimals = 2): string {
  return Number.isNaN(fraction) ? "-" : `${(100 * fraction).toFixed(decimals)}%`;
}

/** Formats a count: `60,000`. */
export function count(number: number): string {
  return number.toLocaleString("en");
}
