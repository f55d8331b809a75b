/// <reference lib="dom" />
/** Devices that fail, pages that nobody sees, browsers that are old, and networks that are slow. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { needs } from "../../requirements.ts";
import { openPage } from "../training_page.ts";

const browser = await needs("browser");

/** Puts a script before the trainer's own. */
function inTrainer(script: string) {
  return async (response: Response, request: Request) => {
    if (!/trainer-\w+[.]js$/.test(new URL(request.url).pathname)) return response;
    const headers = new Headers(response.headers);
    headers.delete("content-length");
    return new Response(script + await response.text(), { headers });
  };
}

Deno.test("an engine that cannot be created once fails once", browser, async () => {
  const change = inTrainer(`
    const { instantiate } = WebAssembly;
    let calls = 0;
    WebAssembly.instantiate = (...args) =>
      calls++ === 0 ? Promise.reject(new Error("no memory is left")) : instantiate(...args);
  `);
  await using web = await openPage({ change });
  await web.page.click("#start");
  await web.shows("failure", /no memory is left/);
  assertEquals(await web.text("status"), "Stopped by an error");
  await web.page.click("#start");
  await web.reach(50);
  assertEquals(await web.page.isVisible("#failure"), false);
});

Deno.test(
  "a run goes on after a buffer that cannot be created, and on the CPU after a second loss",
  browser,
  async () => {
    const change = inTrainer(`
    const { createBuffer } = GPUDevice.prototype;
    let failed = false;
    GPUDevice.prototype.createBuffer = function (descriptor) {
      if (!failed && descriptor.size > 5e6) {
        failed = true;
        throw new RangeError("createBuffer: out of memory");
      }
      return createBuffer.call(this, descriptor);
    };
    let submissions = 0;
    const { submit } = GPUQueue.prototype;
    const { requestDevice } = GPUAdapter.prototype;
    let device;
    GPUAdapter.prototype.requestDevice = async function (...args) {
      return device = await requestDevice.apply(this, args);
    };
    GPUQueue.prototype.submit = function (...args) {
      if (++submissions === 40) device.destroy();
      return submit.apply(this, args);
    };
  `);
    await using web = await openPage({
      change,
      query: "?backend=webgpu&preset=notebook&tab=log&speed=100",
      browser: { webgpu: true },
    });
    await web.page.click("#start");
    await web.shows("log", /The device failed .*out of memory.*goes on from step 0[.]/);
    await web.shows("log", /goes on from step \d+ on the CPU/);
    const log = await web.text("log");
    const from = Number(/from step (\d+) on the CPU/.exec(log)![1]);
    await web.reach(from + 20);
    assertMatch(await web.text("device"), /^CPU/);
    assertEquals(await web.page.isVisible("#failure"), false);
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
    await see("visible");
    await web.reach(steps + 20);
    assert(await seconds() < time + 1);
    // A page that comes back from the browser's cache goes on as well.
    await web.page.evaluate(() => dispatchEvent(new Event("pagehide")));
    await web.shows("status", /^Resting/);
    await web.page.evaluate(() => dispatchEvent(new Event("pageshow")));
    await web.shows("status", /^Training/);
  },
);
