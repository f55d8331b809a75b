/**
 * Computes the phases of a start from the spans that the process recorded and the events that it
 * printed.
 */
import type { TrainingEvent } from "../lib/training/events.ts";
import { median } from "./statistics.ts";
import { type Span, STARTED } from "./startup_span.ts";

/** A phase; times are in milliseconds since the process was started. */
export interface Phase {
  name: string;
  from: number;
  to: number;
  /** The duration; less than `to - from` if the phase has several parts with gaps between them. */
  duration: number;
}

/**
 * An event that the train task printed, and the time when it arrived, in milliseconds since 1970.
 */
export interface PrintedLine {
  event: TrainingEvent;
  at: number;
}

/**
 * Returns the phases of one start; the last is the first training step.
 *
 * @param start The time when the process was started, in milliseconds since 1970
 * @param spans The spans that it recorded
 * @param printed The events that it printed
 * @throws {Error} If it recorded or printed too little to tell the phases
 */
export function phasesOf(start: number, spans: Span[], printed: PrintedLine[]): Phase[] {
  const find = (kind: TrainingEvent["type"]) => {
    const line = printed.find(({ event }) => event.type === kind);
    if (line === undefined) throw new Error(`The train task printed no ${kind} event`);
    return line;
  };
  const begun = find("started").at;
  const evaluated = find("evaluated").at;
  const stepped = find("progress");
  const seconds = stepped.event.type === "progress" ? stepped.event.seconds : 0;

  const [deno, ...work] = spans;
  if (deno?.name !== STARTED) {
    throw new Error("The train task recorded no span for the start of Deno");
  }
  const phases = new Map<string, Phase>();
  const add = (name: string, from: number, to: number) => {
    const phase = phases.get(name);
    phases.set(name, {
      name,
      from: Math.min(phase?.from ?? Infinity, from - start),
      to: Math.max(phase?.to ?? 0, to - start),
      duration: (phase?.duration ?? 0) + to - from,
    });
  };
  add(STARTED, start, deno.to);
  add("modules loaded", deno.to, Math.min(begun, ...work.map(({ from }) => from)));
  // Spans that end later are part of training, such as the CPU engine's Workers.
  for (const { name, from, to } of work) if (to <= begun) add(name, from, to);
  add("data loaded into the engine, first evaluation", begun, evaluated);
  add("first step", stepped.at - 1000 * seconds, stepped.at);
  return [...phases.values()];
}

/** Returns the median times of each phase over several starts, ordered by their beginnings. */
export function summarizePhases(starts: Phase[][]): Phase[] {
  const names = [...new Set(starts.flat().map(({ name }) => name))];
  return names.map((name) => {
    const phases = starts.flat().filter((phase) => phase.name === name);
    const of = (field: "from" | "to" | "duration") => median(phases.map((phase) => phase[field]));
    return { name, from: of("from"), to: of("to"), duration: of("duration") };
  }).sort((a, b) => a.from - b.from);
}
