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
