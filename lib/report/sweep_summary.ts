/** Summarizes a sweep: mean and spread over the seeds of each combination. */
import { percent } from "../files/printable.ts";
import { OPTION_NAMES, type OptionValues } from "../training/option_table.ts";
import type { RunRecord } from "../training/record.ts";

/** Mean and spread of several numbers. */
export interface Spread {
  mean: number;
  /** The sample standard deviation, divided by n - 1; NaN for a single number. */
  deviation: number;
  lowest: number;
  highest: number;
}

/** Runs that differ only in the seed. */
export interface Combination {
  options: Omit<OptionValues, "seed">;
  /** The number of runs that finished, and of those that diverged. */
  runs: number;
  diverged: number;
  /** Accuracy on all test rows; undefined if no run finished, like the statistics below. */
  accuracy?: Spread;
  /** Accuracy on all held-out rows, if there are any. */
  validation?: Spread;
  /** Seconds of the training loop. */
  seconds?: Spread;
}

/** Computes the mean and spread of numbers. */
export function spreadOf(numbers: readonly number[]): Spread {
  const mean = numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
  const squares = numbers.reduce((sum, number) => sum + (number - mean) ** 2, 0);
  return {
    mean,
    deviation: Math.sqrt(squares / (numbers.length - 1)),
    // Not Math.min(...numbers), which fails for more than about 100,000 arguments.
    lowest: numbers.reduce((least, number) => Math.min(least, number)),
    highest: numbers.reduce((most, number) => Math.max(most, number)),
  };
}

/**
 * Groups runs that differ only in the seed.
 *
 * @returns The combinations, in the order of their first runs
 */
export function summarize(
  runs: readonly Pick<RunRecord, "options" | "result">[],
): Combination[] {
  const groups = Map.groupBy(runs, ({ options }) => JSON.stringify(seedless(options)));
  return [...groups.values()].map((group) => {
    const results = group.flatMap(({ result }) => result ?? []);
    const held = results.flatMap(({ validation }) => validation ?? []);
    return {
      options: seedless(group[0].options),
      runs: results.length,
      diverged: group.length - results.length,
      ...(results.length > 0 && {
        accuracy: spreadOf(results.map(({ accuracy }) => accuracy)),
        seconds: spreadOf(results.map(({ seconds }) => seconds)),
      }),
      ...(held.length > 0 && { validation: spreadOf(held.map(({ accuracy }) => accuracy)) }),
    };
  });
}

function seedless({ seed: _, ...others }: OptionValues): Omit<OptionValues, "seed"> {
  return others;
}

/** The options, other than the seed, in which runs differ. */
export function differingOptions(
  runs: readonly Combination["options"][],
): (keyof Combination["options"])[] {
  return OPTION_NAMES.filter((name) => name !== "seed")
    .filter((name) => new Set(runs.map((options) => String(options[name]))).size > 1);
}

/**
 * Finds the combination with the best mean accuracy, on held-out rows if there are any, since
 * accuracy on rows used for selection is optimistic.
 *
 * @returns The best; undefined if there are fewer than two to compare
 */
export function bestOf(combinations: readonly Combination[]): Combination | undefined {
  const held = combinations.some(({ validation }) => validation);
  const measured = combinations.filter((one) => (held ? one.validation : one.accuracy));
  if (measured.length < 2) return undefined;
  const mean = (one: Combination) => (held ? one.validation : one.accuracy)!.mean;
  return measured.reduce((best, one) => mean(one) > mean(best) ? one : best);
}

/**
 * Formats the summary.
 *
 * @returns A table with a header and a line per combination, then the best combination
 */
export function summaryLines(combinations: readonly Combination[]): string[] {
  const names = differingOptions(combinations.map(({ options }) => options));
  const held = combinations.some(({ validation }) => validation);
  const rows = combinations.map(({ options, runs, diverged, accuracy, validation, seconds }) => [
    ...names.map((name) => String(options[name])),
    String(runs),
    ...(held ? [meanCell(validation)] : []),
    meanCell(accuracy),
    accuracy ? percent(accuracy.lowest) : "",
    accuracy ? percent(accuracy.highest) : "",
    seconds ? seconds.mean.toFixed(2) : "",
    diverged > 0 ? `${diverged} diverged` : "",
  ]);
  const header = [
    ...names,
    "runs",
    ...(held ? ["validation accuracy"] : []),
    "test accuracy",
    "lowest",
    "highest",
    "seconds",
    "",
  ];
  return [...inColumns([header, ...rows]), ...bestLines(combinations, names, held)];
}

function bestLines(
  combinations: readonly Combination[],
  names: readonly (keyof Combination["options"])[],
  held: boolean,
): string[] {
  const best = bestOf(combinations);
  if (!best) return [];
  const which = names.map((name) => `${name} ${best.options[name]}`).join(", ");
  return [
    "",
    held
      ? `Best on the held-out rows: ${which}`
      : `Best on the test rows: ${which}; it was selected on these rows, so this accuracy is ` +
        "optimistic (--validation holds rows out for selection)",
  ];
}

/** Formats a mean and its standard deviation: `91.38% +- 0.21`. */
function meanCell(spread: Spread | undefined): string {
  if (!spread) return "";
  const deviation = Number.isNaN(spread.deviation)
    ? ""
    : ` +- ${(100 * spread.deviation).toFixed(2)}`;
  return percent(spread.mean) + deviation;
}

/** Formats cells in right-aligned columns, two spaces apart. */
function inColumns(rows: readonly string[][]): string[] {
  const widths = rows[0].map((_, c) =>
    rows.reduce((width, row) => Math.max(width, row[c].length), 0)
  );
  return rows.map((row) => row.map((cell, c) => cell.padStart(widths[c])).join("  ").trimEnd());
}
