/// <reference lib="dom" />
/** The page with MNIST, and with nets from files. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { MNIST } from "../../lib/data/published.ts";
import { DIGIT_STROKES } from "../../lib/data/strokes.ts";
import { loadModel } from "../../lib/model/load_model.ts";
import { encodeNpz } from "../../lib/model/npz.ts";
import { encodeModel } from "../../lib/model/saved_model.ts";
import { PRESETS } from "../../lib/training/presets.ts";
import { train, type TrainingRun } from "../../lib/training/train.ts";
import type { FinishedEvent } from "../../lib/training/events.ts";
import { mnistDirectory, needs } from "../requirements.ts";
import { openPage } from "./training_page.ts";

const mnist = () => readIdxFolder(mnistDirectory(), MNIST);

/** Returns steps and accuracy of a run's evaluations, as the page's table shows them. */
async function evaluationsOf(run: TrainingRun): Promise<string[][]> {
  const evaluations: string[][] = [];
  for await (const event of train(run)) {
    if (event.type !== "evaluated") continue;
    const { iteration, accuracy } = event;
    evaluations.push([iteration.toLocaleString("en"), `${(100 * accuracy).toFixed(1)}%`]);
  }
  return evaluations;
}

Deno.test({
  name: "the page reaches the accuracies of train() on the CPU engine, up to step 500",
  ...await needs("mnist", "browser"),
  async fn() {
    await using web = await openPage({ mnist: mnist() });
    await web.page.click("#start");
    await web.reach(501);
    const shown = (await web.evaluations()).map((row) => row.slice(0, 2));
    const expected = await evaluationsOf({ data: mnist(), backend: "cpu", iterations: 500 });
    assertEquals(shown.slice(0, 2), expected);
    assertEquals(await web.text("notice"), "");
    assertEquals(web.complaints, []);
  },
});

Deno.test({
  name: "the page reaches the accuracies of train() in a whole run",
  ...await needs("mnist", "browser", "time"),
  async fn() {
    await using web = await openPage({ mnist: mnist() });
    await web.page.click("#start");
    await web.reach(5000);
    await web.page.waitForFunction(
      () => document.querySelector("#status")!.textContent!.startsWith("Done: "),
      undefined,
      { timeout: 60_000 },
    );
    const shown = (await web.evaluations()).map((row) => row.slice(0, 2));
    assertEquals(shown, await evaluationsOf({ data: mnist(), backend: "cpu" }));
    assertEquals(await web.page.isDisabled("#start"), true);
    await web.page.waitForFunction(
      () => document.querySelector("#examined")!.textContent!.startsWith("10,000 test digits"),
      undefined,
      { timeout: 60_000 },
    );
  },
});

Deno.test({
  name: "a loaded model of the kind `accurate` classifies ten digits drawn by mouse correctly",
  ...await needs("mnist", "browser"),
  async fn() {
    const data = mnist();
    const model = await trained({ data, ...PRESETS.accurate, epochs: 2, backend: "cpu" });
    await using web = await openPage();
    await loadIntoPage(web.page, "accurate.safetensors", encodeModel(model));
    const [first, second] = model.architecture.hidden;
    assertMatch(
      await web.text("loaded"),
      new RegExp(`^The page now shows accurate.safetensors: ${first} and ${second} hidden`),
    );
    const answers: string[] = [];
    for (const [digit, [strokes]] of DIGIT_STROKES.entries()) {
      await draw(web.page, strokes);
      const [, answer, percent] = /^This is a (\d): ([\d.]+)%/.exec(await web.text("answer"))!;
      answers.push(answer);
      assert(Number(percent) > 50, `${digit} is classified as ${answer}, with ${percent}%`);
    }
    assertEquals(answers.join(""), "0123456789");
    assertEquals(await web.page.isVisible("#head-note"), false);
    assertEquals(web.complaints, []);
  },
});

