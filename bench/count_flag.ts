/** A flag of several benchmark tasks: a whole number of at least 1. */
import { type Flag, number, parseNumber } from "../lib/cli/flags.ts";

/** Creates a flag with a whole number of at least 1. */
export function count(help: string, byDefault?: number): Flag<number> {
  return {
    ...number(help, byDefault),
    expects: "a whole number of at least 1",
    parse(text) {
      const value = parseNumber(text);
      return Number.isSafeInteger(value) && value! >= 1 ? value : undefined;
    },
  };
}
