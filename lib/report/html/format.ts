/** Formats numbers and names for pages. */

/** Formats a fraction: `91.38%`. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)}%`;
}

/** Formats a count: `60,000`. */
export function count(number: number): string {
  return number.toLocaleString("en");
}

/** Formats a loss: `1.5755`. */
export function decimals(number: number): string {
  return number.toFixed(4);
}

/** Formats a name in camel case: `batch size` for `batchSize`. */
export function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Returns the name of a class, or its number if the data set has no names. */
export function className(label: number, names?: readonly string[]): string {
  return names?.[label] ?? String(label);
}
