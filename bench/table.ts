/** Formats Markdown tables, for RESULTS.md and for terminals. */

/** A column: its heading, and its cell for each row. */
export interface Column<Row> {
  head: string;
  /** The cell of a row; text is aligned to the left, numbers to the right. */
  of: (row: Row) => string | number;
  /**
   * Number of decimal places.
   * @default 0
   */
  digits?: number;
}

/**
 * Formats a Markdown table.
 *
 * @param columns From left to right
 * @param rows From top to bottom
 * @returns Its lines; a number that is not finite becomes a dash
 */
export function markdownTable<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
): string[] {
  const rendered = columns.map(({ head, of, digits = 0 }) => {
    const values = rows.map(of);
    const cells = values.map((value) =>
      typeof value === "string" ? value : Number.isFinite(value) ? value.toFixed(digits) : "-"
    );
    const width = Math.max(3, head.length, ...cells.map((cell) => cell.length));
    const isNumber = values.some((value) => typeof value === "number");
    const pad = (text: string) => isNumber ? text.padStart(width) : text.padEnd(width);
    const rule = isNumber ? "-".repeat(width - 1) + ":" : "-".repeat(width);
    return [pad(head), rule, ...cells.map(pad)];
  });
  return rendered[0].map((_, line) => `| ${rendered.map((cells) => cells[line]).join(" | ")} |`);
}
