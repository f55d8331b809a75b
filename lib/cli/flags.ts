/**
 * Command-line flags. Each task has one table of flags, from which both the parser
 * and the help are derived, so they cannot disagree.
 */
import { parseArgs } from "node:util";
import { typedPath } from "./paths.ts";

/** One flag; its name is its key in the table, in kebab case. */
export interface Flag<Value> {
  /** The placeholder of the value in the help, such as `N`; a switch has none. */
  placeholder?: string;
  /** What the flag does, in a line. */
  help: string;
  /** The default value, for the help. */
  default?: string;
  /** What a value must be, such as `a number`. */
  expects: string;
  /** Parses a value; undefined if it is invalid. */
  parse(text: string): Value | undefined;
}

/** A task's flags by name in camel case: `batchSize` is `--batch-size`. */
// deno-lint-ignore no-explicit-any -- each flag has its own type of value
export type FlagTable = Record<string, Flag<any>>;

/** The values of a table's flags; undefined for flags that were not given. */
export type FlagValues<Table extends FlagTable> = {
  [Name in keyof Table]?: Table[Name] extends Flag<infer Value> ? Value : never;
};

/** A task as `deno task` runs it. */
export interface Task<Table extends FlagTable> {
  name: string;
  /** What it does: the first lines of its help. */
  summary: string;
  flags: Table;
  /** The arguments besides flags, for the help: `IMAGE...`; by default none are accepted. */
  operands?: string;
}

/** Thrown for an invalid command line; the message is one line. */
export class UsageError extends Error {}

/** A flag without a value. */
export function toggle(help: string): Flag<boolean> {
  return { help, expects: "given without a value", parse: () => true };
}

/** A flag with a number. */
export function number(help: string, byDefault?: number): Flag<number> {
  return {
    placeholder: "N",
    help,
    default: byDefault?.toString(),
    expects: "a number",
    parse: parseNumber,
  };
}

/** A flag with any text. */
export function text(placeholder: string, help: string, byDefault?: string): Flag<string> {
  return {
    placeholder,
    help,
    default: byDefault,
    expects: "something",
    parse: (text) => text === "" ? undefined : text,
  };
}

/** A flag with a path, relative to the user's working directory. */
export function path(placeholder: string, help: string, byDefault?: string): Flag<string> {
  const asTyped = text(placeholder, help, byDefault);
  return { ...asTyped, parse: (text) => text === "" ? undefined : typedPath(text) };
}

/** A flag with one of a few words. */
export function oneOf<Word extends string>(
  words: readonly Word[],
  help: string,
  byDefault?: Word,
): Flag<Word> {
  return {
    placeholder: words.join("|"),
    help,
    default: byDefault,
    expects: `one of ${words.join(", ")}`,
    parse: (text) => words.find((word) => word === text),
  };
}

/** A flag with several values of another flag, separated by commas, or by slashes if those contain commas. */
export function listOf<Value>(flag: Flag<Value>, divider: "," | "/" = ","): Flag<Value[]> {
  return {
    ...flag,
    placeholder: `${flag.placeholder}${divider}...`,
    expects: `${flag.expects}, or several separated by ${divider === "," ? "commas" : "slashes"}`,
    parse(text) {
      const values = text.split(divider).map((part) => flag.parse(part));
      return values.includes(undefined) ? undefined : values as Value[];
    },
  };
}

/** The number that a text stands for, if it does. */
export function parseNumber(text: string): number | undefined {
  const value = text.trim() === "" ? NaN : Number(text);
  return Number.isNaN(value) ? undefined : value;
}

/** `batchSize` as it is typed: `--batch-size`. */
export function flagName(key: string): string {
  return "--" + key.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}

/**
 * Reads a command line.
 *
 * @param task Whose flags may stand there
 * @param args The words of the command line
 * @returns The flags given, the last one where one is given twice, and what stands besides them
 * @throws UsageError if a flag is unknown, lacks its value or has a wrong one
 */
export async function parseFlags<Table extends FlagTable>(
  task: Task<Table>,
  args: string[],
): Promise<{ flags: FlagValues<Table>; operands: string[] }> {
  const keys = new Map(Object.keys(task.flags).map((key) => [flagName(key), key]));
  // `strict` would refuse in its own words, and take `--seed -1` for two flags.
  const { tokens } = parseArgs({
    args: withoutDashes(args, task),
    options: Object.fromEntries(
      [...keys].map(([name, key]) => [name.slice(2), {
        type: task.flags[key].placeholder === undefined ? "boolean" : "string",
      }]),
    ),
    strict: false,
    tokens: true,
  });

  const flags: Record<string, unknown> = {};
  const operands: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") {
      if (task.operands === undefined) {
        throw new UsageError(`unexpected argument ${token.value} (--help lists the flags)`);
      }
      operands.push(token.value);
    } else if (token.kind === "option") {
      const key = keys.get(token.rawName);
      if (key === undefined) throw await unknownFlag(token.rawName, [...keys.keys()]);
      flags[key] = flagValue(token.rawName, task.flags[key], token.value);
    }
  }
  return { flags: flags as FlagValues<Table>, operands };
}

/**
 * The words without the `--` that people put between a task and its flags, as npm wants it. Where
 * file names may follow, one further behind keeps its meaning: what follows it is no flag.
 */
function withoutDashes(args: string[], { operands }: Task<FlagTable>): string[] {
  return args.filter((word, i) => word !== "--" || i > 0 && operands !== undefined);
}

function flagValue<Value>(name: string, flag: Flag<Value>, text: string | undefined): Value {
  const isSwitch = flag.placeholder === undefined;
  if (!isSwitch && text === undefined) {
    throw new UsageError(`${name} needs a value: ${flag.expects}`);
  }
  const value = isSwitch && text !== undefined ? undefined : flag.parse(text ?? "");
  if (value === undefined) {
    throw new UsageError(`${name} must be ${flag.expects}: current value is ${text}`);
  }
  return value;
}

async function unknownFlag(name: string, known: string[]): Promise<UsageError> {
  // Here and not above, since it is needed only where something is wrong.
  const { closestString } = await import("@std/text");
  return new UsageError(
    `unknown flag ${name}; did you mean ${closestString(name, known)}? (--help lists all)`,
  );
}

/** The column at which descriptions start in the help. */
const HELP_COLUMN = 36;

/** Formats a task's help from its table of flags. */
export function helpText(task: Task<FlagTable>): string {
  const rows = Object.entries(task.flags).map(([key, flag]) => {
    const usage = `  ${[flagName(key), flag.placeholder].filter(Boolean).join(" ")}`;
    const help = flag.help + (flag.default === undefined ? "" : ` (${flag.default})`);
    return usage.length < HELP_COLUMN - 1
      ? usage.padEnd(HELP_COLUMN) + help
      : `${usage}\n${" ".repeat(HELP_COLUMN)}${help}`;
  });
  return [
    `Usage: ${["deno task", task.name, "[flags]", task.operands].filter(Boolean).join(" ")}`,
    "",
    task.summary,
    "",
    ...rows,
  ].join("\n");
}
