/// <reference lib="dom" />
/** The sheet of augmented images, and the settings that it shows. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { augmentImage } from "../../lib/engine/augment.ts";
import type { Augmentation } from "../../lib/engine/engine.ts";
import { prngKey, split } from "../../lib/random/threefry.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { train } from "../../lib/training/train.ts";
import { augmentedImages } from "../../web/augmented_images.ts";
import { needs } from "../requirements.ts";
import { openPage, type TrainingPage } from "./training_page.ts";

const DIGITS = { trainRows: 12_000, testRows: 2_000 }; // as in web/trainer.ts
const STRENGTHS = { rotate: 12, zoom: 0.12, shear: 0.12, shift: 1.5, warp: 2.5 };
const PIXELS = 28 * 28;

Deno.test("augmentedImages() puts the reference's versions beside the first image of each class", () => {
  const data = syntheticDigits({ trainRows: 50, testRows: 10 });
  for (const augment of ["shift", STRENGTHS] as Augmentation[]) {
    const { images, columns } = augmentedImages(data, augment, 3);
    assertEquals([columns, images.length], [9, 10 * 9 * PIXELS]);
    for (const label of [0, 7]) {
      const row = data.labels.indexOf(label);
      const image = data.images.subarray(row * PIXELS, (row + 1) * PIXELS);
      const draw = { key: split(prngKey(3), 8)[5], position: row };
      const at = (column: number) => {
        const begin = (label * columns + column) * PIXELS;
        return images.subarray(begin, begin + PIXELS);
      };
      assertEquals(at(0), image);
      assertEquals(at(6), augmentImage(image, data, augment, draw));
      assertNotEquals(at(6), image);
    }
  }
});

Deno.test("augmentedImages() with strengths of 0 repeats the images; without augmentation they stand alone", () => {
  const data = syntheticDigits({ trainRows: 50, testRows: 10 });
  const alone = augmentedImages(data, "none", 0);
  assertEquals([alone.columns, alone.images.length], [1, 10 * PIXELS]);
  const none = { rotate: 0, zoom: 0, shear: 0, shift: 0, warp: 0 };
  const { images, columns } = augmentedImages(data, none, 0);
  for (let i = 0; i < 10 * columns; i++) {
    const original = Math.floor(i / columns) * PIXELS;
    assertEquals(
      images.subarray(i * PIXELS, (i + 1) * PIXELS),
      alone.images.subarray(original, original + PIXELS),
    );
  }
});

Deno.test({
  name: "the sheet shows the reference's images, and follows a slider that the keyboard moves",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ query: "?backend=cpu&seed=7&augment=elastic" });
    const data = syntheticDigits(DIGITS);
    await sheetIs(web, augmentedImages(data, STRENGTHS, 7));
    await web.page.focus("#rotate");
    for (let i = 0; i < 3; i++) await web.page.keyboard.press("ArrowRight");
    await sheetIs(web, augmentedImages(data, { ...STRENGTHS, rotate: 15 }, 7));
    assertEquals(await web.text("rotate-value"), "15°");
    await web.page.keyboard.press("Tab"); // to the next slider: the run uses the value
    assertEquals(new URL(web.page.url()).search, "?seed=7&augment=elastic&rotate=15&backend=cpu");
    await web.page.selectOption("#augment", "affine");
    await sheetIs(web, augmentedImages(data, { ...STRENGTHS, rotate: 15, warp: 0 }, 7));
    assertEquals(await web.page.isDisabled("#warp"), true);
    await web.page.selectOption("#augment", "none");
    await sheetIs(web, augmentedImages(data, "none", 7));
    assertEquals(await web.page.isDisabled("#rotate"), true);
    assertMatch(await web.text("sheet-caption"), /unchanged/);
    assertEquals(web.complaints, []);
  },
});

Deno.test({
  name: "the sheet follows a slider while the net trains, and the run goes on until it is released",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ query: "?backend=cpu&augment=elastic" });
    const { page } = web;
    const data = syntheticDigits(DIGITS);
    await page.click("#start");
    await web.reach(50);
    const moveTo = (value: number, type: string) =>
      page.evaluate(([value, type]) => {
        const slider = document.querySelector<HTMLInputElement>("#warp")!;
        slider.value = String(value);
        slider.dispatchEvent(new Event(type as string, { bubbles: true }));
      }, [value, type]);
    for (const warp of [4, 5, 6]) await moveTo(warp, "input");
    await sheetIs(web, augmentedImages(data, { ...STRENGTHS, warp: 6 }, NOTEBOOK.seed));
    const steps = await web.steps();
    assert(steps >= 50, `the run began again: it is at step ${steps}`);
    await web.reach(steps + 20);
    await moveTo(6, "change");
    await page.waitForFunction(() => document.querySelector("#start")!.textContent === "Start");
    while (await web.steps() > 0) await page.waitForTimeout(50);
    assertEquals(new URL(page.url()).searchParams.get("warp"), "6");
  },
});

Deno.test({
  name: "the run trains on the images that the sheet's settings give",
  ...await needs("browser"),
  async fn() {
    const query = "?backend=cpu&augment=elastic&warp=4.25&rotate=90";
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

/** Waits until the sheet's canvas shows these images, in black. */
async function sheetIs(
  { page }: TrainingPage,
  { images, columns }: { images: Uint8Array; columns: number },
): Promise<void> {
  await page.waitForFunction(
    ({ images, columns }) => {
      const canvas = document.querySelector<HTMLCanvasElement>("#sheet")!;
      if (canvas.width !== 28 * columns) return false;
      const { width, height } = canvas;
      // Chromium warns of canvases that are read several times without this option.
      const copy = new OffscreenCanvas(width, height).getContext("2d", {
        willReadFrequently: true,
      })!;
      copy.drawImage(canvas, 0, 0);
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
