/// <reference lib="dom" />
/** Runs: start, pause, step, reset, the end, and what the page says of them. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { Dataset } from "../../../lib/data/dataset.ts";
import { readIdxFolder } from "../../../lib/data/idx_folder.ts";
import { MNIST } from "../../../lib/data/published.ts";
import { train, type TrainArguments } from "../../../lib/training/train.ts";
import { mnistDirectory, needs } from "../../requirements.ts";
import { openPage, ready } from "../training_page.ts";

const browser = await needs("browser");
const withMnist = await needs("browser", "mnist");
let digits: Dataset | undefined;
const mnist = () => digits ??= readIdxFolder(mnistDirectory(), MNIST);

/** Returns steps and accuracy of a run's evaluations, as the page's table shows them. */
async function evaluationsOf(run: TrainArguments): Promise<string[][]> {
  const evaluations: string[][] = [];
  for await (const event of train(run)) {
    if (event.type !== "evaluated") continue;
    const { iteration, accuracy } = event;
    evaluations.push([iteration.toLocaleString("en"), `${(100 * accuracy).toFixed(1)}%`]);
  }
  return evaluations;
}

Deno.test(
  "the page trains on synthetic digits, says so, and requests nothing elsewhere",
  browser,
  async () => {
    await using web = await openPage();
    assertMatch(await web.text("notice-text"), /^Not MNIST/);
    await web.page.click("#start");
    await web.shows("status", /^Done after [\d.]+ s$/);
    await web.shows("accuracy-of", /^of 2,000 test digits$/);
    assert(Number.parseFloat(await web.text("accuracy")) > 90, await web.text("accuracy"));
    assertEquals(web.complaints, []);
    // A blob: URL is made by the page itself.
    const addresses = web.requests.map((url) => url.replace(/^blob:/, ""));
    assertEquals(addresses.filter((url) => !url.startsWith(web.url)), []);
  },
);

Deno.test(
  "the default preset passes 95% of MNIST's test digits within seconds on one thread",
  withMnist,
  async () => {
    // Without isolation there is only one thread.
    const change = (response: Response) => {
      const headers = new Headers(response.headers);
      headers.delete("cross-origin-opener-policy");
      return new Response(response.body, { status: response.status, headers });
    };
    await using web = await openPage({ mnist: mnist(), change });
    assertEquals(await web.page.evaluate(() => crossOriginIsolated), false);
    await web.page.click("#start");
    await web.shows("status", /^Done/);
    await web.shows("accuracy-of", /^of 10,000 test digits$/);
    assert(Number.parseFloat(await web.text("accuracy")) > 95, await web.text("accuracy"));
    const seconds = Number(/[\d.]+/.exec(await web.text("status"))![0]);
    assert(seconds < 60, `${seconds} s`); // 3 s on a quiet machine
  },
);

Deno.test(
  "the notebook's run has the accuracies of train(), and the notebook's beside them until it is changed",
  withMnist,
  async () => {
    await using web = await openPage({ mnist: mnist(), query: "?preset=notebook&backend=cpu" });
    await web.page.click("#start");
    await web.reach(501);
    const shown = await web.evaluations();
    const expected = await evaluationsOf({ data: mnist(), backend: "cpu", iterations: 500 });
    assertEquals(shown.slice(0, 2).map((row) => row.slice(0, 2)), expected);
    assertEquals(shown[1][3], "79.7%");
    assertMatch(await web.text("runs"), /the published notebook/);
    assertMatch(await web.text("preset-note"), /no answer exceeds 45.1%/);
    await web.set("learning-rate", "0.4");
    await web.shows("log", /Step [\d,]+: learning rate 0.5 → 0.4/);
    assert(!/published notebook/.test(await web.text("runs")));
    assertEquals((await web.evaluations())[1].length, 3);
    assertEquals(web.complaints, []);
  },
);

Deno.test(
  "the notebook's curve stands beside no other preset, seed or data",
  withMnist,
  async () => {
    await using web = await openPage({ mnist: mnist() });
    for (const query of ["?preset=notebook&seed=1", "?preset=notebook&data=synthetic", "?"]) {
      await web.page.goto(web.url + query);
      await ready(web.page);
      assert(!/published notebook/.test(await web.text("runs")), query);
    }
  },
);

