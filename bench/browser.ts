/**
 * Opens pages in headless Chromium, for tests and benchmarks. Needs Debian's package `chromium`, or
 * its path in CHROMIUM.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

/** Returns the path of Chromium: CHROMIUM, otherwise Debian's. */
export function chromiumPath(): string {
  return Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
}

/** A context of a browser; disposing of it closes it. */
export interface TestBrowser extends AsyncDisposable {
  /** Playwright's object: https://playwright.dev/docs/api/class-browsercontext. */
  context: BrowserContext;
  /** Opens a page and records its errors and warnings. */
  open(url: string): Promise<TestPage>;
}

/** An open page, with its errors, warnings and requests. */
export interface TestPage {
  page: Page;
  /** Its console's errors and warnings, its uncaught errors, and its failed requests. */
  complaints: string[];
  /** The URLs that it requested. */
  requests: string[];
}

/** What distinguishes one process of Chromium from another. */
export interface ChromiumOptions {
  /** Whether to enable WebGPU, on the software adapter SwiftShader. */
  webgpu?: boolean;
  /** Additional flags for Chromium. */
  args?: string[];
}

/** Options of `openBrowser`. */
export interface BrowserOptions extends ChromiumOptions {
  /** Playwright's options for contexts: viewport, colorScheme, offline... */
  context?: BrowserContextOptions;
}

/** Starts headless Chromium. The caller must close it. */
export async function startChromium(
  { webgpu = false, args = [] }: ChromiumOptions = {},
): Promise<Browser> {
  // Otherwise Playwright's import reads /proc to detect WSL, which requires --allow-all.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  return await chromium.launch({
    executablePath: chromiumPath(),
    headless: false, // because Playwright's headless mode starts another program
    args: [
      "--headless=new",
      "--no-sandbox",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
      ...webgpu ? ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"] : [],
      ...args,
    ],
  });
}

/**
 * Starts headless Chromium with a fresh profile.
 *
 * @param options Whether to enable WebGPU, and others
 * @returns The browser, which the caller must dispose of
 */
export async function openBrowser(
  { context, ...options }: BrowserOptions = {},
): Promise<TestBrowser> {
  const chromium = await startChromium(options);
  return await openContext(chromium, context, () => chromium.close());
}

/**
 * Opens a context, which shares no storage with others, in a running browser.
 *
 * @param chromium The browser
 * @param options Playwright's options
 * @param close Called after the context has been closed
 */
export async function openContext(
  chromium: Browser,
  options: BrowserContextOptions = {},
  close: () => Promise<void> = () => Promise.resolve(),
): Promise<TestBrowser> {
  const context = await chromium.newContext(options);
  return pagesIn(context, async () => {
    await context.close();
    await close();
  });
}

/** Returns a context with `close` as what disposes of it. */
export function pagesIn(context: BrowserContext, close: () => Promise<void>): TestBrowser {
  return {
    context,
    async open(url) {
      const page = await context.newPage();
      const complaints: string[] = [];
      const requests: string[] = [];
      page.on("console", (message) => {
        // Chromium prints this if there is no GPU.
        if (message.text() === "No available adapters.") return;
        if (["error", "warning"].includes(message.type())) complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("requestfailed", (request) => {
        complaints.push(`${request.url()}: ${request.failure()?.errorText}`);
      });
      page.on("request", (request) => requests.push(request.url()));
      await page.goto(url);
      return { page, complaints, requests };
    },
    [Symbol.asyncDispose]: close,
  };
}
