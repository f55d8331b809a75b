/// <reference lib="dom" />
/** Devices that fail, pages that nobody sees, browsers that are old, and networks that are slow. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Page } from "playwright-core";
import { readIdxFolder } from "../../../lib/data/idx_folder.ts";
import { syntheticDigits } from "../../../lib/data/synthetic.ts";
import { MNIST } from "../../../lib/data/published.ts";
import { mnistDirectory, needs } from "../../requirements.ts";
import { openPage } from "../training_page.ts";

const browser = await needs("browser");
const withMnist = await needs("browser", "mnist");

/** Puts a script before the trainer's own, or before both Workers'. */
function inTrainer(script: string, workers = /trainer-\w+[.]js$/) {
  return async (response: Response, request: Request) => {
    if (!workers.test(new URL(request.url).pathname)) return response;
    const headers = new Headers(response.headers);
    headers.delete("content-length");
    return new Response(script + await response.text(), { headers });
  };
}

Deno.test("an engine that cannot be created fails once, not for ever", browser, async () => {
  const change = inTrainer(`{
    const { Memory } = WebAssembly;
    let first;
    WebAssembly.Memory = function (...args) {
      first ??= performance.now();
      if (performance.now() - first < 500) throw new Error("no memory is left");
      return new Memory(...args);
    };
  }`);
  await using web = await openPage({ change });
  await web.page.click("#start");
  await web.shows("failure", /no memory is left/);
  assertEquals(await web.text("status"), "Stopped by an error");
  await web.page.waitForTimeout(500);
  await web.page.click("#start");
  await web.reach(50);
  assertEquals(await web.page.isVisible("#failure"), false);
});

Deno.test(
  "a run whose device fails goes on from its last report, twice, with a line in its log",
  browser,
  async () => {
    // The engine's functions fail at two of their calls, as a lost device would.
    const change = inTrainer(`{
    const { Instance } = WebAssembly;
    let calls = 0;
    WebAssembly.Instance = function (...args) {
      const { exports } = new Instance(...args);
      return {
        exports: new Proxy({}, {
          get(_, name) {
            const value = exports[name];
            if (typeof value !== "function") return value;
            return (...args) => {
              calls++;
              if (calls === 400 || calls === 800) throw new Error("the device is lost");
              return value(...args);
            };
          },
        }),
      };
    };
  }`);
    await using web = await openPage({
      change,
      query: "?backend=cpu&preset=notebook&speed=100&tab=log",
    });
    await web.page.click("#start");
    await web.shows("log", /The device failed [(]the device is lost[)].*goes on from step \d+[.]/);
    await web.shows("log", /goes on from step \d+ on the CPU[.]/);
    const from = Number(/from step (\d+) on the CPU/.exec(await web.text("log"))![1]);
    assert(from > 0, "it began again");
    await web.reach(from + 20);
    assertEquals(await web.page.isVisible("#failure"), false);
    // The table of evaluations has no step twice.
    const steps = (await web.evaluations()).map(([step]) => step);
    assertEquals(steps, [...new Set(steps)]);
  },
);

Deno.test(
  "a run on a GPU that is lost goes on from its last report, and after a second loss on the CPU",
  browser,
  async () => {
    // Each device is lost after some submissions, as if the machine had slept.
    const change = inTrainer(`{
      const { requestDevice } = GPUAdapter.prototype;
      GPUAdapter.prototype.requestDevice = async function (...args) {
        const device = await requestDevice.apply(this, args);
        const { submit } = GPUQueue.prototype;
        let submissions = 0;
        device.queue.submit = function (...args) {
          if (++submissions === 40) device.destroy();
          return submit.apply(this, args);
        };
        return device;
      };
    }`);
    await using web = await openPage({
      change,
      query: "?backend=webgpu&speed=20&tab=log",
      browser: { webgpu: true },
    });
    await web.page.click("#start");
    await web.shows("status", /Compiling the kernels/);
    await web.shows("device", /^[^()]+\(WebGPU in software\)$/);
    await web.shows("evaluations", /0\d+[.]\d%/);
    await web.shows("log", /The device failed [(].*lost.*[)]. Training goes on from step \d+[.]/);
    await web.shows("log", /goes on from step \d+ on the CPU[.]/);
    const steps = [...(await web.text("log")).matchAll(/from step (\d+)/g)].map(([, step]) =>
      Number(step)
    );
    assert(steps.length === 2 && 0 < steps[0] && steps[0] < steps[1], `from ${steps}`);
    await web.reach(steps[1] + 20);
    assert(/^CPU/.test(await web.text("device")));
    assertEquals(await web.page.isVisible("#failure"), false);
  },
);

