import { assertEquals } from "@std/assert";
import { Html, html } from "../../../lib/report/html/html.ts";

const MEAN = `<script>alert("x")</script> & 'y'`;
const HARMLESS = "&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt; &amp; &#39;y&#39;";

Deno.test("html escapes text, alone, in an attribute, in a list and in a list's list", () => {
  assertEquals(
    html`<p title="${MEAN}">${MEAN}</p>`.source,
    `<p title="${HARMLESS}">${HARMLESS}</p>`,
  );
  assertEquals(html`${[MEAN, [MEAN]]}`.source, HARMLESS + HARMLESS);
});

Deno.test("html leaves alone what is HTML already, and what stands in the template", () => {
  const bold = html`<b>${MEAN}</b>`;
  assertEquals(html`<i>${bold}</i>${[bold]}`.source, `<i>${bold.source}</i>${bold.source}`);
  assertEquals(html`\n${new Html("<br>")}`.source, "\n<br>");
});

Deno.test("html writes numbers as they are, 0 and NaN too", () => {
  assertEquals(html`${0}${-1.5}${NaN}${[]}`.source, "0-1.5NaN");
});
