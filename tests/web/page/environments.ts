/// <reference lib="dom" />
/** The page and the library with and without WebGPU, without a secure context, and on other servers. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { bundle } from "../../../lib/cli/bundle.ts";
import { openShared, OTHER_HOST } from "../../browser.ts";
import { runCli } from "../../cli/run_cli.ts";
import { mnistDirectory, needs } from "../../requirements.ts";
import { openPage, ready } from "../training_page.ts";

Deno.test({
  name: "the page trains in a browser whose language is C, as in a Linux without locales",
  ...await needs("browser"),
  async fn() {
    const before =
      "Object.defineProperty(navigator, 'language', { get: () => 'C', configurable: true });";
    await using web = await openPage({ before });
    await web.page.click("#step");
    await web.reach(1);
    assertEquals(web.complaints, []);
  },
});

Deno.test({
  name: "without a GPU the page trains on the CPU by default, without advice to install drivers",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ query: "" });
    await web.page.click("#step");
    await web.reach(1);
    assertMatch(await web.text("device"), /^CPU /);
    assert(!/apt|install|driver/.test(await web.text("main")));
  },
});

Deno.test({
  name: "without a GPU the page reports that WebGPU is missing, and can be switched to the CPU",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ query: "?backend=webgpu" });
    await web.page.click("#start");
    await web.shows("failure", /Cannot train on WebGPU: there is no WebGPU adapter/);
    await web.set("backend", "cpu");
    await web.page.click("#start");
    await web.reach(20);
  },
});

Deno.test({
  name: "over http:// from another machine the page explains why there is no WebGPU, and trains",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ isReady: false });
    await web.page.goto(web.url.replace("127.0.0.1", OTHER_HOST));
    await ready(web.page);
    assertEquals(await web.page.evaluate(() => isSecureContext), false);
    assertMatch(await web.text("notice"), /^No WebGPU: .* trains on one thread of the CPU/);
    await web.page.click("#start");
    await web.reach(20);
  },
});

Deno.test({
  name: "deno task build writes a folder that any server can serve at any path, and replaces it",
  ...await needs("mnist", "browser"),
  async fn(t) {
    const folder = await Deno.makeTempDir();
    const out = `${folder}/dist`;
    const build = async (...flags: string[]) => {
      const built = await runCli("build", ["--out", out, "--json", "--quiet", ...flags]);
      assertEquals(built.code, 0, built.stderr);
      return JSON.parse(built.stdout).files as string[];
    };
    await using server = serveFolder(folder);
    await using browser = await openShared();
    try {
      await t.step("without data, for one thread, it trains on synthetic digits", async () => {
        const files = await build();
        assert(files.includes("index.html") && files.includes("mnist-webgpu.js"), files.join());
        const { page, complaints, requests } = await browser.open(`${server.url}dist/?backend=cpu`);
        await ready(page);
        assertEquals(await page.evaluate(() => crossOriginIsolated), false);
        await page.click("#step");
        await stepped(page);
        // The page requests MNIST only from its own folder.
        assertEquals(requests.filter((url) => !url.startsWith(`${server.url}dist/`)), []);
        assertEquals(complaints.filter((line) => !/404|mnist/.test(line)), []);
        assertMatch((await page.textContent("#notice"))!, /Not MNIST/);
      });
      await t.step(
        "--with-data adds MNIST, and replaces its earlier files and no others",
        async () => {
          await Deno.writeTextFile(`${folder}/thesis.txt`, "mine");
          await Deno.writeTextFile(`${out}/old-1234.js`, "");
          const list = JSON.parse(await Deno.readTextFile(`${out}/files.json`));
          const listed = [...list, "old-1234.js", "../thesis.txt"];
          await Deno.writeTextFile(`${out}/files.json`, JSON.stringify(listed));
          await build("--with-data", "--data-dir", mnistDirectory());
          const names = [...Deno.readDirSync(out)].map(({ name }) => name);
          assert(!names.includes("old-1234.js") && names.includes("index.html"), names.join());
          assertEquals(await Deno.readTextFile(`${folder}/thesis.txt`), "mine");

          const { page, complaints } = await browser.open(`${server.url}dist/?backend=cpu`);
          await ready(page);
          await page.click("#step");
          await stepped(page);
          await page.click("[data-tab=log]");
          await page.waitForFunction(() =>
            /MNIST/.test(document.querySelector("#facts")!.textContent!)
          );
          assertEquals(complaints, []);
        },
      );
      await t.step("--data-url makes the page fetch MNIST from that URL", async () => {
        const asked: string[] = [];
        await using digits = serve(({ url }) => {
          asked.push(new URL(url).pathname);
          const headers = { "access-control-allow-origin": "*" };
          return new Response(null, { status: 404, headers });
        });
        await build("--data-url", `${digits.url}digits/`);
        const { page } = await browser.open(`${server.url}dist/`);
        await ready(page);
        assertEquals(asked.sort(), [
          "/digits/t10k-images-idx3-ubyte.gz",
          "/digits/t10k-labels-idx1-ubyte.gz",
          "/digits/train-images-idx3-ubyte.gz",
          "/digits/train-labels-idx1-ubyte.gz",
        ]);
        assertMatch((await page.textContent("#notice"))!, /Cannot download .*Not MNIST/);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "deno task build refuses a folder with other files, and a data URL that is none",
  ...await needs("permissions"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/thesis.txt`, "mine");
      const refused = await runCli("build", ["--out", folder]);
      assertEquals(refused.code, 1);
      assertMatch(refused.stderr, /it contains other files, such as thesis.txt/);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["thesis.txt"]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    assertEquals((await runCli("build", ["--data-url", "digits"])).code, 2);
  },
});

Deno.test({
  name: "README's three lines in a page of another origin import the library and train",
  ...await needs("browser"),
  async fn() {
    const { outputFiles: [{ text }] } = await bundle({ entryPoints: ["browser.ts"] });
    const lines = /```html\n<script type="module">\n([\s\S]*?)<\/script>\n```/
      .exec(await Deno.readTextFile("README.md"))![1].trim().split("\n");
    assertEquals(lines.length, 3);
    await using library = serveText(text, "text/javascript");
    const script = lines.join("\n").replace(/"https:[^"]+"/, `"${library.url}mnist-webgpu.js"`);
    await using server = serveText(
      `<!doctype html><link rel="icon" href="data:,"><script type="module">${script}</script>`,
      "text/html",
    );
    await using browser = await openShared();
    const { page, complaints } = await browser.open("about:blank");
    const finished = page.waitForEvent("console", {
      predicate: (message) => message.text().includes("finished"),
      timeout: 60_000,
    });
    await page.goto(server.url);
    await finished;
    assertEquals(complaints, []);
  },
});

/** Waits until the run has taken a step. */
async function stepped(page: Page): Promise<void> {
  await page.waitForFunction(() =>
    /^Step [1-9]/.test(document.querySelector("#steps")!.textContent!)
  );
}

/** Serves a text at every path, for every origin. */
function serveText(text: string, type: string): { url: string } & AsyncDisposable {
  return serve(() =>
    new Response(text, {
      headers: { "content-type": type, "access-control-allow-origin": "*" },
    })
  );
}

/** Serves a folder as a simple static host does, with the content type as its only header. */
function serveFolder(folder: string): { url: string } & AsyncDisposable {
  const types: Record<string, string> = { js: "text/javascript", css: "text/css" };
  return serve(async (request) => {
    const path = new URL(request.url).pathname.replace(/\/$/, "/index.html");
    try {
      const type = types[path.split(".").at(-1)!] ?? "text/html";
      return new Response(await Deno.readFile(folder + path), {
        headers: { "content-type": type },
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}

function serve(
  handler: (request: Request) => Response | Promise<Response>,
): { url: string } & AsyncDisposable {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, handler);
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}
