import { assert, assertEquals, assertThrows } from "@std/assert";
import { encode as encodePng } from "fast-png";
import jpeg from "jpeg-js";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { decodeImage, type Picture } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { mnistDirectory, needs } from "../requirements.ts";
import { type Color, draw, type Drawing } from "./draw.ts";

const BLACK: Color = [0, 0, 0];
const WHITE: Color = [255, 255, 255];
const PEN: Color = [40, 45, 60];
const PAPER: Color = [225, 220, 205];

/** A centered digit, dark on light. */
const PLAIN: Drawing = {
  width: 160,
  height: 160,
  left: 20,
  top: 20,
  side: 120,
  ink: PEN,
  paper: PAPER,
};

const SCENES: Record<string, Drawing> = {
  "black on white": { ...PLAIN, ink: BLACK, paper: WHITE },
  "white on black": { ...PLAIN, ink: WHITE, paper: BLACK },
  "blue on yellow, wide, in a corner": {
    ...PLAIN,
    width: 300,
    left: 180,
    top: 5,
    ink: [20, 40, 160],
    paper: [240, 230, 150],
  },
  "yellow on green, tall, in the other corner": {
    ...PLAIN,
    height: 300,
    left: 0,
    top: 175,
    ink: [240, 240, 100],
    paper: [20, 90, 40],
  },
  "with strong shading": { ...PLAIN, shade: 110 },
  "on noisy paper": { ...PLAIN, noise: 15 },
  "chalk on a noisy board with shading": {
    ...PLAIN,
    ink: [210, 210, 200],
    paper: [80, 70, 60],
    noise: 12,
    shade: 50,
  },
  "with little contrast": { ...PLAIN, ink: [170, 170, 170], noise: 3 },
  "cropped closely": {
    ...PLAIN,
    width: 120,
    height: 120,
    left: -20,
    top: -20,
    side: 160,
    noise: 3,
  },
  "in a large photograph": { ...PLAIN, width: 900, height: 700, left: 600, top: 80, side: 200 },
};

/** The number of digits that are drawn in each scene. */
const ROWS = 12;

let cached: Uint8Array[] | undefined;

/** Returns the first 400 test images of MNIST. */
function mnistRows(): Uint8Array[] {
  if (cached) return cached;
  const { images, trainRows } = readIdxFolder(mnistDirectory());
  const row = (i: number) => images.slice((trainRows + i) * 784, (trainRows + i + 1) * 784);
  return cached = Array.from({ length: 400 }, (_, i) => row(i));
}

function cosine(a: Uint8Array, b: Uint8Array): number {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}

/** Encodes a picture as a file. */
function file({ width, height, pixels }: Picture, kind: "PNG" | "JPEG"): Uint8Array {
  return kind === "PNG"
    ? encodePng({ width, height, data: pixels, channels: 4 })
    : new Uint8Array(jpeg.encode({ width, height, data: pixels }, 60).data);
}

for (const [scene, drawing] of Object.entries(SCENES)) {
  Deno.test({
    name: `imageToDigit() recovers MNIST's digits: ${scene}`,
    ...await needs("mnist"),
    fn() {
      const rows = mnistRows();
      let [sum, recognized] = [0, 0];
      for (let i = 0; i < ROWS; i++) {
        const picture = decodeImage(file(draw(rows[i], drawing), i % 2 === 0 ? "PNG" : "JPEG"));
        const digit = imageToDigit(picture.pixels, picture.width, picture.height);
        const similarities = rows.map((other) => cosine(digit, other));
        sum += similarities[i];
        if (similarities[i] === Math.max(...similarities)) recognized++;
      }
      // Rounding may move a digit by one pixel, where the cosine of a thin stroke with itself is only 0.8.
      assert(sum / ROWS > 0.9, `mean cosine ${sum / ROWS}`);
      assert(
        recognized >= (2 * ROWS) / 3,
        `${recognized} of ${ROWS} are most similar to themselves among 400 images`,
      );
    },
  });
}

Deno.test({
  name: "imageToDigit() hardly changes MNIST's own images",
  ...await needs("mnist"),
  fn() {
    const similarities = mnistRows().slice(0, 50)
      .map((image) => cosine(image, imageToDigit(image, 28, 28))).sort();
    assert(similarities[5] > 0.99, `45 of 50 images have a cosine of at least ${similarities[5]}`);
  },
});

const SEVEN = sevenOf(syntheticDigits({ trainRows: 10, testRows: 0 }));

function sevenOf({ images, labels }: { images: Uint8Array; labels: Uint8Array }): Uint8Array {
  const row = labels.indexOf(7);
  return images.subarray(row * 784, (row + 1) * 784);
}

