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
  /** Returns the text of an element, after the next frame. */
  text(id: string): Promise<string>;
  /** Returns one of the run's numbers, after the next frame. */
  number(name: string): Promise<string>;
  /** Returns the number of steps that the page shows. */
  steps(): Promise<number>;
  /** Waits, at most 2 minutes, until the run has done so many steps. */
  reach(steps: number): Promise<void>;
  /** Returns the rows of the table of evaluations: steps, accuracy, the notebook's accuracy, loss. */
  evaluations(): Promise<string[][]>;
}

/**
 * Serves the page and opens it.
 *
 * @param options The query of the address, the data (synthetic digits by default), and the browser's options
 */
export async function openPage(
  { query = "?backend=cpu", mnist, browser: browserOptions }: {
    query?: string;
    mnist?: Dataset;
    browser?: BrowserOptions;
  } = {},
): Promise<TrainingPage> {
  const server = await servePage(mnist);
  const browser = await openShared(browserOptions);
  const opened = await browser.open(server.url + query);
  await ready(opened.page);
  const nextFrame = () =>
    opened.page.evaluate(() =>
      new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
    );
  const text = async (id: string) => {
    await nextFrame();
    return (await opened.page.textContent(`#${id}`)) ?? "";
  };
  const number = async (name: string) => {
    await nextFrame();
    return (await opened.page.textContent(`#numbers div:has(dt:text-is("${name}")) dd`)) ?? "";
  };
  const steps = async () => {
    const shown = /^([\d,]+) of [\d,]+$/.exec(await number("Steps"))!;
    return Number(shown[1].replaceAll(",", ""));
  };
  return {
    ...opened,
    url: server.url,
    text,
    number,
    steps,
    async reach(wanted) {
      const end = Date.now() + 120_000;
      while (await steps() < wanted) {
        if (Date.now() > end) throw new Error(`still at step ${await steps()} of ${wanted}`);
        await opened.page.waitForTimeout(50);
      }
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

/** Waits until the page has its data and a net. */
export async function ready(page: Page): Promise<void> {
  await page.waitForSelector("#test-digit:not([disabled])");
  await page.waitForSelector("#save-onnx:not([disabled])");
}