Deno.test({
  name: "a model that the page saved contains its run, and gives the same answer when loaded again",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ query: "?backend=cpu&seed=5" });
    const { page } = web;
    await page.click("#start");
    await web.reach(200);
    await page.click("#start");
    await page.waitForTimeout(300);
    const file = await saved(page, "#save-safetensors");
    const model = await loadModel(file);
    assertEquals([model.run?.options.seed, model.run?.backend], [5, "cpu"]);

    await draw(page, DIGIT_STROKES[7][0]);
    const answer = await web.text("answer");
    await page.click("#reset");
    await page.waitForFunction(
      (answer) => document.querySelector("#answer")!.textContent !== answer,
      answer,
    );
    await loadIntoPage(page, "mine.safetensors", file);
    assertEquals(await web.text("answer"), answer);

    const onnx = await saved(page, "#save-onnx");
    assert(new TextDecoder("latin1").decode(onnx).includes("mnist-webgpu"));
    await page.click("#unload");
    assert(await web.text("answer") !== answer);
  },
});

Deno.test({
  name: "the page asks for the activation, head and scale of another program's net, and uses it",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage();
    const { page } = web;
    const sizes = [[20, 784], [20], [30, 20], [30], [10, 30], [10]];
    const tensors = new Map(
      sizes.map((shape, i) => {
        const data = new Float32Array(shape.reduce((product, size) => product * size));
        return [`${i % 2 === 0 ? "w" : "b"}${i >> 1}`, { shape, data }];
      }),
    );
    await loadIntoPage(page, "net.npz", encodeNpz(tensors));
    assertEquals(
      await web.text("loaded"),
      "net.npz does not contain the net's activation, head and scale. Choose them:",
    );
    assertEquals(await page.isVisible("#unload"), false);
    await page.selectOption("#activation", "relu");
    await page.selectOption("#head", "softmax");
    await page.selectOption("#scale", "unit");
    await page.click("#net-settings button");
    await page.waitForSelector("#unload", { state: "visible" });
    assertMatch(await web.text("loaded"), /^The page now shows net.npz: 20 and 30 hidden units/);
    assertEquals(await page.isVisible("#net-settings"), false);
    assertEquals(web.complaints, []);
  },
});

Deno.test({
  name: "a file that is not a model is rejected with a message, and the net stays",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage();
    await loadIntoPage(web.page, "notes.txt", new TextEncoder().encode("milk and bread"));
    assertMatch(await web.text("loaded"), /^notes.txt: Cannot read safetensors as /);
    assertEquals(await web.page.isVisible("#unload"), false);
    assertEquals(web.complaints, []);
  },
});

async function trained(run: TrainingRun): Promise<FinishedEvent> {
  for await (const event of train(run)) if (event.type === "finished") return event;
  throw new Error("the run did not finish");
}

async function loadIntoPage(page: Page, name: string, bytes: Uint8Array): Promise<void> {
  const file = { name, mimeType: "application/octet-stream", buffer: Buffer.from(bytes) };
  await page.setInputFiles("#load", file);
  await page.waitForFunction(
    (name) => document.querySelector("#loaded")!.textContent!.includes(name),
    name,
  );
}

async function saved(page: Page, button: string): Promise<Uint8Array<ArrayBuffer>> {
  const [download] = await Promise.all([page.waitForEvent("download"), page.click(button)]);
  return Uint8Array.from(await Deno.readFile(await download.path()));
}

/** Draws strokes, whose coordinates are between -1 and 1, on an empty canvas. */
async function draw(page: Page, strokes: readonly (readonly number[])[]): Promise<void> {
  await page.click("#clear");
  await page.locator("#pad").scrollIntoViewIfNeeded();
  const { x, y, width, height } = (await page.locator("#pad").boundingBox())!;
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i += 2) {
      const to = [x + width * (0.5 + 0.33 * stroke[i]), y + height * (0.5 + 0.33 * stroke[i + 1])];
      await page.mouse.move(to[0], to[1], { steps: 3 });
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }
}
