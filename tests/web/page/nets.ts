/// <reference lib="dom" />
/** Nets that the page saves and loads. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { DIGIT_STROKES } from "../../../lib/data/strokes.ts";
import { syntheticDigits } from "../../../lib/data/synthetic.ts";
import { parameterCount } from "../../../lib/net/architecture.ts";
import { parameterViews } from "../../../lib/net/maths.ts";
import type { Model } from "../../../lib/net/architecture.ts";
import { loadModel } from "../../../lib/model/load_model.ts";
import { encodeNpz } from "../../../lib/model/npz.ts";
import { encodeModel } from "../../../lib/model/saved_model.ts";
import { PRESETS } from "../../../lib/training/presets.ts";
import { train, type TrainArguments } from "../../../lib/training/train.ts";
import type { FinishedEvent } from "../../../lib/training/events.ts";
import { needs } from "../../requirements.ts";
import { openPage } from "../training_page.ts";

Deno.test({
  name: "a loaded model of the kind `accurate` classifies ten digits drawn by mouse correctly",
  ...await needs("browser"),
  async fn() {
    const data = syntheticDigits({ trainRows: 6000, testRows: 100 });
    const small = { hidden: [64, 32], epochs: 5, evalSize: 100 } as const;
    const run = { ...PRESETS.accurate, ...small, backend: "cpu" } as const;
    const model = await trained({ data, ...run });
    await using web = await openPage();
    await loadIntoPage(web.page, "accurate.safetensors", encodeModel(model));
    assertMatch(await web.text("loaded"), /^The page now shows accurate.safetensors: 64 and 32/);
    const answers: string[] = [];
    for (const [digit, [strokes]] of DIGIT_STROKES.entries()) {
      await draw(web.page, strokes);
      const [answer, percent] = [await web.text("answer-digit"), await web.text("answer-text")];
      answers.push(answer);
      assert(Number.parseFloat(percent) > 50, `${digit} is classified as ${answer}, ${percent}`);
    }
    assertEquals(answers.join(""), "0123456789");
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
    await web.shows("status", /^Done/);
    await web.shows("accuracy-of", /2,000/);
    await web.tab("files");
    const file = await saved(page, "#save-safetensors");
    const model = await loadModel(file);
    assertEquals([model.run?.options.seed, model.run?.backend], [5, "cpu"]);
    assertEquals([model.run?.result?.iterations, model.run?.initFrom], [2400, undefined]);

    await draw(page, DIGIT_STROKES[7][0]);
    const answer = await web.text("answer");
    await page.click("#reset");
    await web.shows("answer-text", /^Not trained yet/);
    await loadIntoPage(page, "mine.safetensors", file);
    assertEquals(await web.text("answer"), answer);

    const onnx = await saved(page, "#save-onnx");
    assert(new TextDecoder("latin1").decode(onnx).includes("mnist-webgpu"));
    await page.click("#unload");
    await web.shows("answer-text", /^Not trained yet/);
    // A run that was changed says so in its file.
    await page.click("#step");
    await web.set("learning-rate", "0.02");
    await page.keyboard.press("Escape"); // closes the settings
    await page.click("#step");
    await web.reach(2);
    await web.tab("files");
    const changed = await loadModel(await saved(page, "#save-safetensors"));
    assertMatch(changed.run?.initFrom ?? "", /learning rate 0.1 → 0.02/);
  },
});

Deno.test({
  name:
    "a loaded net is named beside its accuracy, and all of the page shows it until it is unloaded",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ query: "?backend=cpu&tab=confusion" });
    const { page } = web;
    const untrained = await examinedCounts(page);
    await page.click("#start");
    await web.shows("status", /^Done/);
    await web.shows("accuracy-of", /2,000/);
    const accuracy = await web.text("accuracy");
    // The examiner computes in a thread of its own, and answers a little later.
    const end = Date.now() + 30_000;
    while (await examinedCounts(page) === untrained) {
      assert(Date.now() < end, "the confusion matrix is still that of the untrained net");
      await page.waitForTimeout(50);
    }
    const model = zeroModel();
    await loadIntoPage(page, "zero.safetensors", encodeModel(model));
    // Every digit is a 0, as all outputs are equal.
    await page.waitForFunction(() =>
      document.querySelectorAll("#confusion td button:not([disabled])").length === 10
    );
    assertEquals(await web.text("shown-net"), "zero.safetensors");
    assertMatch(await web.text("accuracy"), /^(9|10|11)[.]\d%$/);
    assertEquals(await web.text("answer-text"), "10.0%");
    assertMatch(await web.text("net-caption"), /20 units → 30 units/);
    // The run that goes on does not touch what is shown.
    await page.click("#start");
    await web.shows("steps", /^Step 4,800/);
    await page.waitForTimeout(300);
    assertEquals(await web.text("answer-text"), "10.0%");
    assertEquals(
      await page.locator("#confusion td button:not([disabled])").count(),
      10,
    );
    await page.click("#unload");
    await web.shows("accuracy-of", /2,000/);
    await page.waitForFunction(() =>
      document.querySelectorAll("#confusion td button:not([disabled])").length > 10
    );
    assertEquals(await web.text("shown-net"), "");
    assert(
      Math.abs(Number.parseFloat(await web.text("accuracy")) - Number.parseFloat(accuracy)) < 5,
    );
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
    await web.tab("files");
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
    assertMatch(await web.text("loaded"), /^notes.txt is no model that this page can show: /);
    assertEquals(await web.page.isVisible("#unload"), false);
    assertEquals(web.complaints, []);
  },
});

/** Returns a net whose parameters are all 0. */
function zeroModel(): Model {
  const architecture = {
    inputs: 784,
    hidden: [20, 30],
    classes: 10,
    activation: "relu",
    head: "softmax",
  } as const;
  const parameters = parameterViews(architecture, new Float32Array(parameterCount(architecture)));
  return { architecture, scale: "unit", parameters };
}

/** Returns the numbers of the confusion matrix. */
async function examinedCounts(page: Page): Promise<string> {
  return (await page.locator("#confusion td button").allTextContents()).join();
}

async function trained(run: TrainArguments): Promise<FinishedEvent> {
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
  const { x, y, width, height } = (await page.locator("#pad").boundingBox())!;
  for (const stroke of strokes) {
    for (let i = 0; i < stroke.length; i += 2) {
      const to = [x + width * (0.5 + 0.33 * stroke[i]), y + height * (0.5 + 0.33 * stroke[i + 1])];
      await page.mouse.move(to[0], to[1]);
      if (i === 0) await page.mouse.down();
    }
    await page.mouse.up();
  }
}
