/** Creates HTML from template strings, and escapes text in them. */
import { escape } from "@std/html";

/** A fragment of HTML. */
export class Html {
  /** The HTML source; the creator is responsible for escaping. */
  readonly source: string;

  /** @param source HTML */
  constructor(source: string) {
    this.source = source;
  }
}

/** A value in an `html` template: text is escaped, HTML is not, and lists are concatenated. */
export type HtmlValue = Html | string | number | readonly HtmlValue[];

/** Template tag that escapes every value, unless it is `Html`. */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(sourceOf)));
}

function sourceOf(value: HtmlValue): string {
  if (value instanceof Html) return value.source;
  return typeof value === "object" ? value.map(sourceOf).join("") : escape(String(value));
}

/** A row of a table; `className` is for the style sheet. */
export interface TableRow {
  cells: readonly HtmlValue[];
  className?: string;
}

/**
 * Creates a table.
 *
 * @param columns The headings; those of columns of numbers begin with `#`
 */
export function table(columns: readonly string[], rows: readonly TableRow[]): Html {
  const kinds = columns.map((name) => name.startsWith("#") ? ` class="number"` : "");
  const line = (tag: "th" | "td", { cells, className }: TableRow) =>
    `<tr${className ? ` class="${className}"` : ""}>${
      cells.map((cell, i) => `<${tag}${kinds[i]}>${sourceOf(cell)}</${tag}>`).join("")
    }</tr>\n`;
  const head = line("th", { cells: columns.map((name) => name.replace("#", "")) });
  const body = rows.map((row) => line("td", row)).join("");
  return new Html(`<table>\n<thead>${head}</thead>\n<tbody>${body}</tbody>\n</table>\n`);
}
