/** Headless Chromium, for tests and benches. Needs the package `chromium` (Debian), or CHROMIUM with its path. */
import type { BrowserContext, BrowserType, Page } from "playwright-core";

/** Where Chromium is. */
export function chromiumPath(): string {
  return Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
}

/** A browser that is closed when disposed of. */
export interface TestBrowser extends AsyncDisposable {
  /** Playwright's own: https://playwright.dev/docs/api/class-browsercontext. */
  context: BrowserContext;
  /** Opens a page and notes whatever it complains of. */
  open(url: string): Promise<TestPage>;
}

/** A page, and what it complained of. */
export interface TestPage {
  page: Page;
  /** Errors and warnings on its console, uncaught errors, and requests that failed. */
  complaints: string[];
  /** The URLs it asked for. */
  requests: string[];
}

/** How a browser is started. */
export interface BrowserOptions {
  /** With the software adapter SwiftShader for WebGPU, which Chromium offers only when told to. */
  webgpu?: boolean;
  /** More flags for Chromium. */
  args?: string[];
  /** Playwright's own, for contexts: viewport, colorScheme, offline... */
  context?: Parameters<BrowserType["launchPersistentContext"]>[1];
}

/**
 * Starts headless Chromium with a fresh profile.
 *
 * @param options With or without WebGPU
 * @returns The browser; to be disposed of
 */
export async function openBrowser(
  { webgpu = false, args = [], context: contextOptions }: BrowserOptions = {},
): Promise<TestBrowser> {
  // Else Playwright, as it is imported, looks in /proc for Windows' Linux, which takes --allow-all.
  Deno.env.set("__IS_WSL_TEST__", "1");
  const { chromium } = await import("playwright-core");
  const profile = await Deno.makeTempDir();
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: chromiumPath(),
    headless: false, // Playwright's own headless mode is another program
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
        // Chromium's own words where there is no GPU.
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
