/** The results of the contestants of bench/peers.ts, and their table. */
import { OURS } from "./contestants.ts";
import { median, ratio } from "./statistics.ts";
import { type Column, markdownTable } from "./table.ts";

/** The results of one contestant. */
export interface Standing {
  name: string;
  /** Name, version and device. */
  title: string;
  /** Steps per turn. */
  iterations: number;
  /** Milliseconds per step in each turn so far. */
  milliseconds: number[];
  /** Accuracy after the last turn's steps: a fraction, 0 to 1. */
  accuracy: number;
  /** The reason for having no turns, or no more turns. */
  failure?: string;
}

/** Statistics of a contestant's turns. */
export interface Summary {
  /** The median of the turns. */
  millisecondsAStep: number;
  /** The same for the notebook's 5000 steps. */
  secondsFor5000: number;
  /** The ratio to a step of our CPU engine; undefined if that had no turns. */
  timesOurs?: number;
}

/** Summarizes a contestant's turns; undefined if there were none. */
export function summarize(
  { milliseconds }: Standing,
  standings: readonly Standing[],
): Summary | undefined {
  if (milliseconds.length === 0) return undefined;
  const ours = standings.find(({ name }) => name === OURS[0].name)?.milliseconds ?? [];
  const millisecondsAStep = median(milliseconds);
  return {
    millisecondsAStep,
    secondsFor5000: 5 * millisecondsAStep,
    ...(ours.length > 0 && { timesOurs: ratio(milliseconds, ours) }),
  };
}

/** Returns the table of contestants that ran all their turns, then a line for each other one. */
export function standingsTable(standings: readonly Standing[]): string[] {
  const rows = standings
    .filter(({ failure }) => failure === undefined)
    .map((standing) => ({ ...standing, ...summarize(standing, standings)! }));
  const columns: Column<typeof rows[number]>[] = [
    { head: "", of: ({ title }) => title },
    { head: "ms per step", of: ({ millisecondsAStep }) => millisecondsAStep, digits: 3 },
    { head: `times ${OURS[0].name}`, of: ({ timesOurs = NaN }) => timesOurs, digits: 2 },
    { head: "least", of: ({ milliseconds }) => Math.min(...milliseconds), digits: 3 },
    { head: "most", of: ({ milliseconds }) => Math.max(...milliseconds), digits: 3 },
    { head: "s for 5000", of: ({ secondsFor5000 }) => secondsFor5000, digits: 1 },
    { head: "steps per turn", of: ({ iterations }) => iterations },
    { head: "accuracy %", of: ({ accuracy }) => 100 * accuracy, digits: 1 },
  ];
  return [
    ...markdownTable(columns, rows),
    ...standings.filter(({ failure }) => failure !== undefined)
      .map(({ name, failure }) => `${name} did not run: ${failure}`),
  ];
}
