/** Summarizes the turns of the implementations that bench/peers.ts compares, as a table. */
import { BASELINE } from "./implementations.ts";
import { median, ratio } from "./statistics.ts";
import { type Column, markdownTable } from "./table.ts";

/** What was measured of one implementation. */
export interface Measurement {
  name: string;
  /** The net that it trained, and the floating-point operations of a step (operations.ts). */
  net: string;
  operations: number;
  /** Name, version and device. */
  title: string;
  /** The number of steps per turn. */
  iterations: number;
  /** Milliseconds per step, one value for each turn. */
  milliseconds: number[];
  /** The accuracy on all test rows at the end of the last turn, from 0 to 1. */
  accuracy: number;
  /** The reason why it could not run, or not run again. */
  failure?: string;
}

/** The statistics of an implementation's turns. */
export interface Summary {
  /** Milliseconds per step: the median of the turns. */
  millisecondsPerStep: number;
  /** Billions of floating-point operations per second; operations with pixels of 0 count, too. */
  gigaflops: number;
  /** The seconds of the notebook's 5000 steps at that speed. */
  secondsFor5000: number;
  /** The ratio to our CPU engine's time per step; undefined if that has no turns. */
  timesOurs?: number;
}

/** Returns the statistics of an implementation's turns, or undefined if there are none. */
export function summarize(
  { milliseconds, net, operations }: Measurement,
  measurements: readonly Measurement[],
): Summary | undefined {
  if (milliseconds.length === 0) return undefined;
  const ours = measurements.find((one) => one.name === BASELINE && one.net === net)
    ?.milliseconds ?? [];
  const millisecondsPerStep = median(milliseconds);
  return {
    millisecondsPerStep,
    gigaflops: operations / millisecondsPerStep / 1e6,
    secondsFor5000: 5 * millisecondsPerStep,
    ...(ours.length > 0 && { timesOurs: ratio(milliseconds, ours) }),
  };
}

/**
 * Returns a table of the implementations that ran all their turns, followed by a line for each one
 * that failed. If they trained several nets, the table shows how times grow with the net.
 */
export function comparisonTable(measurements: readonly Measurement[]): string[] {
  const rows = measurements
    .filter(({ failure }) => failure === undefined)
    .map((measurement) => ({ ...measurement, ...summarize(measurement, measurements)! }));
  const nets = new Set(measurements.map(({ net }) => net));
  const columns: Column<typeof rows[number]>[] = [
    ...nets.size > 1 ? [{ head: "net", of: ({ net }: Measurement) => net }] : [],
    { head: "", of: ({ title }) => title },
    { head: "ms per step", of: ({ millisecondsPerStep }) => millisecondsPerStep, digits: 3 },
    { head: `times ${BASELINE}`, of: ({ timesOurs = NaN }) => timesOurs, digits: 2 },
    { head: "min", of: ({ milliseconds }) => Math.min(...milliseconds), digits: 3 },
    { head: "max", of: ({ milliseconds }) => Math.max(...milliseconds), digits: 3 },
    { head: "GFLOP/s", of: ({ gigaflops }) => gigaflops, digits: 1 },
    { head: "s for 5000", of: ({ secondsFor5000 }) => secondsFor5000, digits: 1 },
    { head: "steps per turn", of: ({ iterations }) => iterations },
    { head: "accuracy %", of: ({ accuracy }) => 100 * accuracy, digits: 1 },
  ];
  return [
    ...markdownTable(columns, rows),
    ...measurements.filter(({ failure }) => failure !== undefined)
      .map(({ name, failure }) => `${name} did not run: ${failure}`),
  ];
}
