/**
 * Chromium for tests. All tests of a file share one process (one with WebGPU and one without) and
 * a context, in which each has a tab of its own; it ends with the file's last test.
 */
import type { Browser, BrowserContext } from "playwright-core";
import {
  type BrowserOptions,
  openContext,
  pagesIn,
  startChromium,
  type TestBrowser,
} from "../bench/browser.ts";

/** The name of another machine, which is this one. */
export const OTHER_HOST = "classroom.test";
const HOST_RULE = `--host-resolver-rules=MAP ${OTHER_HOST} 127.0.0.1`;

/** A running browser, and the context of the tests that need none of their own. */
interface Running {
  browser: Browser;
  context: BrowserContext;
}

/** The running browsers by their options. */
const running = new Map<string, Promise<Running>>();

Deno.test.afterAll(async () => {
  for (const one of running.values()) await (await one).browser.close();
});

/**
 * Opens pages in the file's browser. With options for a context, they have one of their own, without
 * storage, cached files and scripts of other tests. The test must be registered with
 * `needs("browser")`.
 *
 * @param options As for `openBrowser`
 * @returns What opens pages; the test must dispose of it
 */
export async function openShared(
  { context: own, ...options }: BrowserOptions = {},
): Promise<TestBrowser> {
  const key = JSON.stringify(options);
  if (!running.has(key)) running.set(key, start(options));
  const { browser, context } = await running.get(key)!;
  if (own) return await openContext(browser, own);
  const others = new Set(context.pages());
  return pagesIn(context, async () => {
    for (const page of context.pages()) if (!others.has(page)) await page.close();
  });
}

async function start(options: BrowserOptions): Promise<Running> {
  const browser = await startChromium({ args: [HOST_RULE], ...options });
  return { browser, context: await browser.newContext() };
}
