import { assert, assertEquals, assertThrows } from "@std/assert";
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { decodeImage } from "../../lib/image/decode.ts";
import images from "../golden/images.json" with { type: "json" };

/** JPEG decoders may round differently. */
const JPEG_ROUNDING = 3;

for (const [name, { file, width, height, pixels }] of Object.entries(images)) {
  Deno.test(`decodeImage() gives the pixels that Pillow gives: ${name}`, () => {
    const picture = decodeImage(Uint8Array.fromBase64(file));
    assertEquals([picture.width, picture.height], [width, height]);
    const expected = Uint8Array.fromBase64(pixels);
    assertEquals(picture.pixels.length, expected.length);
    const worst = Math.max(...picture.pixels.map((value, i) => Math.abs(value - expected[i])));
    assert(worst <= (name.startsWith("JPEG") ? JPEG_ROUNDING : 0), `differs by up to ${worst}`);
  });
}

Deno.test("decodeImage() reads an interlaced PNG", () => {
  const data = Uint8Array.from({ length: 4 * 11 * 13 }, (_, i) => i * 7);
  const file = encodePng({ width: 11, height: 13, data, channels: 4 }, { interlace: "Adam7" });
  assertEquals(decodeImage(file), { width: 11, height: 13, pixels: data });
});

Deno.test("decodeImage() reads a file that begins at an odd place in memory", () => {
  const { file, pixels } = images["PNG, colour"];
  const shifted = Uint8Array.of(0, ...Uint8Array.fromBase64(file)).subarray(1);
  assertEquals(decodeImage(shifted).pixels, Uint8Array.fromBase64(pixels));
});

const png = encodePng({ width: 40, height: 30, data: new Uint8Array(1200).fill(200), channels: 1 });
const jpg = new Uint8Array(
  jpeg.encode({ width: 40, height: 30, data: new Uint8Array(4800).fill(200) }, 90).data,
);

/** A copy with other bytes at one place. */
function changed(file: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, at);
  return copy;
}

const refused: [string, Uint8Array, string][] = [
  ["an empty file", new Uint8Array(0), "it must be a PNG or JPEG file: current value is empty"],
  [
    "a GIF",
    new TextEncoder().encode("GIF89a..."),
    "it must be a PNG or JPEG file: current value is 47 49 46 38 39 61 2e 2e",
  ],
  ["text", new TextEncoder().encode("hello"), "it must be a PNG or JPEG file"],
  ["a PNG cut off in its header", png.slice(0, 20), "the file must be whole and undamaged"],
  ["a PNG cut off in its pixels", png.slice(0, png.length - 20), "the file must be whole"],
  [
    "a PNG with a wrong checksum",
    changed(png, 45, png[45] ^ 1),
    "the file must be whole and undamaged",
  ],
  [
    "a PNG that claims to be huge",
    changed(png, 16, 0, 1, 0, 0, 0, 1, 0, 0),
    "it must have 1 to 64 million pixels: current value is 65536 x 65536",
  ],
  [
    "a PNG of no width",
    changed(png, 16, 0, 0, 0, 0),
    "it must have 1 to 64 million pixels: current value is 0 x 30",
  ],
  ["a JPEG cut off in its header", jpg.slice(0, 100), "the file must be whole and undamaged"],
  ["a JPEG cut off in its pixels", jpg.slice(0, jpg.length - 30), "the file must be whole"],
  ["too large a file", new Uint8Array(64 * 2 ** 20 + 1), "a file must have at most 67108864 bytes"],
];

for (const [what, file, message] of refused) {
  Deno.test(`decodeImage() refuses ${what}`, () => {
    assertThrows(
      () => decodeImage(file),
      SyntaxError,
      `Cannot decode this image as ${message}`,
    );
  });
}

Deno.test("decodeImage() refuses a JPEG that claims to be huge", () => {
  const frame = jpg.findIndex((byte, i) => byte === 0xff && jpg[i + 1] === 0xc0);
  assertThrows(
    () => decodeImage(changed(jpg, frame + 5, 0xff, 0xff, 0xff, 0xff)),
    SyntaxError,
    "limit exceeded",
  );
});
