import { assert, assertEquals, assertThrows } from "@std/assert";
import type { PixelRecord } from "../../lib/data/dataset.ts";
import { DataError } from "../../lib/data/errors.ts";
import {
  BYTE_PIXELS,
  comparePixels,
  type PixelOptions,
  type RawPixels,
  toBytes,
} from "../../lib/data/pixels.ts";

const SIZE = { width: 5, height: 5 };

/** Puts values into the middle of an image of one value. */
function image(background: number, ...values: number[]): Float32Array<ArrayBuffer> {
  const pixels = new Float32Array(25).fill(background);
  pixels.set(values, 12);
  return pixels;
}

function convert(pixels: RawPixels[], options: PixelOptions = {}) {
  const notices: string[] = [];
  const parts = pixels.map((pixels, i) => ({ path: `file${i}`, pixels }));
  const { images, record } = toBytes(parts, SIZE, {
    ...options,
    onNotice: (line) => notices.push(line),
  });
  const middle = pixels.map((_, i) => [...images.subarray(25 * i + 11, 25 * i + 15)]);
  return { images, record, notices, middle };
}

Deno.test("toBytes() recognizes the usual ranges of pixels, and reports all but bytes", () => {
  const cases: [Float32Array<ArrayBuffer>, number[], string?][] = [
    [image(0, 128, 255), [0, 128, 255, 0]],
    [image(0, 7, 128), [0, 7, 128, 0]],
    [image(0, 127), [0, 255, 0, 0], "its largest pixel is 127"],
    [image(0, 0.5, 1), [0, 128, 255, 0], "between 0 and 1"],
    [image(0, 1), [0, 255, 0, 0], "between 0 and 1"],
    [image(0, 4, 16), [0, 64, 255, 0], "its largest pixel is 16"],
    [image(0, 7.5, 15), [0, 128, 255, 0], "its largest pixel is 15"],
    [image(-1, 0, 1), [0, 128, 255, 0], "taken as -1 (background) to 1"],
    [image(-0.5, 0, 0.5), [0, 128, 255, 0], "taken as -0.5 (background) to 0.5"],
    [image(-128, 0, 127), [0, 128, 255, 0], "taken as -128 (background) to 127"],
    [image(-0.42421, 0.5, 2.8215), [0, 73, 255, 0], "taken as -0.4242 (background) to 2.8215"],
    [image(-0.4242, 2.8275), [0, 255, 0, 0], "taken as -0.4242"], // beyond the range, but rounded
    [image(0, 12.4, 254.7), [0, 12, 255, 0], "its pixels have fractions"],
    [image(0), [0, 0, 0, 0], "all its pixels are 0"],
  ];
  for (const [pixels, bytes, notice] of cases) {
    const { middle, notices } = convert([pixels]);
    assertEquals(middle, [bytes], pixels.join());
    assertEquals(notices.length, notice === undefined ? 0 : 1, notices.join());
    if (notice) assert(notices[0].includes(notice), notices[0]);
    const isByte = pixels.every((value) => Number.isInteger(value) && value >= 0);
    if (isByte) assertEquals(convert([Uint8Array.from(pixels)]).middle, [bytes]);
  }
});

Deno.test("toBytes() asks for the value of full ink if it cannot be known", () => {
  const cases: [Float32Array<ArrayBuffer>, string][] = [
    [
      image(0, 300),
      "its pixels are from 0 to 300: give the value of full ink with `maxPixel`, such as 511",
    ],
    [image(0, 65000), "such as 65535"],
    [image(0, 1.5), "with `maxPixel`, such as 2"],
    [image(-1.2, 2), "its pixels are from -1.2 to 2, perhaps standardized"],
    [image(0, -11, 31), "its pixels are from -11 to 31"],
    [image(-1, -0.9, -0.1), "its pixels are from -1 to -0.1"],
    [image(-128, 0.5, 127), "its pixels are from -128 to 127"],
  ];
  for (const [pixels, message] of cases) {
    assertThrows(() => convert([pixels]), DataError, message);
  }
});

Deno.test("toBytes() names the place of the pixel that is out of every range", () => {
  for (const [pixels, at] of [[image(0, 7, 300), 13], [image(0, -11, 31), 12]] as const) {
    const part = { path: "file", pixels, placeOf: (i: number) => `pixel ${i}` };
    assertThrows(() => toBytes([part], SIZE, {}), DataError, `(pixel ${at})`);
  }
});

