/// <reference lib="dom" />
/** The page and the library with and without WebGPU, without a secure context, and on other servers. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { bundle } from "../../../lib/cli/bundle.ts";
import { openShared } from "../../browser.ts";
import { runCli } from "../../cli/run_cli.ts";
import { mnistDirectory, needs } from "../../requirements.ts";
import { openPage, ready } from "../training_page.ts";

Deno.test({
  name: "the page trains on WebGPU, here with SwiftShader",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({
      query: "?backend=webgpu&preset=notebook",
      browser: { webgpu: true },
    });
    await web.page.click("#start");
    await web.shows("status", /Compiling the kernels/);
    await web.reach(20);
    assertMatch(await web.text("device"), /^[^()]+\(WebGPU in software\)$/);
    const [[steps, accuracy]] = await web.evaluations();
    assertEquals(steps, "0");
    assertMatch(accuracy, /^\d+[.]\d%$/);
    assertEquals(web.complaints, []);
  },
});

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
    const args = ["--host-resolver-rules=MAP classroom.test 127.0.0.1"];
    await using web = await openPage({ browser: { args } });
    await web.page.goto(web.url.replace("127.0.0.1", "classroom.test"));
    await ready(web.page);
    assertEquals(await web.page.evaluate(() => isSecureContext), false);
    assertMatch(await web.text("notice"), /^No WebGPU: .* trains on one thread of the CPU/);
    await web.page.click("#start");
    await web.reach(20);
  },
});

Deno.test({
  name: "deno task build writes a folder that any server can serve at any path, for one thread",
  ...await needs("browser"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const out = `${folder}/dist`;
      const built = await runCli("build", ["--out", out, "--json", "--quiet"]);
      assertEquals(built.code, 0, built.stderr);
      const { files } = JSON.parse(built.stdout);
      assert(files.includes("index.html") && files.includes("mnist-webgpu.js"), built.stdout);

      await using server = serveFolder(folder);
      await using browser = await openShared();
      const { page, complaints, requests } = await browser.open(`${server.url}dist/?backend=cpu`);
      await ready(page);
      assertEquals(await page.evaluate(() => crossOriginIsolated), false);
      await page.click("#start");
      await page.waitForFunction(() =>
        /[1-9]/.test(/^Step ([\d,]+)/.exec(document.querySelector("#steps")!.textContent!)![1])
      );
      // The page requests MNIST only from its own folder.
      assertEquals(requests.filter((url) => !url.startsWith(`${server.url}dist/`)), []);
      assertEquals(complaints.filter((line) => !/404|mnist/.test(line)), []);
      assertMatch((await page.textContent("#notice"))!, /Not MNIST/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "deno task build --with-data writes MNIST beside the page, which trains on it",
  ...await needs("mnist", "browser"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const flags = ["--out", `${folder}/dist`, "--with-data", "--quiet"];
      const { code, stderr } = await runCli("build", [...flags, "--data-dir", mnistDirectory()]);
      assertEquals(code, 0, stderr);
      await using server = serveFolder(folder);
      await using browser = await openShared();
      const { page, complaints } = await browser.open(`${server.url}dist/?backend=cpu`);
      await ready(page);
      await page.click("#step");
      await page.waitForFunction(() =>
        /[1-9]/.test(/^Step ([\d,]+)/.exec(document.querySelector("#steps")!.textContent!)![1])
      );
      await page.click("[data-tab=log]");
      await page.waitForFunction(() =>
        /MNIST/.test(document.querySelector("#facts")!.textContent!)
      );
      assertEquals(complaints, []);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: "deno task build --data-url makes the page fetch MNIST from that URL",
  ...await needs("browser"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      const asked: string[] = [];
      await using digits = serve(({ url }) => {
        asked.push(new URL(url).pathname);
        return new Response(null, { status: 404, headers: { "access-control-allow-origin": "*" } });
      });
      const flags = ["--out", `${folder}/dist`, "--data-url", `${digits.url}digits/`, "--quiet"];
      assertEquals((await runCli("build", flags)).code, 0);
      await using server = serveFolder(folder);
      await using browser = await openShared();
      const { page } = await browser.open(`${server.url}dist/`);
      await ready(page);
      assertEquals(asked.sort(), [
        "/digits/t10k-images-idx3-ubyte.gz",
        "/digits/t10k-labels-idx1-ubyte.gz",
        "/digits/train-images-idx3-ubyte.gz",
        "/digits/train-labels-idx1-ubyte.gz",
      ]);
      assertMatch((await page.textContent("#notice"))!, /Cannot download .*Not MNIST/);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
    const { code, stderr } = await runCli("build", ["--data-url", "digits"]);
    assertEquals(code, 2, stderr);
  },
});

Deno.test({
  name: "deno task build replaces its earlier files and no others",
  ...await needs("permissions"),
  async fn() {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/thesis.txt`, "mine");
      const refused = await runCli("build", ["--out", folder]);
      assertEquals(refused.code, 1);
      assertMatch(refused.stderr, /it contains other files, such as thesis.txt/);
      assertEquals([...Deno.readDirSync(folder)].map(({ name }) => name), ["thesis.txt"]);

      const out = `${folder}/dist`;
      assertEquals((await runCli("build", ["--out", out])).code, 0);
      await Deno.writeTextFile(`${out}/old-1234.js`, "");
      const list = JSON.parse(await Deno.readTextFile(`${out}/files.json`));
      await Deno.writeTextFile(
        `${out}/files.json`,
        JSON.stringify([...list, "old-1234.js", "../thesis.txt"]),
      );
      assertEquals((await runCli("build", ["--out", out])).code, 0);
      const names = [...Deno.readDirSync(out)].map(({ name }) => name);
      assert(!names.includes("old-1234.js") && names.includes("index.html"), names.join());
      assertEquals(await Deno.readTextFile(`${folder}/thesis.txt`), "mine");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
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
