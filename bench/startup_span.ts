/** The format of the spans that startup_recorder.ts prints and startup.ts reads. */

/** A part of a process's work; times are in milliseconds since 1970. */
export interface Span {
  name: string;
  from: number;
  to: number;
}

/** The beginning of the line on stderr; the spans follow it as a JSON array. */
export const SPANS_PREFIX = "startup spans: ";
/** The name of the first span: from the start of the process until its first module runs. */
export const STARTED = "Deno starts";
