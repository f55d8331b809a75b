/// <reference lib="dom" />
/** The sheet of augmented images, and the settings that it shows. */
import { assert, assertEquals } from "@std/assert";
import { syntheticDigits } from "../../../lib/data/synthetic.ts";
import { NOTEBOOK } from "../../../lib/training/options.ts";
import { train } from "../../../lib/training/train.ts";
import { augmentedImages } from "../../../web/augmented_images.ts";
import { needs } from "../../requirements.ts";
import { openPage, type TrainingPage } from "../training_page.ts";

const DIGITS = { trainRows: 12_000, testRows: 2_000 }; // as in web/open_data.ts
const STRENGTHS = { rotate: 12, zoom: 0.12, shear: 0.12, shift: 1.5, warp: 2.5 };

Deno.test({
  name: "the sheet shows the reference's images, and follows a slider that the keyboard moves",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({
      query: "?backend=cpu&seed=7&augment=elastic&tab=augmentation",
    });
    const data = syntheticDigits(DIGITS);
    await sheetIs(web, augmentedImages(data, STRENGTHS, 7));
    await web.page.focus("#rotate");
    for (let i = 0; i < 3; i++) await web.page.keyboard.press("ArrowRight");
    await sheetIs(web, augmentedImages(data, { ...STRENGTHS, rotate: 15 }, 7));
    assertEquals(await web.page.textContent("output[for=rotate]"), "15°");
    assertEquals(await web.page.getAttribute("#rotate", "aria-valuetext"), "15 degrees");
    assertEquals(
      new URL(web.page.url()).search,
      "?seed=7&augment=elastic&rotate=15&backend=cpu&tab=augmentation",
    );
    await web.set("augment", "affine");
    await sheetIs(web, augmentedImages(data, { ...STRENGTHS, rotate: 15, warp: 0 }, 7));
    assertEquals(await web.page.isVisible("#warp"), false);
    assertEquals(web.complaints, []);
  },
});

Deno.test({
  name: "the sheet follows a slider while the net trains, and the run goes on",
  ...await needs("browser"),
  async fn() {
    const query = "?backend=cpu&preset=notebook&augment=elastic&tab=augmentation";
    await using web = await openPage({ query });
    const { page } = web;
    const data = syntheticDigits(DIGITS);
    await page.click("#start");
    await web.reach(50);
    for (const warp of [4, 5, 6]) {
      await page.evaluate((value) => {
        const slider = document.querySelector<HTMLInputElement>("#warp")!;
        slider.value = String(value);
        slider.dispatchEvent(new Event("input", { bubbles: true }));
      }, warp);
    }
    await sheetIs(web, augmentedImages(data, { ...STRENGTHS, warp: 6 }, NOTEBOOK.seed));
    const steps = await web.steps();
    assert(steps >= 50, `the run began again: it is at step ${steps}`);
    await web.shows("reset", /^New run$/);
    await page.click("#reset");
    await web.shows("start", /^Start$/);
    assertEquals(new URL(page.url()).searchParams.get("warp"), "6");
  },
});

Deno.test({
  name: "the run trains on the images that the sheet's settings give",
  ...await needs("browser"),
  async fn() {
    const query = "?preset=notebook&backend=cpu&augment=elastic&warp=4.25&rotate=90";
    await using web = await openPage({ query });
    assertEquals(
      await Promise.all(["augment", "warp", "rotate"].map((id) => web.page.inputValue(`#${id}`))),
      ["elastic", "4.25", "90"],
    );
    await web.page.click("#start");
    await web.reach(501);
    const [, [, shown]] = await web.evaluations();
    for (const [warp, isSame] of [[4.25, true], [0, false]] as const) {
      const run = {
        augment: "elastic",
        warp,
        rotate: 90,
        backend: "cpu",
        iterations: 500,
      } as const;
      let accuracy = 0;
      for await (const event of train({ data: syntheticDigits(DIGITS), ...run })) {
        if (event.type === "evaluated" && event.iteration === 500) accuracy = event.accuracy;
      }
      assertEquals(
        shown === `${(100 * accuracy).toFixed(1)}%`,
        isSame,
        `warp ${warp}: ${accuracy}`,
      );
    }
  },
});

/** Waits until the sheet's canvases show these images, in black. */
async function sheetIs(
  { page }: TrainingPage,
  { images, columns }: { images: Uint8Array; columns: number },
): Promise<void> {
  await page.waitForFunction(
    ({ images, columns }) => {
      const canvases = [...document.querySelectorAll<HTMLCanvasElement>("#sheet canvas")];
      if (canvases.some(({ width }) => width !== 28 * columns)) return false;
      const [width, height] = [28 * columns, 280];
      // Chromium warns of canvases that are read several times without this option.
      const copy = new OffscreenCanvas(width, height).getContext("2d", {
        willReadFrequently: true,
      })!;
      canvases.forEach((canvas, i) => copy.drawImage(canvas, 0, 140 * i));
      const { data } = copy.getImageData(0, 0, width, height);
      return images.every((ink, i) => {
        const [digit, y, x] = [Math.floor(i / 784), Math.floor(i / 28) % 28, i % 28];
        const row = 28 * Math.floor(digit / columns) + y;
        const at = 4 * (row * width + 28 * (digit % columns) + x);
        return data[at + 3] === ink && data[at] === 0;
      });
    },
    { images: [...images], columns },
    { timeout: 20_000 },
  );
}
