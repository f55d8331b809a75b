import { assert, assertEquals, assertThrows } from "@std/assert";
import { encode as encodePng } from "fast-png";
import { unzlibSync, zlibSync } from "fflate";
import jpeg from "jpeg-js";
import { crc32 } from "node:zlib";
import { decodeImage } from "../../lib/image/decode.ts";
import images from "../golden/images.json" with { type: "json" };

/** JPEG decoders may round differently. */
const JPEG_ROUNDING = 3;

for (const [name, { file, width, height, pixels }] of Object.entries(images)) {
  Deno.test(`decodeImage() returns the same pixels as Pillow: ${name}`, () => {
    const picture = decodeImage(Uint8Array.fromBase64(file));
    assertEquals([picture.width, picture.height], [width, height]);
    const expected = Uint8Array.fromBase64(pixels);
    assertEquals(picture.pixels.length, expected.length);
    const largest = Math.max(...picture.pixels.map((value, i) => Math.abs(value - expected[i])));
    assert(largest <= (name.startsWith("JPEG") ? JPEG_ROUNDING : 0), `differs by up to ${largest}`);
  });
}

Deno.test("decodeImage() reads an interlaced PNG", () => {
  const data = Uint8Array.from({ length: 4 * 11 * 13 }, (_, i) => i * 7);
  const file = encodePng({ width: 11, height: 13, data, channels: 4 }, { interlace: "Adam7" });
  assertEquals(decodeImage(file), { width: 11, height: 13, pixels: data });
});

Deno.test("decodeImage() reads a file at an odd offset in memory", () => {
  const { file, pixels } = images["PNG, color"];
  const shifted = Uint8Array.of(0, ...Uint8Array.fromBase64(file)).subarray(1);
  assertEquals(decodeImage(shifted).pixels, Uint8Array.fromBase64(pixels));
});

const png = encodePng({ width: 40, height: 30, data: new Uint8Array(1200).fill(200), channels: 1 });
const jpg = new Uint8Array(
  jpeg.encode({ width: 40, height: 30, data: new Uint8Array(4800).fill(200) }, 90).data,
);

