/**
 * Chromium for tests. All tests of a file share one process (one with WebGPU and one without), each
 * in a context of its own; it ends with the file's last test.
 */
import type { Browser } from "playwright-core";
import {
  type BrowserOptions,
  openContext,
  startChromium,
  type TestBrowser,
} from "../bench/browser.ts";

/** The running browsers by their options. */
const running = new Map<string, Promise<Browser>>();

Deno.test.afterAll(async () => {
  for (const browser of running.values()) await (await browser).close();
});

/**
 * Opens a context in the file's browser: a profile without storage. The test must be registered with
 * `needs("browser")`.
 *
 * @param options As for `openBrowser`
 * @returns The context, which the test must dispose of
 */
export async function openShared(
  { context, ...options }: BrowserOptions = {},
): Promise<TestBrowser> {
  const key = JSON.stringify(options);
  let browser = running.get(key);
  if (browser === undefined) running.set(key, browser = startChromium(options));
  return await openContext(await browser, context);
}
