/**
 * The contract's smoke tests on a second implementation of WebGPU: Chromium's, with its software
 * adapter.
 */
import { assert, assertEquals } from "@std/assert";
import { openShared } from "../../browser.ts";
import { needs } from "../../requirements.ts";
import { contractCases } from "../contract/cases.ts";
import { runToEnd } from "../../processes.ts";

/** Time limit of a case, most of which is the compilation of kernels. */
const MOST_MILLISECONDS = 300_000;

interface BrowserCase {
  name: string;
  test(): Promise<void>;
}
declare const cases: BrowserCase[];

/** Returns browser_cases.ts with all its imports as one script. */
async function bundledCases(): Promise<string> {
  const { code, stdout, stderr } = await runToEnd(Deno.execPath(), {
    args: [
      "bundle",
      "--quiet",
      "--platform",
      "browser",
      "--lock=deno.lock",
      "tests/engine/webgpu/browser_cases.ts",
    ],
  });
  assertEquals(code, 0, stderr);
  return stdout;
}

Deno.test({
  name: "WebGPU engine passes the contract's smoke tests in Chromium",
  ...await needs("webgpu", "browser", "time"),
  async fn(t) {
    const script = await bundledCases();
    await using server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      ({ url }) =>
        url.endsWith(".js")
          ? new Response(script, { headers: { "content-type": "text/javascript" } })
          : new Response('<!doctype html><script type="module" src="cases.js"></script>', {
            headers: { "content-type": "text/html" },
          }),
    );
    await using browser = await openShared({ webgpu: true });
    const { page } = await browser.open(`http://127.0.0.1:${server.addr.port}/`);
    await page.waitForFunction(() => "cases" in globalThis);
    const names = await page.evaluate(() => cases.map(({ name }) => name));
    const smoke = contractCases(() => Promise.reject()).flatMap(({ smoke }) => smoke ?? []);
    assert(smoke.length > 5);
    assertEquals(
      names.length,
      smoke.length + 2 * smoke.filter((sets) => sets === "all sets").length,
    );
    for (const [i, name] of names.entries()) {
      await t.step(name, async () => {
        const failure = await page.evaluate(
          ([i, most]) =>
            Promise.race([
              cases[i].test().then(() => undefined, (error) => String(error.message)),
              new Promise<string>((end) => setTimeout(() => end(`no end in ${most} ms`), most)),
            ]),
          [i, MOST_MILLISECONDS],
        );
        assert(failure === undefined, failure);
      });
    }
  },
});
