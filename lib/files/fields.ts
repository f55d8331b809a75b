/** Validates objects from files, whose fields are values in JSON, or text in tables and metadata. */

/** Reports an invalid value: the rule, which begins with the field's name, and the value. */
export type Refuse = (rule: string, value: unknown) => never;

/** A field of a record. */
export interface Field {
  /** How text represents it. */
  kind: "text" | "number" | "flag" | "json";
  /** Whether it may be absent. */
  optional?: true;
  /** What stands for it if it is absent, or is no number. */
  otherwise?: number;
  /** Validates a value of its kind; throws otherwise. */
  read?: (value: object) => unknown;
}

/** The fields of an object by name. */
export type Fields<Name extends string = string> = Readonly<Record<Name, Field>>;

export const TEXT: Field = { kind: "text" };
export const NUMBER: Field = { kind: "number" };
export const OPTIONAL_TEXT: Field = { kind: "text", optional: true };
export const OPTIONAL_NUMBER: Field = { kind: "number", optional: true };

/** The types of the kinds of fields, and what messages call them. */
const KINDS = {
  text: { type: "string", what: "text" },
  number: { type: "number", what: "a number" },
  flag: { type: "boolean", what: "true or false" },
  json: { type: "object", what: "JSON" },
};

/**
 * Returns the fields of an object as text.
 *
 * @param values The object; fields that it lacks are left out
 */
export function toTexts(fields: Fields, values: object): Record<string, string> {
  const given = values as Record<string, unknown>;
  return Object.fromEntries(
    Object.entries(fields).filter(([name]) => given[name] !== undefined).map(([name, { kind }]) => [
      name,
      kind === "json" ? JSON.stringify(given[name]) : String(given[name]),
    ]),
  );
}

/**
 * Reads the fields of an object from text.
 *
 * @returns The values; optional fields without a text are left out
 */
export function fromTexts<Values>(
  fields: Fields<string & keyof Values>,
  texts: Readonly<Record<string, string | undefined>>,
  refuse: Refuse,
): Values {
  const values = Object.entries<Field>(fields).flatMap(([name, field]): [string, unknown][] => {
    const { kind, optional, otherwise } = field;
    const text = texts[name];
    if (text === undefined) {
      return optional || otherwise !== undefined ? [] : refuse(`${name} must be given`, "none");
    }
    if (kind === "text") return [[name, text]];
    if (kind === "json") return [[name, parseJson(text) ?? refuse(`${name} must be JSON`, text)]];
    if (kind === "flag") return [[name, text === "true"]];
    return [[name, text.trim() === "" ? refuse(`${name} must be a number`, text) : Number(text)]];
  });
  return fromValues(fields, Object.fromEntries(values), refuse);
}

/**
 * Validates an object that was read from a file.
 *
 * @param fields The fields; others are ignored
 */
export function fromValues<Values>(
  fields: Fields<string & keyof Values>,
  values: Readonly<Record<string, unknown>>,
  refuse: Refuse,
): Values {
  const entries = Object.entries<Field>(fields).flatMap(([name, field]): [string, unknown][] => {
    const { kind, optional, otherwise, read } = field;
    const value = values[name];
    if (value === undefined && optional) return [];
    const { type, what } = KINDS[kind];
    if (typeof value !== type || value === null || Number.isNaN(value)) {
      if (otherwise !== undefined) return [[name, otherwise]];
      refuse(`${name} must be ${what}`, value);
    }
    if (!read) return [[name, value]];
    try {
      return [[name, read(value as object)]];
    } catch (error) {
      return refuse(`${name} must be valid`, (error as Error).message);
    }
  });
  return Object.fromEntries(entries) as Values;
}

function parseJson(text: string): object | undefined {
  try {
    const value = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
