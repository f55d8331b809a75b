/** The format in which startup_marks.ts reports to startup.ts. */

/** The start and end of something, in milliseconds since 1970. */
export interface Span {
  name: string;
  from: number;
  to: number;
}

/** The prefix of the line of stderr that holds the spans as a JSON array. */
export const SPANS_PREFIX = "startup spans: ";
/** The name of the first span: from the process's start until its first module runs. */
export const STARTED = "Deno starts";
