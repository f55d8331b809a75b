/** Formats numbers and names for pages. */

/** `91.38%` */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(2)}%`;
}

/** `60,000` */
export function count(number: number): string {
  return number.toLocaleString("en");
}

/** `1.5755`: enough digits to compare two losses. */
export function decimals(number: number): string {
  return number.toFixed(4);
}

/** `batchSize` as `batch size`. */
export function spaced(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** The name of a class; its number if the data set gives no names. */
export function className(label: number, names?: readonly string[]): string {
  return names?.[label] ?? String(label);
}