Deno.test("toBytes() takes the given value as full ink", () => {
  assertEquals(convert([image(0, 2, 8)], { maxPixel: 16 }).middle, [[0, 32, 128, 0]]);
  assertEquals(convert([image(0, 65535)], { maxPixel: 65535 }).middle, [[0, 255, 0, 0]]);
  assertEquals(convert([image(-4, 0, 4)], { maxPixel: 4 }).middle, [[0, 128, 255, 0]]);
  assertThrows(
    () => convert([image(0, 17)], { maxPixel: 16 }),
    DataError,
    "at most `maxPixel` 16: one is 17",
  );
  assertThrows(() => convert([image(0, 17)], { maxPixel: 0 }), DataError, "must be above 0");
});

Deno.test("toBytes() gives a second file the first one's range if its values fit", () => {
  const sixteen = convert([image(0, 16), image(0, 8)]);
  assertEquals(sixteen.middle[1], [0, 128, 0, 0]);
  assertEquals(sixteen.notices.length, 1);
  assertEquals(convert([image(0, 255), image(0, 16)]).middle[1], [0, 16, 0, 0]);
  assertEquals(convert([image(0, 255), image(0, 0.5)]).middle[1], [0, 128, 0, 0]);
  assertEquals(convert([image(0, 1), image(0, 255)]).middle[1], [0, 255, 0, 0]);
  // Bytes are on the first file's scale too.
  const bytes = Uint8Array.from(image(0, 1));
  assertEquals(convert([image(-1, 0, 1), bytes]).middle[1], [128, 255, 128, 128]);
});

Deno.test("toBytes() reports a bright background, and exchanges dark and bright on request", () => {
  const paper = image(255, 0);
  const { middle, record, notices } = convert([paper]);
  assertEquals([middle, record.brightBackground], [[[255, 0, 255, 255]], 1]);
  assert(/all its images have a bright background.*`invert`/.test(notices[0]), notices[0]);
  const inverted = convert([paper], { invert: true });
  assertEquals(inverted.middle, [[0, 255, 0, 0]]);
  assertEquals([inverted.record.inverted, inverted.record.brightBackground], [true, 0]);
  assertEquals(inverted.notices, []);
  const [dark] = convert([image(0, 255)], { invert: true }).notices;
  assert(dark.includes("after `invert`, all its images have a bright background"), dark);
  // The right column and the bottom row make 9 of the 16 pixels of the border.
  const corner = Uint8Array.from({ length: 25 }, (_, i) => i % 5 === 4 || i >= 20 ? 255 : 0);
  assertEquals(convert([corner]).record.brightBackground, 1);
  const fraction = convert([
    Uint8Array.from([...image(0, 255), ...paper, ...paper, ...image(0, 1)]),
  ]);
  assertEquals(fraction.record.brightBackground, 0.5);
  assert(fraction.notices[0].includes("50% of its images have a bright background"));
});

Deno.test("toBytes() returns bytes as they are, not a copy", () => {
  const bytes = Uint8Array.from(image(0, 255));
  assert(convert([bytes]).images === bytes);
});

Deno.test("comparePixels() says how data differ from what a net knows", () => {
  const compare = (trained: Partial<PixelRecord>, found: Partial<PixelRecord>) =>
    comparePixels({ ...BYTE_PIXELS, ...trained }, { ...BYTE_PIXELS, ...found }, "x");
  assertEquals(compare({}, {}), []);
  assertEquals(compare({ largest: 1, white: 1 }, {}), []);
  assertEquals(compare({}, { largest: 1, white: 1 }), []);
  assertEquals(compare({ white: 16, largest: 16 }, { white: 16, largest: 14 }), []);
  assertEquals(compare({ brightBackground: 1 }, { brightBackground: 0.9 }), []);
  const [bright] = compare({}, { brightBackground: 0.97 });
  assert(bright.includes("dark background, but 97% of the images of x have a bright one"), bright);
  const [dark] = compare({ brightBackground: 1 }, {});
  assert(dark.includes("bright background, but 100% of the images of x have a dark one"), dark);
  const [range] = compare({}, { white: 100, largest: 100 });
  assert(
    range.includes("trained on pixels from 0 to 255, those of x are taken as 0 to 100"),
    range,
  );
  assertEquals(compare({}, { largest: 90 }).length, 1);
});
