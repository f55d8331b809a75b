/**
 * Declares the parts of Deno's standard library in use, since npm's `deno-std` contains no types.
 * With these, `assert(x !== undefined)` narrows, and a misspelled option is an error. They follow the
 * declarations on JSR, whose names `import_map.json` maps to the npm package.
 */

declare module "@std/assert" {
  /** Throws if a condition does not hold; narrows its type. */
  export function assert(expr: unknown, msg?: string): asserts expr;
  /** Throws if two values are not deeply equal. */
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  /** Throws if two values are deeply equal. */
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  /** Throws if two numbers differ by more than a tolerance; by default, 1e-7 of the expected number. */
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    msg?: string,
  ): void;
  /** Throws if a text does not match. */
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;

  // deno-lint-ignore no-explicit-any -- any constructor of an error, as in the library
  type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

  /** Throws if a function does not throw; returns what it threw. */
  export function assertThrows(fn: () => unknown, msg?: string): unknown;
  /** Also requires an error of the given class, whose message includes a text. */
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    errorClass: ErrorClass<E>,
    msgIncludes?: string,
    msg?: string,
  ): E;
  /** Rejects if a promise does not reject; returns the reason. */
  export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  /** Also requires an error of the given class, whose message includes a text. */
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    errorClass: ErrorClass<E>,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
  /** Whether two values are deeply equal. */
  export function equal(a: unknown, b: unknown): boolean;
}

declare module "@std/csv" {
  /** Parses CSV text into rows of fields. */
  export function parse(
    input: string,
    options?: {
      /** @default "," */
      separator?: string;
    },
  ): string[][];
  /** Formats records as CSV text that begins with the names of the columns. */
  export function stringify(
    data: readonly object[],
    options: { columns: readonly string[] },
  ): string;
}

declare module "@std/html" {
  /** Escapes text for HTML. */
  export function escape(str: string): string;
}
