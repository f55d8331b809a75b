/// <reference lib="dom" />
/**
 * Runs the page's main path in Firefox and WebKitGTK (the engine of Safari), if they are installed.
 * Any browser can be tested so, since the page's server adds a script that operates the page.
 */
import { assert, assertEquals } from "@std/assert";
import { start } from "../processes.ts";
import { needs, webKitBrowser } from "../requirements.ts";
import { servePage } from "./page_server.ts";

/** What the script reports. */
interface Report {
  agent: string;
  accuracy: number;
  answer: string;
  errors: string[];
}

/** Trains the net to the end, asks for a test digit, and reports what it sees. */
async function operate(): Promise<void> {
  const errors: string[] = [];
  addEventListener("error", ({ message }) => errors.push(message));
  addEventListener("unhandledrejection", ({ reason }) => errors.push(String(reason)));
  const text = (id: string) => document.getElementById(id)!.textContent ?? "";
  const until = async (holds: () => boolean) => {
    const end = Date.now() + 40_000;
    while (!holds() && errors.length === 0) {
      if (Date.now() > end) errors.push(`${holds} does not come true; status: ${text("status")}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await until(() => text("status") === "Ready");
  document.getElementById("start")!.click();
  await until(() => parseFloat(text("accuracy")) > 90);
  await until(() => text("status").startsWith("Done"));
  document.getElementById("test-digit")!.click();
  await until(() => /^\d$/.test(text("answer-digit")));
  if (!document.getElementById("failure")!.hidden) errors.push(text("failure"));
  const [accuracy, answer] = [parseFloat(text("accuracy")), text("answer-digit")];
  const report = { agent: navigator.userAgent, accuracy, answer, errors };
  await fetch("report", { method: "POST", body: JSON.stringify(report) });
}

/**
 * Opens the page in a browser, whose window nobody sees, and returns what the page reports.
 *
 * @param command The browser
 * @param argsFor Returns its arguments for the page's address and an empty folder
 * @param env Its environment besides HOME, which is that folder
 */
async function visit(
  command: string,
  argsFor: (url: string, folder: string) => string[],
  env: Record<string, string> = {},
): Promise<Report> {
  const reported = Promise.withResolvers<Report>();
  await using server = await servePage(undefined, async (response, request) => {
    const { pathname } = new URL(request.url);
    const { headers } = response;
    if (pathname === "/report") {
      reported.resolve(await request.json());
      return new Response();
    }
    if (pathname === "/operate.js") {
      headers.set("content-type", "text/javascript");
      return new Response(`(${operate})();`, { status: 200, headers });
    }
    if (pathname !== "/") return response;
    headers.delete("content-length");
    const html = (await response.text())
      .replace("</body>", '<script type="module" src="operate.js"></script></body>');
    return new Response(html, { headers });
  });
  const folder = await Deno.makeTempDir();
  try {
    await using browser = start(command, {
      args: argsFor(`${server.url}?backend=cpu`, folder),
      env: { HOME: folder, ...env },
      stdout: "null",
      stderr: "null",
    });
    const ended = browser.status.then(() => {
      throw new Error(`${command} ended without a report`);
    });
    ended.catch(() => {});
    return await Promise.race([reported.promise, ended]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Starts a display that exists in memory only, and returns its name and how to end it. */
async function openDisplay(): Promise<{ display: string } & AsyncDisposable> {
  const args = ["-displayfd", "1", "-nolisten", "tcp"];
  const server = start("Xvfb", { args, stderr: "null" });
  const reader = server.stdout.getReader();
  const { value } = await reader.read();
  return {
    display: `:${new TextDecoder().decode(value).trim()}`,
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await reader.cancel();
    },
  };
}

function check({ accuracy, answer, errors }: Report): void {
  assertEquals(errors, []);
  assert(accuracy > 90, `accuracy: ${accuracy}`);
  assert(/^\d$/.test(answer), `answer: ${answer}`);
}

Deno.test({
  name: "the page trains and answers in Firefox",
  ...await needs("firefox"),
  async fn() {
    const report = await visit(
      "firefox-esr",
      (url, folder) => ["--headless", "--no-remote", "--profile", folder, url],
    );
    assert(report.agent.includes("Firefox"), report.agent);
    check(report);
  },
});

Deno.test({
  name: "the page trains and answers in WebKitGTK",
  ...await needs("webkit"),
  async fn() {
    await using screen = await openDisplay();
    const report = await visit(webKitBrowser()!, (url) => ["--private", url], {
      DISPLAY: screen.display,
      WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1", // root may not open its sandbox
      LIBGL_ALWAYS_SOFTWARE: "1",
    });
    assert(report.agent.includes("AppleWebKit"), report.agent);
    check(report);
  },
});
