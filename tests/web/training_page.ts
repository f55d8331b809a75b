/// <reference lib="dom" />
/** Opens the page for tests and operates it as a visitor does. */
import type { Page } from "playwright-core";
import type { BrowserOptions, TestPage } from "../../bench/browser.ts";
import { openShared } from "../browser.ts";
import { servePage } from "./page_server.ts";
import type { Dataset } from "../../lib/data/dataset.ts";

/** A page that is ready to train, in its own context of the shared browser. */
export interface TrainingPage extends TestPage, AsyncDisposable {
  url: string;
  /** Returns the text of an element, after the next frames. */
  text(id: string): Promise<string>;
  /** Waits until the text of an element matches. */
  shows(id: string, pattern: RegExp): Promise<void>;
  /** Returns the number of steps that the page shows. */
  steps(): Promise<number>;
  /** Waits, at most a minute, until the run has done so many steps. */
  reach(steps: number): Promise<void>;
  /** Opens a tab. */
  tab(name: string): Promise<void>;
  /** Opens the log, and returns the rows of its table: steps, accuracy, loss, the notebook's. */
  evaluations(): Promise<string[][]>;
  /** Opens the settings, fills a field and leaves it. */
  set(id: string, value: string): Promise<void>;
}

/**
 * Serves the page and opens it.
 *
 * @param options The query of the address, the data (synthetic digits by default), the browser's
 *   options, a script that runs before the page's own, and whether to wait until it is ready
 */
export async function openPage(
  { query = "?backend=cpu", mnist, browser: browserOptions, before, change, isReady = true }: {
    query?: string;
    mnist?: Dataset;
    browser?: BrowserOptions;
    before?: string;
    change?: Parameters<typeof servePage>[1];
    isReady?: boolean;
  } = {},
): Promise<TrainingPage> {
  const server = await servePage(mnist, change);
  // A script before the page's would stay in the context of other tests.
  const browser = await openShared(before ? { context: {}, ...browserOptions } : browserOptions);
  if (before) await browser.context.addInitScript(before);
  const opened = await browser.open(server.url + query);
  const { page } = opened;
  if (isReady) await ready(page);
  const text = async (id: string) => {
    await page.evaluate(() =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    );
    return (await page.textContent(`#${id}`)) ?? "";
  };
  const steps = async () =>
    Number(/^Step ([\d,]+)/.exec(await text("steps"))![1].replaceAll(",", ""));
  const shows = async (id: string, pattern: RegExp) => {
    await page.waitForFunction(
      ([id, source]) => new RegExp(source).test(document.getElementById(id)!.textContent!),
      [id, pattern.source],
      { timeout: 60_000 },
    );
  };
  const tab = (name: string) => page.click(`[data-tab=${name}]`);
  return {
    ...opened,
    url: server.url,
    text,
    shows,
    steps,
    tab,
    async reach(wanted) {
      const end = Date.now() + 60_000;
      while (await steps() < wanted) {
        if (Date.now() > end) throw new Error(`still at step ${await steps()} of ${wanted}`);
        await page.waitForTimeout(30);
      }
    },
    async evaluations() {
      await tab("log");
      await text("log");
      return await page.locator("#evaluations tbody tr").evaluateAll((rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent ?? ""))
      );
    },
    async set(id, value) {
      if (!await page.isVisible("#drawer")) await page.click("#settings-button");
      const tag = await page.locator(`#${id}`).evaluate((field) => field.tagName);
      if (tag === "SELECT") return void await page.selectOption(`#${id}`, value);
      await page.fill(`#${id}`, value);
      await page.press(`#${id}`, "Tab");
    },
    async [Symbol.asyncDispose]() {
      await browser[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Waits until the page has its data, a net, and a digit on the pad. */
export async function ready(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector("#status")?.textContent === "Ready");
  await page.waitForFunction(() =>
    /^A test digit/.test(document.querySelector("#verdict")!.textContent!)
  );
}
