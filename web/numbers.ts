/** Formats numbers for people. */

/** Formats a fraction as a percentage. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)}%`;
}

/** Formats a whole number with separators. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** Formats a signed number in few characters. */
export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
