/**
 * Command-line flags. Each task has one table of flags, from which the parser, the help and the
 * types of the values are derived.
 */
import { Command, Option } from "commander";
import deno from "../../deno.json" with { type: "json" };
import { parseNumber } from "../training/option_table.ts";
import { print } from "./output.ts";
import { typedPath } from "./paths.ts";

/** One flag; its name is its key in the table, in kebab case. */
export interface Flag<Value> {
  /**
   * The placeholder of the value in the help, such as `N`; undefined for a flag without a value.
   */
  placeholder?: string;
  /** What the flag does. */
  help: string;
  /** The heading above its group of flags in the help; by default `Options:`. */
  group?: string;
  /** The accepted words, for the help. */
  choices?: readonly string[];
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

/** A task of `deno task`. */
export interface Task<Table extends FlagTable> {
  name: string;
  /** What it does, for the help. */
  summary: string;
  flags: Table;
  /** The arguments besides flags, for the help: `IMAGE...`. If undefined, none are accepted. */
  operands?: string;
}

/** Thrown for an invalid command line; the message is one line. */
export class UsageError extends Error {}

/** Creates a flag without a value. */
export function toggle(help: string): Flag<boolean> {
  return { help, expects: "", parse: () => true };
}

/** Creates a flag with a number. */
export function number(help: string, byDefault?: number): Flag<number> {
  return {
    placeholder: "N",
    help,
    default: byDefault?.toString(),
    expects: "a number",
    parse: parseNumber,
  };
}

/** Creates a flag with a whole number of at least `from`. */
export function wholeNumber(help: string, from: number, byDefault?: number): Flag<number> {
  return {
    ...number(help, byDefault),
    expects: `a whole number of at least ${from}`,
    parse(text) {
      const value = parseNumber(text) ?? NaN;
      return Number.isSafeInteger(value) && value >= from ? value : undefined;
    },
  };
}

/** Creates a flag with any text but the empty one. */
export function text(placeholder: string, help: string, byDefault?: string): Flag<string> {
  return {
    placeholder,
    help,
    default: byDefault,
    expects: "a text that is not empty",
    parse: (text) => text === "" ? undefined : text,
  };
}

/** Creates a flag with a path, relative to the user's working directory. */
export function path(placeholder: string, help: string, byDefault?: string): Flag<string> {
  const asTyped = text(placeholder, help, byDefault);
  return { ...asTyped, parse: (text) => text === "" ? undefined : typedPath(text) };
}

/** Creates a flag with one of a few words. */
export function oneOf<Word extends string>(
  words: readonly Word[],
  help: string,
  byDefault?: Word,
): Flag<Word> {
  return {
    placeholder: "NAME",
    help,
    choices: words,
    default: byDefault,
    expects: `one of ${words.join(", ")}`,
    parse: (text) => words.find((word) => word === text),
  };
}

/**
 * Creates a flag with a list of another flag's values, separated by commas, or by slashes if the
 * values contain commas.
 */
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

/** Puts flags under a heading in the help. */
export function inGroup<Table extends FlagTable>(group: string, flags: Table): Table {
  const entries = Object.entries(flags).map(([name, flag]) => [name, { ...flag, group }]);
  return Object.fromEntries(entries);
}

/** Returns the flag of a name in camel case: `--batch-size` for `batchSize`. */
export function flagName(key: string): string {
  return "--" + key.replace(/[A-Z]/g, (letter) => "-" + letter.toLowerCase());
}

/** Throws if two flags are given that contradict each other. */
export function exclude(values: Record<string, unknown>, one: string, other: string): void {
  if (values[one] === undefined || values[other] === undefined) return;
  const [first, second] = [one, other].map(flagName);
  throw new UsageError(`${first} and ${second} contradict each other: remove one of them`);
}

/**
 * Parses a command line. `--help` and `--version` print and end the process.
 *
 * @param task The task, with the flags that it accepts
 * @returns The flags given, the last value if one is repeated, and the other arguments
 * @throws UsageError if a flag is unknown, or its value is missing or invalid
 */
export function parseFlags<Table extends FlagTable>(
  task: Task<Table>,
  args: string[],
): { flags: FlagValues<Table>; operands: string[] } {
  const command = new Command(`deno task ${task.name}`)
    .usage(["[flags]", task.operands].filter(Boolean).join(" "))
    .description(task.summary)
    .helpOption("-h, --help", "print this help and exit")
    .configureOutput({
      writeOut: (text) => print(...text.trimEnd().split("\n")),
      writeErr() {},
      // Commander would read environment variables, for which tasks have no permission.
      getOutHasColors: () => false,
      getErrHasColors: () => false,
    })
    .exitOverride(({ exitCode, message }) => {
      if (exitCode === 0) Deno.exit();
      const line = message.replace(/^error: /, "").replaceAll("\n", " ").replace(/\.$/, "");
      throw new UsageError(`${line}; --help lists the flags`);
    });
  if (task.operands !== undefined) command.argument("[operands...]");
  for (const [key, flag] of Object.entries(task.flags)) command.addOption(toOption(key, flag));
  const version = `mnist-webgpu ${deno.version} (Deno ${Deno.version.deno})`;
  command.version(version, "--version", "print the program's version and exit");
  command.parse(withoutDashes(args, task), { from: "user" });
  return { flags: command.opts(), operands: command.args };
}

function toOption<Value>(key: string, flag: Flag<Value>): Option {
  const { placeholder, help, choices, expects, parse } = flag;
  const facts = [choices?.join("|"), flag.default && `default: ${flag.default}`].filter(Boolean);
  const name = flagName(key);
  const option = new Option(
    placeholder === undefined ? name : `${name} <${placeholder}>`,
    facts.length > 0 ? `${help} (${facts.join("; ")})` : help,
  );
  if (flag.group !== undefined) option.helpGroup(flag.group);
  option.negate = false; // --no-save is a flag of its own, not the opposite of --save
  if (placeholder === undefined) return option;
  return option.argParser((text) => {
    const value = parse(text);
    if (value !== undefined) return value;
    throw new UsageError(`${name} must be ${expects}: current value is ${text}`);
  });
}

/**
 * Removes `--` between the task and its flags, which npm requires. If the task accepts file names,
 * a later `--` still marks the end of the flags.
 */
function withoutDashes(args: string[], { operands }: Task<FlagTable>): string[] {
  return args.filter((word, i) => word !== "--" || i > 0 && operands !== undefined);
}
