/** Formats events for programs: one JSON object per line. */
import type { TrainingEvent } from "../training/events.ts";

/**
 * Formats an event as a line of JSON, without the trained parameters, which are
 * saved in files and would make lines of a megabyte.
 *
 * @param event Any event of a run
 * @returns A JSON object without a line break
 *
 * @example
 * ```ts
 * import { jsonLine } from "./json.ts";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(
 *   jsonLine({ type: "progress", iteration: 10, iterations: 5000, seconds: 0.5 }),
 *   '{"type":"progress","iteration":10,"iterations":5000,"seconds":0.5}',
 * );
 * ```
 */
export function jsonLine(event: TrainingEvent): string {
  switch (event.type) {
    case "finished": {
      const { architecture: _, scale: __, parameters: ___, ...result } = event;
      return JSON.stringify(result);
    }
    case "checkpoint":
      return JSON.stringify({ type: event.type, iteration: event.iteration });
    default:
      return JSON.stringify(event);
  }
}
