import { assertEquals } from "@std/assert";
import { toGray } from "../../lib/image/gray.ts";

Deno.test("toGray() weights colors by Rec. 709", () => {
  const pixels = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 127);
  const { values } = toGray(pixels, 2, 2);
  assertEquals([...values].map((value) => Math.round(value)), [54, 182, 18, 128]);
});

Deno.test("toGray() uses the channel that distinguishes colors of the same luminance", () => {
  const yellow = [255, 240, 60, 255];
  const white = [245, 245, 245, 255];
  const { values } = toGray(Uint8Array.from([white, white, yellow, white].flat()), 2, 2);
  assertEquals([...values], [245, 245, 60, 245]);
});

Deno.test("toGray() blends translucent paper with white, instead of reading ink from its opacity", () => {
  const paper = [255, 255, 255, 200];
  const ink = [55, 55, 55, 255];
  const pixels = Uint8Array.from(
    [paper, paper, paper, paper, ink, paper, paper, paper, paper].flat(),
  );
  const { values } = toGray(pixels, 3, 3);
  assertEquals([...values].map(Math.round), [255, 255, 255, 255, 55, 255, 255, 255, 255]);
});

Deno.test("toGray() turns opaque pixels of any color on a transparent canvas black", () => {
  for (const [color, canvas] of [[0, 0], [128, 0], [255, 0], [255, 255]]) {
    const pixels = Uint8Array.from({ length: 4 * 9 }, (_, i) => i % 4 < 3 ? canvas : 0);
    pixels.set([color, color, color, 255], 4 * 4);
    pixels.set([color, color, color, 55], 4 * 5);
    assertEquals([...toGray(pixels, 3, 3).values], [255, 255, 255, 255, 0, 200, 255, 255, 255]);
  }
});
