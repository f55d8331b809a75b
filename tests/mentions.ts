/** Holds what a message must name, in whatever wording. */
import { assert } from "@std/assert";

/**
 * Asserts that a message contains all words, as words of their own: the name of what is wrong, its
 * value, the bound that it exceeds.
 *
 * @param message The message of an error, or a line for the user
 * @param words The words
 */
export function assertMentions(message: string, words: readonly (string | number)[]): void {
  for (const word of words) {
    const text = RegExp.escape(String(word));
    assert(new RegExp(`(?<![\\w.-])${text}(?![\\w])`).test(message), `${word} in: ${message}`);
  }
}
