/// <reference lib="dom" />
/** The page as a visitor handles it. */
import type { Page } from "playwright-core";
import { type BrowserOptions, openBrowser, type TestPage } from "../../bench/browser.ts";
import { servePage } from "./page_server.ts";
import type { Dataset } from "../../lib/data/dataset.ts";

/** A page that is ready to be started, in a browser of its own. */
export interface TrainingPage extends TestPage, AsyncDisposable {
  url: string;
  /** The text of an element, after the next frame. */
  text(id: string): Promise<string>;
  /** The step that the page says it has done. */
  steps(): Promise<number>;
  /** Waits until the run has done so many steps. */
  reach(steps: number): Promise<void>;
  /** Rows of the table of evaluations: steps, accuracy, notebook's, loss. */
  evaluations(): Promise<string[][]>;
}

/**
 * Serves the page and opens it.
 *
 * @param options Query of its address; data; the browser's
 */
export async function openPage(
  { query = "?backend=cpu", mnist, browser: browserOptions }: {
    query?: string;
    mnist?: Dataset;
    browser?: BrowserOptions;
  } = {},
): Promise<TrainingPage> {
  const server = await servePage(mnist);
  const browser = await openBrowser(browserOptions);
  const opened = await browser.open(server.url + query);
  await ready(opened.page);
  const text = async (id: string) => {
    await opened.page.evaluate(() =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    );
    return (await opened.page.textContent(`#${id}`)) ?? "";
  };
  const steps = async () => {
    const shown = /Steps([\d,]+) of/.exec(await text("numbers"));
    return shown ? Number(shown[1].replaceAll(",", "")) : 0;
  };
  return {
    ...opened,
    url: server.url,
    text,
    steps,
    async reach(wanted) {
      while (await steps() < wanted) await opened.page.waitForTimeout(50);
    },
    async evaluations() {
      return await opened.page.locator("#evaluations tbody tr").evaluateAll((rows) =>
        rows.map((row) => [...row.children].map((cell) => cell.textContent ?? ""))
      );
    },
    async [Symbol.asyncDispose]() {
      await browser[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}

/** Waits until the page has its data. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector("#test-digit:not([disabled])");
  await page.waitForSelector("#save-onnx:not([disabled])");
}
