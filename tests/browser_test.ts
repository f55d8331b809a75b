/// <reference lib="dom" />
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { openShared } from "./browser.ts";
import { bundle } from "../lib/cli/bundle.ts";
import { needs } from "./requirements.ts";

/** The page's script: trains, predicts, and writes the results into the page's title. */
const SCRIPT = `
  import { predict, PRESETS, syntheticDigits, train } from "/browser.js";
  const data = syntheticDigits({ trainRows: 2000, testRows: 500 });
  const run = { data, ...PRESETS.accurate, epochs: 4, evalSize: 500, backend: "cpu" };
  for await (const event of train(run)) {
    if (event.type !== "finished") continue;
    const { accuracy, loss } = event;
    const { labels } = predict(event, data.images.subarray(2000 * 784));
    const correct = labels.filter((label, i) => label === data.labels[2000 + i]).length;
    document.title = JSON.stringify({ accuracy, loss, predicted: correct / 500 });
  }`;
const PAGE =
  `<!doctype html><link rel="icon" href="data:,"><script type="module">${SCRIPT}</script>`;

Deno.test({
  name:
    "browser.ts trains and predicts in a page, with the same results on one and on several threads",
  ...await needs("browser"),
  async fn() {
    const { outputFiles: [{ text }] } = await bundle({ entryPoints: ["browser.ts"] });
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const { pathname } = new URL(request.url);
        if (pathname === "/browser.js") {
          return new Response(text, { headers: { "content-type": "text/javascript" } });
        }
        const isolation: Record<string, string> = pathname === "/isolated"
          ? {
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-embedder-policy": "require-corp",
          }
          : {};
        return new Response(PAGE, { headers: { "content-type": "text/html", ...isolation } });
      },
    );
    await using browser = await openShared();
    const found = [];
    for (const path of ["plain", "isolated"]) {
      const { page, complaints, requests } = await browser.open(
        `http://127.0.0.1:${server.addr.port}/${path}`,
      );
      await page.waitForFunction(() => document.title !== "");
      found.push(JSON.parse(await page.title()));
      // Additional threads are Workers, which are started from a blob.
      const hasWorkers = requests.some((url) => url.startsWith("blob:"));
      assertEquals(hasWorkers, path === "isolated" && navigator.hardwareConcurrency > 1, path);
      assertEquals(complaints, []);
    }
    const [{ accuracy, predicted }, isolated] = found;
    assertEquals(isolated, found[0]);
    assert(accuracy > 0.8, `accuracy: ${accuracy}`);
    assertAlmostEquals(accuracy, predicted, 0.0021);
  },
});