Deno.test(
  "Pause and Reset interrupt the compilation, and another device trains meanwhile",
  browser,
  async () => {
    // An adapter that is never found stands for kernels that compile for minutes.
    const change = inTrainer(`
      Object.defineProperty(navigator, "gpu", {
        value: { requestAdapter: () => new Promise(() => {}) },
      });
    `);
    await using web = await openPage({ change, query: "?backend=webgpu&hidden=2048,2048&tab=log" });
    await web.page.click("#start");
    await web.shows("status", /^Compiling the kernels…$/);
    await web.page.click("#start");
    await web.shows("status", /^Ready$/);
    await web.shows("log", /^Compiling was interrupted: Start continues it.$/);
    await web.page.click("#start");
    await web.shows("status", /^Compiling the kernels…$/);
    await web.page.click("#reset");
    await web.shows("status", /^Ready$/);
    assertEquals(await web.text("start"), "Start");
    await web.set("backend", "cpu");
    await web.set("hidden", "32, 16");
    await web.page.click("#start");
    await web.reach(20);
    assertEquals(web.complaints, []);
  },
);

Deno.test(
  "the notice that the page is not running waits for slow networks, and shows if it never runs",
  browser,
  async () => {
    const isNoticed = (page: Page) => page.isVisible("#blocked");
    const isScript = ({ url }: Request) => /page-\w+[.]js$/.test(new URL(url).pathname);
    const slow = async (response: Response, request: Request) => {
      if (isScript(request)) await new Promise((resolve) => setTimeout(resolve, 1000));
      return response;
    };
    await using late = await openPage({ change: slow, isReady: false });
    // The first second after the page appears.
    while (await late.page.isHidden("#app")) {
      assertEquals(await isNoticed(late.page), false);
      await late.page.waitForTimeout(50);
    }
    const missing = (response: Response, request: Request) =>
      isScript(request) ? new Response(null, { status: 404 }) : response;
    await using never = await openPage({ change: missing, isReady: false });
    assertEquals(await isNoticed(never.page), false);
    await never.page.waitForSelector("#blocked", { state: "visible", timeout: 10_000 });
    assertMatch(await never.text("blocked"), /It needs JavaScript/);
  },
);

Deno.test(
  "without WebAssembly, or without its vectors, the page says why it cannot train",
  browser,
  async () => {
    const faults = [
      ["delete globalThis.WebAssembly;", /no WebAssembly here: Safari .* Lockdown Mode/],
      ["WebAssembly.validate = () => false;", /has no SIMD: .*SSE4.1/],
    ] as const;
    for (const [fault, sentence] of faults) {
      await using web = await openPage({ change: inTrainer(fault), query: "?" });
      await web.page.click("#start");
      await web.shows("failure", sentence);
      await web.shows("status", /^Stopped by an error$/);
      assertEquals(web.complaints, []);
    }
  },
);

Deno.test(
  "training rests while the page is hidden, goes on after, and counts no time meanwhile",
  browser,
  async () => {
    await using web = await openPage({ query: "?backend=cpu&preset=notebook&speed=100&tab=log" });
    const see = (state: "hidden" | "visible") =>
      web.page.evaluate((state) => {
        for (const [name, value] of [["hidden", state === "hidden"], ["visibilityState", state]]) {
          Object.defineProperty(document, name as string, { value, configurable: true });
        }
        document.dispatchEvent(new Event("visibilitychange"));
      }, state);
    const seconds = async () => Number(/Training time([\d.]+) s/.exec(await web.text("facts"))![1]);
    await web.page.click("#start");
    await web.reach(20);
    await see("hidden");
    await web.shows("status", /^Resting/);
    await web.page.waitForTimeout(300); // for the steps that are already queued
    const [steps, time] = [await web.steps(), await seconds()];
    await web.page.waitForTimeout(1000);
    assertEquals([await web.steps(), await seconds()], [steps, time]);
    const seen = performance.now();
    await see("visible");
    await web.reach(steps + 20);
    assert(await seconds() < time + (performance.now() - seen) / 1000 + 0.2);
    // A page that comes back from the browser's cache goes on as well.
    await web.page.evaluate(() => dispatchEvent(new Event("pagehide")));
    await web.shows("status", /^Resting/);
    await web.page.evaluate(() => dispatchEvent(new Event("pageshow")));
    await web.shows("status", /^Training/);
  },
);

