import { assertEquals } from "@std/assert";
import { toGrey } from "../../lib/image/grey.ts";

Deno.test("toGrey() weighs colours as Rec. 709 does", () => {
  const pixels = Uint8Array.of(255, 0, 0, 255, 0, 255, 0, 255, 0, 0, 255, 255, 0, 0, 0, 127);
  const { values } = toGrey(pixels, 2, 2);
  assertEquals([...values].map((value) => Math.round(value)), [54, 182, 18, 128]);
});

Deno.test("toGrey() takes the channel that tells colours of the same lightness apart", () => {
  const yellow = [255, 240, 60, 255];
  const white = [245, 245, 245, 255];
  const { values } = toGrey(Uint8Array.from([white, white, yellow, white].flat()), 2, 2);
  assertEquals([...values], [245, 245, 60, 245]);
});

Deno.test("toGrey() makes black of whatever is opaque on a transparent canvas", () => {
  for (const colour of [0, 128, 255]) {
    const pixels = new Uint8Array(4 * 9);
    pixels.set([colour, colour, colour, 255], 4 * 4);
    pixels.set([colour, colour, colour, 55], 4 * 5);
    assertEquals([...toGrey(pixels, 3, 3).values], [255, 255, 255, 255, 0, 200, 255, 255, 255]);
  }
});
