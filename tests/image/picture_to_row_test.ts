import { assertEquals } from "@std/assert";
import { pictureToRow } from "../../lib/image/picture_to_row.ts";

/** Returns a picture of one row of pixels: red, green, blue, alpha. */
function picture(...pixels: number[][]) {
  return { width: pixels.length, height: 1, pixels: Uint8Array.from(pixels.flat()) };
}

Deno.test("pictureToRow() weights colors like other programs' conversion to gray (Rec. 601)", () => {
  const colors = [[255, 0, 0, 255], [0, 255, 0, 255], [0, 0, 255, 255], [255, 255, 255, 255]];
  // As PIL's convert("L"): 0.299 red, 0.587 green, 0.114 blue.
  assertEquals([...pictureToRow(picture(...colors), 4, 1)], [76, 150, 29, 255]);
});

Deno.test("pictureToRow() puts transparent pictures on the background that their ink contrasts with", () => {
  const light = picture([200, 200, 200, 255], [200, 200, 200, 51], [0, 0, 0, 0]);
  assertEquals([...pictureToRow(light, 3, 1)], [200, 40, 0]);
  const dark = picture([50, 50, 50, 255], [50, 50, 50, 51], [255, 255, 255, 0]);
  assertEquals([...pictureToRow(dark, 3, 1)], [50, 214, 255]);
  const opaque = picture([50, 50, 50, 255], [200, 200, 200, 255], [0, 0, 0, 255]);
  assertEquals([...pictureToRow(opaque, 3, 1)], [50, 200, 0]);
});

Deno.test("pictureToRow() scales pictures of which one side is the net's", () => {
  const tall = { width: 1, height: 4, pixels: new Uint8Array(16).fill(255, 8) };
  tall.pixels.set([0, 0, 0, 255, 0, 0, 0, 255]);
  assertEquals([...pictureToRow(tall, 1, 2)], [0, 255]);
});
