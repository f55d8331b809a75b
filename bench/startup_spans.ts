/** What startup_marks.ts tells startup.ts. */

/** From when to when something took place, in milliseconds since 1970. */
export interface Span {
  name: string;
  from: number;
  to: number;
}

/** What the line of stderr with the spans begins with, a JSON array. */
export const SPANS_PREFIX = "startup spans: ";
/** The first span's name: from the process's start to when its first module is run. */
export const STARTED = "Deno starts";