/** Returns a PNG with another width and height in its header, and a valid checksum. */
function withSize(file: Uint8Array, width: number, height: number): Uint8Array {
  const copy = file.slice();
  const view = new DataView(copy.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(29, crc32(copy.subarray(12, 29)));
  return copy;
}

/** Returns a copy with other bytes at one position. */
function changed(file: Uint8Array, at: number, ...bytes: number[]): Uint8Array {
  const copy = file.slice();
  copy.set(bytes, at);
  return copy;
}

const WRONG_KIND = "it must be a PNG or JPEG file";
const SAVE_AS = "save it as PNG or JPEG";

function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

const invalid: [string, Uint8Array, string][] = [
  ["an empty file", new Uint8Array(0), "it must be a PNG or JPEG file: current value is empty"],
  ["a GIF", latin1("GIF89a..."), `${WRONG_KIND}: it is a GIF picture: ${SAVE_AS}`],
  ["HEIC", latin1("\0\0\0\x24ftypheic\0\0\0\0"), `${WRONG_KIND}: it is a HEIC picture: ${SAVE_AS}`],
  ["WebP", latin1("RIFF\x10\0\0\0WEBPVP8 "), `${WRONG_KIND}: it is a WebP picture: ${SAVE_AS}`],
  ["text", latin1("hello"), `${WRONG_KIND}: current value is 68 65 6c 6c 6f`],
  ["a PNG cut off in its header", png.slice(0, 20), "the file is corrupt or truncated: "],
  [
    "a PNG cut off in its pixels",
    png.slice(0, png.length - 20),
    "the file is corrupt or truncated: ",
  ],
  [
    "a PNG with a wrong checksum",
    changed(png, 45, png[45] ^ 1),
    "the file is corrupt or truncated: ",
  ],
  [
    "a PNG that claims to be huge",
    withSize(png, 65536, 65536),
    "crop it to what it shows): current value is 65536 x 65536",
  ],
  ["a PNG of width 0", withSize(png, 0, 30), "it must have 1 to 25 million pixels"],
  // Of a size that phones have, so that the header is accepted.
  ["a PNG of 24 megapixels that lacks them", withSize(png, 6000, 4000), "fewer pixels than its"],
  [
    "a PNG with fewer rows than its header says",
    withSize(png, 40, 31),
    "fewer pixels than its header",
  ],
  [
    "a PNG with more rows than its header says",
    withSize(png, 40, 29),
    "more pixels than its header",
  ],
  ["a PNG that is one pixel wide and very tall", withSize(png, 1, 64_000_000), "at most 20000"],
  ["a JPEG cut off in its header", jpg.slice(0, 100), "the file is corrupt or truncated: "],
  [
    "a JPEG cut off in its pixels",
    jpg.slice(0, jpg.length - 30),
    "the file is corrupt or truncated: ",
  ],
  [
    "a file that is too large",
    new Uint8Array(32 * 2 ** 20 + 1),
    "a file must have at most 33554432 bytes",
  ],
];

for (const [what, file, message] of invalid) {
  Deno.test(`decodeImage() rejects ${what}`, () => {
    assertThrows(() => decodeImage(file), SyntaxError, message);
  });
}

Deno.test("decodeImage() decompresses no more of a PNG than its header announces", () => {
  // 20 million zeros, which deflate compresses by a factor of a thousand.
  const compressed = zlibSync(new Uint8Array(2e7));
  const ends = withSize(png, 10, 10);
  const small = new Uint8Array([
    ...ends.subarray(0, 33),
    ...chunk("IDAT", compressed),
    ...ends.subarray(-12),
  ]);
  // The fastest of three, since other programs may take the processor meanwhile.
  const fastest = (call: () => void) =>
    Math.min(...[1, 2, 3].map(() => {
      const begin = performance.now();
      call();
      return performance.now() - begin;
    }));
  const whole = fastest(() => unzlibSync(compressed));
  const bounded = fastest(() =>
    assertThrows(() => decodeImage(small), SyntaxError, "more pixels than its header says")
  );
  assert(bounded < whole / 2, `${bounded} ms; decompressing everything takes ${whole} ms`);
});

Deno.test("decodeImage() decompresses only the pixels of a PNG", () => {
  // An embedded color profile may be a decompression bomb too. This one is not even compressed.
  const profile = chunk("iCCP", Uint8Array.of(65, 0, 0, 1, 2, 3));
  const file = new Uint8Array([...png.subarray(0, 33), ...profile, ...png.subarray(33)]);
  assertEquals(decodeImage(file), decodeImage(png));
});

function chunk(name: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(latin1(name), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

Deno.test("decodeImage() reads a JPEG without an end marker", () => {
  assertEquals([...jpg.subarray(-2)], [0xff, 0xd9]);
  assertEquals(decodeImage(jpg.subarray(0, -2)), decodeImage(jpg));
});

Deno.test("decodeImage() refuses a JPEG by its header before it decodes anything", () => {
  const frame = jpg.findIndex((byte, i) => byte === 0xff && jpg[i + 1] === 0xc0);
  const scan = jpg.findIndex((byte, i) => byte === 0xff && jpg[i + 1] === 0xda);
  const scans = (count: number) => {
    const [before, one] = [jpg.subarray(0, scan), jpg.subarray(scan, -2)];
    return new Uint8Array([...before, ...Array(count).fill([...one]).flat(), 0xff, 0xd9]);
  };
  const cases: [Uint8Array, string][] = [
    [changed(jpg, frame + 5, 0xff, 0xff, 0xff, 0xff), "current value is 65535 x 65535"],
    // 6000 x 4000 pixels with all colors of every pixel
    [changed(jpg, frame + 5, 0x0f, 0xa0, 0x17, 0x70), "at most 37.5 million samples"],
    [scans(17), "a JPEG file must have at most 16 scans"],
  ];
  for (const [file, message] of cases) {
    assertThrows(() => decodeImage(file), SyntaxError, message);
  }
  // Progressive files have about 10 scans.
  assertEquals(decodeImage(scans(12)), decodeImage(jpg));
});