Deno.test(
  "the loaded page works offline, and kernels opened offline load later",
  browser,
  async () => {
    // In a context whose cache contains no kernels of other tests.
    await using web = await openPage({ browser: { context: {} } });
    await web.page.context().setOffline(true);
    await web.page.click("#start");
    await web.reach(100);
    await web.page.click("#test-digit");
    await web.shows("answer-digit", /^\d$/);
    assertEquals(web.complaints, []);
    await web.tab("kernels");
    await web.shows("kernels-status", /cannot be loaded now/);
    await web.page.context().setOffline(false);
    await web.tab("words");
    await web.tab("kernels");
    await web.page.waitForSelector("#kernel-list article");
    assertEquals(await web.text("kernels-status"), "");
  },
);

Deno.test(
  "pause stops steps and time, and examines the net that it stopped at",
  browser,
  async () => {
    await using web = await openPage({ query: "?preset=notebook&backend=cpu&tab=mistakes" });
    await web.page.click("#start");
    await web.reach(200);
    await web.page.click("#start");
    await web.shows("status", /^Paused$/);
    await web.shows("accuracy-of", /^of 2,000 test digits$/);
    const steps = await web.steps();
    const shown = await web.text("accuracy");
    await web.shows(
      "examined",
      new RegExp(`^From 2,000 test digits after ${steps.toLocaleString("en")} steps`),
    );
    await web.tab("confusion");
    const right = await web.page.locator("#confusion .right").allTextContents();
    const percentage = right.reduce((sum, text) => sum + Number(text), 0) / 20;
    // Tied outputs of float32 differ in float64, so some digits may count on one side only.
    assert(Math.abs(Number.parseFloat(shown) - percentage) < 0.5, `${shown}, ${percentage}%`);
    await web.page.waitForTimeout(500);
    assertEquals(await web.steps(), steps);

    await web.page.click("#step");
    await web.reach(steps + 1);
    await web.tab("mistakes");
    await web.shows(
      "examined",
      new RegExp(`^From 2,000 test digits after ${(steps + 1).toLocaleString("en")} steps`),
    );
    assertEquals(await web.steps(), steps + 1);

    await web.page.click("#reset");
    await web.shows("start", /^Start$/);
    await web.shows("accuracy-of", /not trained yet/);
    assertEquals(await web.evaluations(), []);
    assertEquals(await web.steps(), 0);
  },
);

Deno.test(
  "a run that is over trains on, keeps the focus, and counts no pause",
  browser,
  async () => {
    await using web = await openPage();
    await web.page.focus("#start");
    await web.page.keyboard.press("Enter");
    await web.shows("status", /^Done/);
    const [, end] = /of ([\d,]+)/.exec(await web.text("steps"))!;
    assertEquals(end, "2,400");
    assertEquals(await web.page.evaluate(() => document.activeElement!.id), "start");
    assertEquals(await web.text("start"), "Train on");
    await web.shows("accuracy-of", /2,000/);
    await web.page.keyboard.press("Enter");
    await web.shows("steps", /^Step [\d,]+ of 4,800$/);
    await web.shows("status", /^Done/);
    assertEquals(await web.steps(), 4800);
    await web.tab("log");
    await web.shows("log", /Trains on after the last step, 2,400/);
  },
);

Deno.test("the speed limits the steps per second", browser, async () => {
  await using web = await openPage({ query: "?backend=cpu&speed=10" });
  await web.page.click("#start");
  await web.reach(1);
  const begun = performance.now();
  const before = await web.steps();
  await web.page.waitForTimeout(1500);
  const steps = await web.steps() - before;
  // A busy machine takes longer than it is asked to wait.
  const seconds = (performance.now() - begun) / 1000;
  assert(steps >= 7 && steps <= 10 * seconds + 4, `${steps} steps in ${seconds} seconds`);
});

Deno.test(
  "a run that diverges stops with advice, and another can be started",
  browser,
  async () => {
    const query = "?preset=accurate&learning-rate=1e30&backend=cpu";
    await using web = await openPage({ query });
    await web.page.click("#start");
    await web.shows("failure", /try a smaller learning rate than 1e[+]30/);
    await web.shows("status", /^Stopped by an error$/);
    await web.set("learning-rate", "0.004");
    await web.page.click("#start");
    await web.reach(20);
    assertEquals(await web.page.isVisible("#failure"), false);
    assertEquals(web.complaints, []);
  },
);

