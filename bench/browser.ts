/**
 * Opens pages in headless Chromium, for tests and benchmarks. Needs Debian's package `chromium`, or
 * its path in CHROMIUM.
 */
import type { BrowserContext, BrowserType, Page } from "playwright-core";

/** Returns the path of Chromium: CHROMIUM, otherwise Debian's. */
export function chromiumPath(): string {
  return Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
}

/** A browser; disposing of it closes it. */
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

/** Options of `openBrowser`. */
export interface BrowserOptions {
  /** Whether to enable WebGPU, on the software adapter SwiftShader. */
  webgpu?: boolean;
  /** Additional flags for Chromium. */
  args?: string[];
  /** Playwright's options for contexts: viewport, colorScheme, offline... */
  context?: Parameters<BrowserType["launchPersistentContext"]>[1];
}

/**
 * Starts headless Chromium with a fresh profile.
 *
 * @param options Whether to enable WebGPU, and others
 * @returns The browser, which the caller must dispose of
 */
export async function openBrowser(
  { webgpu = false, args = [], context: contextOptions }: BrowserOptions = {},
): Promise<TestBrowser> {
  // Otherwise Playwright's import reads /proc to detect WSL, which requires --allow-all.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const profile = await Deno.makeTempDir();
  const context = await chromium.launchPersistentContext(profile, {
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
    ...contextOptions,
  });
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
    async [Symbol.asyncDispose]() {
      await context.close();
      await Deno.remove(profile, { recursive: true });
    },
  };
}
