/** What is known of a contestant of bench/peers.ts, and the table that is made of it. */
import { OURS } from "./contestants.ts";
import { median, ratio } from "./statistics.ts";
import { type Column, markdownTable } from "./table.ts";

/** See the head of this file. */
export interface Standing {
  name: string;
  /** Name, version and device. */
  title: string;
  /** Steps of a turn. */
  iterations: number;
  /** A step, in each turn so far. */
  milliseconds: number[];
  /** After the last turn's steps: a fraction, 0 to 1. */
  accuracy: number;
  /** Why it has no turns, or no more. */
  failure?: string;
}

/** What is made of a contestant's turns. */
export interface Summary {
  /** The median of the turns. */
  millisecondsAStep: number;
  /** What that makes for the notebook's 5000 steps. */
  secondsFor5000: number;
  /** How many times as long as a step of our CPU engine; undefined where that had no turns. */
  timesOurs?: number;
}

/** Sums a contestant's turns up; undefined where there were none. */
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

/** The table of those that ran all their turns, then a line for each that did not. */
export function standingsTable(standings: readonly Standing[]): string[] {
  const rows = standings
    .filter(({ failure }) => failure === undefined)
    .map((standing) => ({ ...standing, ...summarize(standing, standings)! }));
  const columns: Column<typeof rows[number]>[] = [
    { head: "", of: ({ title }) => title },
    { head: "ms a step", of: ({ millisecondsAStep }) => millisecondsAStep, digits: 3 },
    { head: `times ${OURS[0].name}`, of: ({ timesOurs = NaN }) => timesOurs, digits: 2 },
    { head: "least", of: ({ milliseconds }) => Math.min(...milliseconds), digits: 3 },
    { head: "most", of: ({ milliseconds }) => Math.max(...milliseconds), digits: 3 },
    { head: "s for 5000", of: ({ secondsFor5000 }) => secondsFor5000, digits: 1 },
    { head: "steps a turn", of: ({ iterations }) => iterations },
    { head: "accuracy %", of: ({ accuracy }) => 100 * accuracy, digits: 1 },
  ];
  return [
    ...markdownTable(columns, rows),
    ...standings.filter(({ failure }) => failure !== undefined)
      .map(({ name, failure }) => `${name} did not run: ${failure}`),
  ];
}