Deno.test("statuses and buttons are written only when they change", browser, async () => {
  await using web = await openPage({ query: "?preset=notebook&backend=cpu" });
  await web.page.evaluate(() => {
    let changes = 0;
    for (const id of ["status", "start", "reset", "answer-digit", "accuracy-of"]) {
      new MutationObserver((list) => changes += list.length)
        .observe(document.getElementById(id)!, {
          childList: true,
          characterData: true,
          subtree: true,
        });
    }
    Object.assign(globalThis, { changesOf: () => changes });
  });
  await web.page.click("#start");
  await web.shows("status", /^Done/);
  const changes = await web.page.evaluate("changesOf()") as number;
  // Ready, Compiling, Training, an epoch each (5000 steps of 100 in 12,000 rows), Done; the digit's answer.
  assert(changes < 120, `${changes} changes`);
});

Deno.test(
  "drawing paints no weights and computes no styles; hidden tabs cost nothing in training",
  browser,
  async () => {
    const before = `{
      globalThis.counts = { painted: 0, styles: 0, examined: 0 };
      const count = (object, name, what, isCounted) => {
        const original = object[name];
        object[name] = function (...args) {
          if (isCounted(...args)) counts[what]++;
          return original.apply(this, args);
        };
      };
      const prototype = CanvasRenderingContext2D.prototype;
      count(prototype, "putImageData", "painted", (image) => image.width > 28);
      count(globalThis, "getComputedStyle", "styles", () => true);
      count(Worker.prototype, "postMessage", "examined", ({ kind }) => kind === "examine");
    }`;
    await using web = await openPage({ before, query: "?backend=cpu&speed=100&tab=kernels" });
    const { page } = web;
    type Counts = Record<"painted" | "styles" | "examined", number>;
    const counts = () => page.evaluate("counts") as Promise<Counts>;
    /** Returns the counts once several frames have changed none. */
    const settled = async () => {
      let [before, now] = [{} as Counts, await counts()];
      while (JSON.stringify(now) !== JSON.stringify(before)) {
        for (let frames = 0; frames < 10; frames += 2) await web.text("verdict");
        [before, now] = [now, await counts()];
      }
      return now;
    };
    await page.waitForSelector("#kernel-list article");
    const { x, y, width } = (await page.locator("#pad").boundingBox())!;
    await page.mouse.move(x + width / 3, y + width / 3);
    await page.mouse.down();
    await web.shows("verdict", /^$/);
    const drawn = await settled();
    await page.mouse.move(x + width / 2, y + width / 2, { steps: 10 });
    await page.mouse.up();
    assertEquals(await settled(), drawn);
    assert(drawn.painted > 0 && drawn.styles > 0, "what is counted exists");
    await page.click("#start");
    await web.reach(150);
    const trained = await counts();
    assertEquals(trained.examined, drawn.examined);
    assert(trained.painted > drawn.painted, "training changes the weights");
    await web.tab("mistakes");
    await page.waitForFunction(
      (before) => (globalThis as unknown as { counts: Counts }).counts.examined > before,
      trained.examined,
    );
  },
);

Deno.test("the memory of a training page does not grow with its reports", browser, async () => {
  await using web = await openPage({ query: "?preset=accurate&hidden=1024,512&backend=cpu" });
  const client = await web.page.context().newCDPSession(web.page);
  const heap = async () => {
    await client.send("HeapProfiler.collectGarbage");
    const { usedSize, embedderHeapUsedSize = 0, backingStorageSize = 0 } = await client.send(
      "Runtime.getHeapUsage",
    ) as { usedSize: number; embedderHeapUsedSize?: number; backingStorageSize?: number };
    return usedSize + embedderHeapUsedSize + backingStorageSize;
  };
  await web.page.click("#start");
  await web.reach(3);
  const before = await heap();
  const steps = await web.steps();
  await web.reach(steps + 60); // a net of this size is 5 MB
  const growth = (await heap() - before) / 1e6;
  assert(growth < 40, `${growth.toFixed(0)} MB more`);
});
