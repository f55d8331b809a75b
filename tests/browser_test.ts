/// <reference lib="dom" />
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { bundle } from "../lib/cli/bundle.ts";
import { openBrowser } from "../bench/browser.ts";
import { needs } from "./requirements.ts";

Deno.test({
  name: "browser.ts trains and predicts when a page imports its bundle",
  ...await needs("browser"),
  async fn() {
    const { outputFiles: [{ text }] } = await bundle({ entryPoints: ["browser.ts"] });
    const script = `
      import { predict, PRESETS, syntheticDigits, train } from "/browser.js";
      const data = syntheticDigits({ trainRows: 2000, testRows: 500 });
      const run = { data, ...PRESETS.accurate, epochs: 4, evalSize: 500, backend: "cpu" };
      for await (const event of train(run)) {
        if (event.event === "finished") {
          const { labels } = predict(event, data.images.subarray(2000 * 784));
          const correct = labels.filter((label, i) => label === data.labels[2000 + i]).length;
          document.title = JSON.stringify({ accuracy: event.accuracy, predicted: correct / 500 });
        }
      }`;
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => {
        const type = (type: string) => ({ headers: { "content-type": type } });
        switch (new URL(request.url).pathname) {
          case "/":
            return new Response(
              `<!doctype html><link rel="icon" href="data:,"><script type="module">${script}</script>`,
              type("text/html"),
            );
          case "/browser.js":
            return new Response(text, type("text/javascript"));
        }
        return new Response(null, { status: 404 });
      },
    );
    await using browser = await openBrowser();
    const { page, complaints } = await browser.open(`http://127.0.0.1:${server.addr.port}/`);
    await page.waitForFunction(() => document.title !== "");
    const { accuracy, predicted } = JSON.parse(await page.title());
    assert(accuracy > 0.8, `accuracy: ${accuracy}`);
    assertAlmostEquals(accuracy, predicted, 0.0021);
    assertEquals(complaints, []);
  },
});
