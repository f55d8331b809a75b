/// <reference lib="dom" />
/** The pad: drawing, test digits, photographs, and the net's answer. */
import { assertEquals, assertMatch } from "@std/assert";
import { Buffer } from "node:buffer";
import type { Page } from "playwright-core";
import { needs } from "../../requirements.ts";
import { openPage } from "../training_page.ts";

const browser = await needs("browser");

Deno.test(
  "an untrained net says so, whatever is on the pad; a trained one answers at once",
  browser,
  async () => {
    await using web = await openPage();
    assertEquals(await web.text("answer-text"), "Not trained yet");
    assertEquals(await web.text("answer-digit"), "");
    assertMatch(await web.text("verdict"), /^A test digit: \d$/);
    await web.page.click("#start");
    await web.shows("status", /^Done/);
    assertMatch(await web.text("answer-digit"), /^\d$/);
    assertMatch(await web.text("verdict"), /^A test digit: \d [✓✗]$/);
    // A screen reader hears the answer once the drawing rests.
    await web.page.click("#test-digit");
    await web.shows("announcement", /^The net says \d, [\d.]+%$/);
  },
);

Deno.test("a digit can be drawn with the keyboard alone", browser, async () => {
  await using web = await openPage();
  const { page } = web;
  await page.click("#start");
  await web.shows("status", /^Done/);
  await page.focus("#pad");
  await page.keyboard.press("c");
  assertEquals(await web.text("answer-text"), "Draw something");
  for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Space");
  for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Space");
  assertMatch(await web.text("answer-digit"), /^\d$/);
  assertEquals(await web.text("verdict"), "");
  await page.keyboard.press("u");
  assertEquals(await web.text("answer-text"), "Draw something");
  await page.keyboard.press("t");
  await web.shows("verdict", /^A test digit: \d/);
});

Deno.test("a second finger does not join into the stroke of the first", browser, async () => {
  await using web = await openPage();
  await web.page.click("#clear");
  const ink = () =>
    web.page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>("#pad")!;
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, 200, 200);
      return Array.from({ length: 200 }, (_, x) =>
        Array.from({ length: 200 }, (_, y) =>
          data[4 * (200 * y + x) + 3]).some((a) => a > 0)).filter(Boolean).length;
    });
  await web.page.evaluate(() => {
    const pad = document.querySelector("#pad")!;
    pad.setPointerCapture = () => {};
    const { left, top, width, height } = pad.getBoundingClientRect();
    const send = (type: string, pointerId: number, x: number, y: number) =>
      pad.dispatchEvent(
        new PointerEvent(type, {
          pointerId,
          clientX: left + x * width,
          clientY: top + y * height,
          bubbles: true,
        }),
      );
    send("pointerdown", 1, 0.2, 0.2);
    send("pointermove", 1, 0.2, 0.8);
    send("pointerdown", 2, 0.8, 0.2);
    send("pointermove", 2, 0.8, 0.8);
    send("pointerup", 2, 0.8, 0.8);
    send("pointermove", 1, 0.25, 0.8);
    send("pointerup", 1, 0.25, 0.8);
  });
  await web.text("answer");
  const columns = await ink();
  assertEquals(columns < 45, true, `ink in ${columns} columns`);
});

Deno.test("a photograph is shown with the digit that was found in it", browser, async () => {
  await using web = await openPage();
  const { page } = web;
  await page.click("#start");
  await web.shows("status", /^Done/);
  const buffer = Buffer.from(await photoOf1(page), "base64");
  await page.setInputFiles("#photo", { name: "one.png", mimeType: "image/png", buffer });
  await web.shows("verdict", /^from a photo$/);
  assertMatch(await web.text("answer-digit"), /^\d$/);
  await page.setInputFiles("#photo", {
    name: "notes.txt",
    mimeType: "text/plain",
    buffer: Buffer.from("milk"),
  });
  await web.shows("failure", /choose a PNG or JPEG file/);
  assertEquals(web.complaints, []);
});

Deno.test("a photograph can be dropped on the page, and pasted", browser, async () => {
  await using web = await openPage();
  const base64 = await photoOf1(web.page);
  for (const way of ["drop", "paste"]) {
    await web.page.click("#clear");
    await web.shows("verdict", /^$/);
    const isOver = await web.page.evaluate(([way, base64]) => {
      const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
      const files = new DataTransfer();
      files.items.add(new File([bytes], "one.png", { type: "image/png" }));
      const send = (type: string) => {
        const options = { bubbles: true, cancelable: true };
        const event = type === "paste"
          ? new ClipboardEvent(type, { ...options, clipboardData: files })
          : new DragEvent(type, { ...options, dataTransfer: files });
        // Otherwise the browser would open a dropped file instead of the page.
        return !document.querySelector("#draw")!.dispatchEvent(event);
      };
      return way === "paste" ? send(way) || true : send("dragover") && send(way);
    }, [way, base64]);
    assertEquals(isOver, true, way);
    await web.shows("verdict", /^from a photo$/);
  }
  assertEquals(web.complaints, []);
});

/** Returns a PNG file in base64: a thick 1 on gray paper. */
function photoOf1(page: Page): Promise<string> {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [640, 480];
    const context = canvas.getContext("2d")!;
    context.fillStyle = "#ddd8cc";
    context.fillRect(0, 0, 640, 480);
    context.strokeStyle = "#222";
    context.lineWidth = 26;
    context.beginPath();
    context.moveTo(330, 120);
    context.lineTo(310, 360);
    context.stroke();
    return canvas.toDataURL().split(",")[1];
  });
}
