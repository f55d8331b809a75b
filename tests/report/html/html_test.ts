import { assertEquals } from "@std/assert";
import { Html, html } from "../../../lib/report/html/html.ts";

const HOSTILE = `<script>alert("x")</script> & 'y'`;
const ESCAPED = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;";

Deno.test("html escapes text, in attributes and in nested lists as well", () => {
  assertEquals(
    html`<p title="${HOSTILE}">${HOSTILE}</p>`.source,
    `<p title="${ESCAPED}">${ESCAPED}</p>`,
  );
  assertEquals(html`${[HOSTILE, [HOSTILE]]}`.source, ESCAPED + ESCAPED);
});

Deno.test("html does not escape Html values and the template itself", () => {
  const bold = html`<b>${HOSTILE}</b>`;
  assertEquals(html`<i>${bold}</i>${[bold]}`.source, `<i>${bold.source}</i>${bold.source}`);
  assertEquals(html`\n${new Html("<br>")}`.source, "\n<br>");
});

Deno.test("html inserts numbers unchanged, including 0 and NaN", () => {
  assertEquals(html`${0}${-1.5}${NaN}${[]}`.source, "0-1.5NaN");
});
