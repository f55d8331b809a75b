/**
 * Types for the parts of Deno's standard library in use, since npm's `deno-std` contains none. With
 * them, `assert(x !== undefined)` narrows, and a misspelled option is an error. They follow
 * the one on JSR, whose names `import_map.json` maps to that package.
 */

declare module "@std/assert" {
  /** Throws unless a condition holds; narrows its type. */
  export function assert(expr: unknown, msg?: string): asserts expr;
  /** Fails unless two values are equal, in depth. */
  export function assertEquals<T>(actual: T, expected: T, msg?: string): void;
  /** Fails if two values are equal, in depth. */
  export function assertNotEquals<T>(actual: T, expected: T, msg?: string): void;
  /** Fails unless two numbers differ by at most a tolerance, 1e-7 of the expected one by default. */
  export function assertAlmostEquals(
    actual: number,
    expected: number,
    tolerance?: number,
    msg?: string,
  ): void;
  /** Fails unless a text matches. */
  export function assertMatch(actual: string, expected: RegExp, msg?: string): void;

  // deno-lint-ignore no-explicit-any -- any constructor of an error, as in the original
  type ErrorClass<E extends Error> = abstract new (...args: any[]) => E;

  /** Fails unless a function throws; returns what it threw. */
  export function assertThrows(fn: () => unknown, msg?: string): unknown;
  /** The same for an error of a class, whose message includes a text. */
  export function assertThrows<E extends Error = Error>(
    fn: () => unknown,
    errorClass: ErrorClass<E>,
    msgIncludes?: string,
    msg?: string,
  ): E;
  /** Fails unless a promise rejects; returns its reason. */
  export function assertRejects(fn: () => PromiseLike<unknown>, msg?: string): Promise<unknown>;
  /** The same for an error of a class, whose message includes a text. */
  export function assertRejects<E extends Error = Error>(
    fn: () => PromiseLike<unknown>,
    errorClass: ErrorClass<E>,
    msgIncludes?: string,
    msg?: string,
  ): Promise<E>;
  /** Whether two values are equal, in depth. */
  export function equal(a: unknown, b: unknown): boolean;
}

declare module "@std/csv" {
  /** Reads a CSV text as rows of cells. */
  export function parse(
    input: string,
    options?: {
      /** @default "," */
      separator?: string;
    },
  ): string[][];
  /** Writes records as a CSV text, beginning with the columns' names. */
  export function stringify(
    data: readonly object[],
    options: { columns: readonly string[] },
  ): string;
}

declare module "@std/html" {
  /** Escapes text for HTML. */
  export function escape(str: string): string;
}
