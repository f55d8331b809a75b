/** Formats numbers for people. */

/** Formats a whole number with separators. */
export function count(value: number): string {
  return value.toLocaleString("en");
}

/** Formats a signed number in few characters. */
export function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(2)}`;
}