function digitOf({ pixels, width, height }: Picture): Uint8Array {
  return imageToDigit(pixels, width, height);
}

Deno.test("imageToDigit() scales the ink's longer side to 20 pixels and centers its mass", () => {
  for (const side of [30, 60, 150, 400]) {
    const digit = digitOf(draw(SEVEN, { ...PLAIN, width: 500, height: 450, side }));
    const inked = [...digit.keys()].filter((i) => digit[i] > 0);
    const rows = inked.map((i) => Math.floor(i / 28));
    const columns = inked.map((i) => i % 28);
    const extent = (places: number[]) => Math.max(...places) - Math.min(...places) + 1;
    assertEquals(Math.max(extent(rows), extent(columns)), 20, `drawn ${side} pixels high`);
    const mass = inked.reduce((sum, i) => sum + digit[i], 0);
    for (const places of [rows, columns]) {
      const middle = places.reduce((sum, place, k) => sum + place * digit[inked[k]], 0) / mass;
      assert(middle > 13.4 && middle < 14.6, `center of mass at ${middle}`);
    }
    assertEquals(Math.max(...digit), 255);
  }
});

Deno.test("imageToDigit() finds the same digit dark on light and light on dark", () => {
  const dark = digitOf(draw(SEVEN, PLAIN));
  const light = digitOf(draw(SEVEN, { ...PLAIN, ink: PAPER, paper: PEN }));
  assert(cosine(dark, light) > 0.999, `cosine ${cosine(dark, light)}`);
});

Deno.test("imageToDigit() treats gray like colors, and transparent pixels as white", () => {
  const { width, height, pixels } = draw(SEVEN, { ...PLAIN, ink: BLACK, paper: WHITE });
  const gray = pixels.filter((_, i) => i % 4 === 0);
  const transparent = new Uint8Array(pixels.length);
  gray.forEach((light, i) => transparent[4 * i + 3] = 255 - light); // black ink on a transparent canvas
  const expected = imageToDigit(pixels, width, height);
  for (
    const same of [imageToDigit(gray, width, height), imageToDigit(transparent, width, height)]
  ) {
    assert(same.every((byte, i) => Math.abs(byte - expected[i]) <= 1));
  }
});

Deno.test("imageToDigit() ignores specks", () => {
  const clean = draw(SEVEN, PLAIN);
  const dirty = { ...clean, pixels: clean.pixels.slice() };
  for (const [x, y] of [[3, 4], [155, 6], [150, 150]]) {
    for (let i = 0; i < 4; i++) {
      dirty.pixels.fill(30, 4 * ((y + i) * 160 + x), 4 * ((y + i) * 160 + x + 3));
    }
  }
  assertEquals(digitOf(dirty), digitOf(clean));
});

Deno.test("imageToDigit() thickens a hairline to about the width of MNIST's strokes", () => {
  const paper = new Uint8Array(200 * 200).fill(230);
  for (let y = 20; y < 180; y++) paper[y * 200 + 100] = 40;
  const digit = imageToDigit(paper, 200, 200);
  const widths = Array.from({ length: 20 }, (_, y) => {
    const row = digit.subarray((y + 4) * 28, (y + 5) * 28);
    return row.reduce((sum, byte) => sum + byte, 0) / 255;
  });
  assert(widths.every((width) => width >= 1 && width <= 2), `widths ${widths}`);
});

const NO_DIGIT = { ...PLAIN, left: 1000 };
const blanks: [string, Picture][] = [
  ["an empty sheet", draw(SEVEN, NO_DIGIT)],
  ["a black picture", draw(SEVEN, { ...NO_DIGIT, paper: BLACK })],
  ["an empty sheet with shading", draw(SEVEN, { ...NO_DIGIT, shade: 120 })],
  ["noise alone", draw(SEVEN, { ...NO_DIGIT, noise: 25 })],
  ["a picture of one pixel", { width: 1, height: 1, pixels: Uint8Array.of(9, 9, 9, 255) }],
  ["a transparent picture", { width: 50, height: 40, pixels: new Uint8Array(50 * 40 * 4) }],
];

for (const [what, picture] of blanks) {
  Deno.test(`imageToDigit() rejects ${what}`, () => {
    assertThrows(() => digitOf(picture), RangeError, "Cannot find a digit as the contrast of");
  });
}

Deno.test("imageToDigit() rejects pixels that do not match the size", () => {
  assertThrows(
    () => imageToDigit(new Uint8Array(30), 5, 2),
    RangeError,
    "Cannot read an image as it must have one or four bytes per pixel: current value is 30 bytes " +
      "for 5 x 2 pixels",
  );
  assertThrows(() => imageToDigit(new Uint8Array(0), 0, 5), RangeError, "0 bytes for 0 x 5 pixels");
});
