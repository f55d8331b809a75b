/// <reference lib="dom" />
/** "It is a 7": digits that the visitor names, from which the net learns at once. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { unzipSync } from "fflate";
import { Buffer } from "node:buffer";
import { dirname } from "node:path";
import { openDataset } from "../../../lib/data/open.ts";
import { loadModel } from "../../../lib/model/load_model.ts";
import { encodeModel } from "../../../lib/model/saved_model.ts";
import { needs } from "../../requirements.ts";
import { openPage, type TrainingPage } from "../training_page.ts";

const browser = await needs("browser");

/** Trains for some steps, and pauses. */
async function pausedAfter(steps: number, query: string): Promise<TrainingPage> {
  const web = await openPage({ query });
  await web.page.click("#start");
  await web.reach(steps);
  await web.page.click("#start");
  await web.shows("status", /^Paused$/);
  await web.shows("examined", /^From 2,000 test digits/);
  return web;
}

const name = (web: TrainingPage, label: number | string) =>
  web.page.click(`#name-it button >> nth=${label}`);

/** Returns the image that the net sees. */
async function seen(web: TrainingPage): Promise<number[]> {
  return await web.page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("#seen")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, 28, 28);
    return Array.from({ length: 784 }, (_, i) => data[4 * i + 3]);
  });
}

Deno.test(
  "a named digit is kept, the net learns it at once, and the run is no longer the notebook's",
  browser,
  async () => {
    await using web = await pausedAfter(100, "?backend=cpu&preset=small&speed=100");
    const { page } = web;
    const steps = await web.steps();
    const accuracy = Number.parseFloat(await web.text("accuracy"));
    await page.click("#mistakes button >> nth=0");
    const [, label] = /(\d) → \d/.exec(await page.textContent("#mistakes li >> nth=0") ?? "")!;
    await web.shows("verdict", /✗$/);
    await name(web, label);
    await web.shows("kept", /^Trained \d+ steps? on it, a test digit. 1 kept.$/);
    await web.shows("verdict", new RegExp(`^You say: ${label} ✓$`));
    assertEquals(await web.text("answer-digit"), label);
    // No step of the run was taken, and the rest of the page shows the new net.
    assertEquals(await web.steps(), steps);
    assertMatch(await web.text("runs"), /small, changed/);
    await web.shows("accuracy-of", /2,000/);
    assert(Math.abs(Number.parseFloat(await web.text("accuracy")) - accuracy) < 10);
    await web.tab("log");
    await web.shows(
      "log",
      new RegExp(`After step ${steps}: \\d+ steps? on a test digit named ${label}`),
    );
    // The run goes on from there.
    await page.click("#step");
    await web.reach(steps + 1);
    await web.tab("files");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("#save-safetensors"),
    ]);
    const model = await loadModel(await Deno.readFile(await download.path()));
    assertMatch(model.run?.initFrom ?? "", /on a test digit named/);
    assertEquals(web.complaints, []);
  },
);

Deno.test("a digit named while the net trains is learned between its steps", browser, async () => {
  await using web = await openPage({ query: "?backend=cpu&preset=notebook&tab=log" });
  await web.page.click("#start");
  await web.reach(100);
  await name(web, await web.page.textContent("#verdict").then((text) => /\d/.exec(text!)![0]));
  await web.shows("log", /After step [\d,]+: \d+ steps? on a test digit named \d/);
  const steps = await web.steps();
  await web.shows("status", /^Done/);
  assert(steps > 0 && await web.steps() === 5000);
  const evaluations = await web.evaluations();
  assertEquals(evaluations.length, 11);
  assertEquals(web.complaints, []);
});

Deno.test("an untrained net says so, and the digit is kept all the same", browser, async () => {
  await using web = await openPage();
  await name(web, 3);
  await web.shows("kept", /^The net is not trained yet. 1 kept.$/);
  assertEquals(await web.steps(), 0);
  // Another name for the same picture replaces the first.
  await name(web, 8);
  assertMatch(await web.text("kept"), /1 kept.$/);
  await web.tab("drawings");
  assertEquals(await web.page.locator("#named b").allTextContents(), ["8"]);
  await web.page.click("#named .remove");
  await web.shows("named-count", /^None yet.$/);
  assertEquals(await web.page.isVisible("#save-named"), false);
  await web.page.click("#clear");
  await web.shows("answer-text", /^Draw something$/);
  assertEquals(await web.page.isDisabled("#name-it button >> nth=0"), true);
});

Deno.test("the net of a file learns a named digit too, and its name says so", browser, async () => {
  await using web = await pausedAfter(100, "?backend=cpu&speed=100");
  const { page } = web;
  await web.tab("files");
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.click("#save-safetensors"),
  ]);
  const model = await loadModel(await Deno.readFile(await download.path()));
  for (const [file, run] of [["mine", model.run], ["foreign", undefined]] as const) {
    const buffer = Buffer.from(encodeModel({ ...model, run }));
    await page.setInputFiles("#load", {
      name: `${file}.safetensors`,
      mimeType: "application/octet-stream",
      buffer,
    });
    await web.shows("shown-net", new RegExp(`^${file}`));
    const before = await web.text("answer-text");
    await name(web, (Number(await web.text("answer-digit")) + 1) % 10);
    await web.shows("shown-net", new RegExp(`^${file}.safetensors, changed$`));
    await web.shows("kept", /^Trained \d+ steps? on it/);
    assertNotEquals(await web.text("answer-text"), before);
  }
  await page.click("#unload");
  assertEquals(/changed/.test(await web.text("runs")), false);
  assertEquals(web.complaints, []);
});

Deno.test(
  "the named digits download as folders of PNG files, which --dataset and --add read pixel for pixel",
  browser,
  async () => {
    await using web = await openPage();
    const { page } = web;
    const images: number[][] = [];
    for (let label = 0; label < 3; label++) {
      // The page opens with a test digit; the next ones are another one each.
      if (label > 0) await page.click("#test-digit");
      let image = await seen(web);
      while (image.every((ink) => ink === 0) || `${image}` === `${images.at(-1)}`) {
        await page.waitForTimeout(20);
        image = await seen(web);
      }
      images.push(image);
      await name(web, label);
    }
    await web.tab("drawings");
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.click("#save-named"),
    ]);
    assertEquals(download.suggestedFilename(), "drawings.zip");
    const folder = await Deno.makeTempDir();
    try {
      for (
        const [path, bytes] of Object.entries(unzipSync(await Deno.readFile(await download.path())))
      ) {
        await Deno.mkdir(dirname(`${folder}/${path}`), { recursive: true });
        await Deno.writeFile(`${folder}/${path}`, bytes);
      }
      const pixels = (data: { images: Uint8Array }, row: number) =>
        Array.from(data.images.subarray(784 * row, 784 * (row + 1)));
      const added = await openDataset({ dataset: "synthetic", add: `${folder}/drawings` });
      assertEquals([added.addedRows, ...added.labels.subarray(0, 3)], [3, 0, 1, 2]);
      for (let row = 0; row < 3; row++) assertEquals(pixels(added, row), images[row]);
      const alone = await openDataset({
        dataset: `${folder}/drawings`,
        cacheDir: `${folder}/cache`,
      });
      assertEquals(alone.labels.toSorted(), Uint8Array.of(0, 1, 2));
      for (let row = 0; row < 3; row++) assertEquals(pixels(alone, row), images[alone.labels[row]]);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);