Deno.test(
  "the page trains, evaluates and shows kernels in the oldest browsers that README names",
  browser,
  async () => {
    // What Chrome 113, Safari 17 and Firefox 115 lack.
    const lacking = `{
    const remove = (target, ...names) => { for (const name of names) delete target?.[name]; };
    const iterator = Object.getPrototypeOf(Object.getPrototypeOf([].values()));
    remove(iterator, "map", "filter", "take", "drop", "flatMap", "reduce", "toArray", "forEach",
      "some", "every", "find");
    remove(Promise, "withResolvers", "try");
    remove(Map, "groupBy");
    remove(Object, "groupBy");
    remove(Array, "fromAsync");
    remove(URL, "parse", "canParse");
    remove(Set.prototype, "union", "difference", "intersection", "isSubsetOf");
    for (const type of [Blob, Response, Request]) remove(type.prototype, "bytes");
    remove(Uint8Array, "fromBase64", "fromHex");
    remove(Uint8Array.prototype, "toBase64", "toHex");
    remove(ReadableStream.prototype, "values", Symbol.asyncIterator);
    remove(AbortSignal, "any");
    if (globalThis.GPUAdapter) remove(GPUAdapter.prototype, "info");
    const { iterator: i, asyncIterator: a, toStringTag: t, species: s, hasInstance: h } = Symbol;
    const symbols = { iterator: i, asyncIterator: a, toStringTag: t, species: s, hasInstance: h };
    for (const name of ["toPrimitive", "isConcatSpreadable", "match", "matchAll", "replace",
      "search", "split", "unscopables", "for", "keyFor"]) symbols[name] = Symbol[name];
    // Symbol.dispose cannot be deleted, so Symbol is replaced.
    const old = Symbol;
    globalThis.Symbol = Object.assign(function (text) { return old(text); }, symbols);
    Symbol.prototype = old.prototype;
  }`;
    await using web = await openPage({
      before: lacking,
      change: inTrainer(lacking, /(trainer|examiner)-\w+[.]js$/),
      query: "?backend=cpu&augment=elastic&tab=confusion",
    });
    await web.page.click("#start");
    await web.shows("status", /^Done/);
    await web.shows("accuracy-of", /2,000/);
    await web.page.waitForSelector("#confusion .right button:not([disabled])");
    await web.page.click("#reset");
    await web.page.click("#step");
    await web.page.waitForSelector("#batch li");
    await web.tab("kernels");
    await web.page.waitForSelector("#kernel-list article");
    assertEquals(web.complaints, []);
  },
);

Deno.test("the page's thread copies no net that the trainer reports", browser, async () => {
  const change = inTrainer(`{
    const post = self.postMessage.bind(self);
    self.postMessage = (report, transfer) => {
      const isCopied = report.kind === "progress" && !transfer?.length;
      post(isCopied ? { kind: "failed", message: "copied" } : report, transfer);
    };
  }`);
  await using web = await openPage({ change });
  await web.page.click("#start");
  await web.reach(100);
  assertEquals(await web.text("failure"), "");
});

Deno.test("Reset and other data do not wait for data on their way", browser, async () => {
  let release = () => {};
  const released = new Promise<void>((resolve) => release = resolve);
  const change = async (response: Response, request: Request) => {
    if (request.url.includes("/mnist/")) await released;
    return response;
  };
  const mnist = syntheticDigits({ trainRows: 50, testRows: 10 });
  await using web = await openPage({ mnist, change, isReady: false });
  await web.page.click("#start");
  await web.shows("start", /^Pause$/);
  await web.page.click("#reset");
  await web.shows("start", /^Start$/);
  await web.set("data", "synthetic");
  await web.shows("status", /^Ready$/);
  assertMatch(web.page.url(), /data=synthetic/);
  release();
});

Deno.test(
  "on a slow network a free run begins with the first rows and says so; the notebook's waits",
  { ...withMnist },
  async () => {
    let release = () => {};
    const released = new Promise<void>((resolve) => release = resolve);
    // Holds back the last part of the training images.
    const change = (response: Response, request: Request) => {
      if (!request.url.includes("train-images") || !response.body) return response;
      let sent = 0;
      const held = response.body.pipeThrough(
        new TransformStream<Uint8Array, Uint8Array>({
          async transform(piece, controller) {
            for (let from = 0; from < piece.length; from += 2 ** 16) {
              if (sent > 12e6) await released;
              const part = piece.slice(from, from + 2 ** 16);
              sent += part.length;
              controller.enqueue(part);
            }
          },
        }),
      );
      return new Response(held, { status: response.status, headers: response.headers });
    };
    const data = readIdxFolder(mnistDirectory(), MNIST);
    await using web = await openPage({ mnist: data, change, isReady: false });
    await web.shows("status", /^Loading MNIST, \d+ of 55 MB…$/);
    await web.shows("status", /^Ready$/);
    await web.page.click("#start");
    await web.shows("status", /^Training on the first 5,000 digits$|^Done/);
    await web.tab("log");
    await web.shows("log", /^Trains on the first 5,000 digits alone/);
    await web.set("preset", "notebook");
    await web.page.click("#new-run");
    await web.page.click("#start");
    await web.shows("status", /^Loading MNIST, \d+ of 55 MB…$/);
    await web.shows("steps", /^Step 0\b/);
    await web.page.click("#reset");
    await web.shows("status", /^Ready$/);
    await web.page.click("#start");
    release();
    await web.reach(10);
    assertEquals(await web.text("log"), "");
    await web.shows("runs", /the published notebook/);
  },
);
