/** HTML as template strings; the one place where text is escaped. */
import { escape } from "@std/html";

/** A piece of HTML, as it goes into a page. */
export class Html {
  /** The HTML itself: whoever makes one of these vouches for it. */
  readonly source: string;

  /** @param source HTML */
  constructor(source: string) {
    this.source = source;
  }
}

/** What may stand in an `html` template: text is escaped, HTML is not, a list stands for all it holds. */
export type HtmlValue = Html | string | number | readonly HtmlValue[];

/**
 * Template tag: everything put into the template is escaped, unless it is `Html` itself.
 *
 * @example
 * ```ts
 * import { html } from "./html.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const rows = ["a < b", 7].map((value) => html`<td>${value}</td>`);
 * assertEquals(html`<tr>${rows}</tr>`.source, "<tr><td>a &lt; b</td><td>7</td></tr>");
 * ```
 */
export function html(strings: TemplateStringsArray, ...values: HtmlValue[]): Html {
  return new Html(String.raw({ raw: strings }, ...values.map(sourceOf)));
}

function sourceOf(value: HtmlValue): string {
  if (value instanceof Html) return value.source;
  return typeof value === "object" ? value.map(sourceOf).join("") : escape(String(value));
}
