/** Headless Chromium, for tests and benches. Needs the package `chromium` (Debian), or CHROMIUM with its path. */
import type { BrowserContext, BrowserType, Page } from "playwright-core";

/** The path of Chromium. */
export function chromiumPath(): string {
  return Deno.env.get("CHROMIUM") ?? "/usr/bin/chromium";
}

/** A browser that is closed when disposed. */
export interface TestBrowser extends AsyncDisposable {
  /** Playwright's own: https://playwright.dev/docs/api/class-browsercontext. */
  context: BrowserContext;
  /** Opens a page and records its errors and warnings. */
  open(url: string): Promise<TestPage>;
}

/** A page, and its errors and warnings. */
export interface TestPage {
  page: Page;
  /** Errors and warnings on its console, uncaught errors, and requests that failed. */
  complaints: string[];
  /** The URLs that it requested. */
  requests: string[];
}

/** Options of `openBrowser`. */
export interface BrowserOptions {
  /** Enables WebGPU with the software adapter SwiftShader, which Chromium offers only with a flag. */
  webgpu?: boolean;
  /** Additional flags for Chromium. */
  args?: string[];
  /** Playwright's options of contexts: viewport, colorScheme, offline... */
  context?: Parameters<BrowserType["launchPersistentContext"]>[1];
}

/**
 * Starts headless Chromium with a fresh profile.
 *
 * @param options With or without WebGPU, and others
 * @returns The browser, which must be disposed
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
    headless: false, // Playwright's headless mode uses another program
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
        // Chromium's message if there is no GPU.
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
