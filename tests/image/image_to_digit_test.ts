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

/** In the middle, dark on light. */
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
  "in a strong shade": { ...PLAIN, shade: 110 },
  "on noisy paper": { ...PLAIN, noise: 15 },
  "chalk on a noisy board in a shade": {
    ...PLAIN,
    ink: [210, 210, 200],
    paper: [80, 70, 60],
    noise: 12,
    shade: 50,
  },
  "of little contrast": { ...PLAIN, ink: [170, 170, 170], noise: 3 },
  "cut out closely": {
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

let known: Uint8Array[] | undefined;

/** The first 400 test images. */
function mnistRows(): Uint8Array[] {
  if (known) return known;
  const { images, trainRows } = readIdxFolder(mnistDirectory());
  const row = (i: number) => images.slice((trainRows + i) * 784, (trainRows + i + 1) * 784);
  return known = Array.from({ length: 400 }, (_, i) => row(i));
}

function cosine(a: Uint8Array, b: Uint8Array): number {
  const dot = (x: Uint8Array, y: Uint8Array) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

/** What a camera would store. */
function file({ width, height, pixels }: Picture, kind: "PNG" | "JPEG"): Uint8Array {
  return kind === "PNG"
    ? encodePng({ width, height, data: pixels, channels: 4 })
    : new Uint8Array(jpeg.encode({ width, height, data: pixels }, 60).data);
}

for (const [scene, drawing] of Object.entries(SCENES)) {
  Deno.test({
    name: `imageToDigit() finds MNIST's digits again: ${scene}`,
    ...await needs("mnist"),
    fn() {
      const rows = mnistRows();
      let [sum, recognized] = [0, 0];
      for (let i = 0; i < 12; i++) {
        const picture = decodeImage(file(draw(rows[i], drawing), i % 2 === 0 ? "PNG" : "JPEG"));
        const digit = imageToDigit(picture.pixels, picture.width, picture.height);
        const likeness = rows.map((other) => cosine(digit, other));
        sum += likeness[i];
        if (likeness[i] === Math.max(...likeness)) recognized++;
      }
      // Off by one pixel, which rounding can make, a thin stroke is only 0.8 like itself.
      assert(sum / 12 > 0.9, `mean cosine ${sum / 12}`);
      assert(recognized >= 8, `${recognized} of 12 are more like themselves than like 399 others`);
    },
  });
}

Deno.test({
  name: "imageToDigit() leaves MNIST's own images nearly as they are",
  ...await needs("mnist"),
  fn() {
    const likeness = mnistRows().slice(0, 50)
      .map((image) => cosine(image, imageToDigit(image, 28, 28))).sort();
    assert(likeness[5] > 0.99, `of 50 images, 45 are at least ${likeness[5]} like themselves`);
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

Deno.test("imageToDigit() makes the ink's longer side 20 pixels, and puts its center of mass in the middle", () => {
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

Deno.test("imageToDigit() takes gray as it takes colors, and what is transparent as white", () => {
  const { width, height, pixels } = draw(SEVEN, { ...PLAIN, ink: BLACK, paper: WHITE });
  const gray = pixels.filter((_, i) => i % 4 === 0);
  const transparent = new Uint8Array(pixels.length);
  gray.forEach((light, i) => transparent[4 * i + 3] = 255 - light); // black ink on nothing
  const expected = imageToDigit(pixels, width, height);
  for (
    const same of [imageToDigit(gray, width, height), imageToDigit(transparent, width, height)]
  ) {
    assert(same.every((byte, i) => Math.abs(byte - expected[i]) <= 1));
  }
});

Deno.test("imageToDigit() takes no notice of specks", () => {
  const clean = draw(SEVEN, PLAIN);
  const dirty = { ...clean, pixels: clean.pixels.slice() };
  for (const [x, y] of [[3, 4], [155, 6], [150, 150]]) {
    for (let i = 0; i < 4; i++) {
      dirty.pixels.fill(30, 4 * ((y + i) * 160 + x), 4 * ((y + i) * 160 + x + 3));
    }
  }
  assertEquals(digitOf(dirty), digitOf(clean));
});

Deno.test("imageToDigit() thickens a hairline to about what MNIST's pen leaves", () => {
  const paper = new Uint8Array(200 * 200).fill(230);
  for (let y = 20; y < 180; y++) paper[y * 200 + 100] = 40;
  const digit = imageToDigit(paper, 200, 200);
  const widths = Array.from({ length: 20 }, (_, y) => {
    const row = digit.subarray((y + 4) * 28, (y + 5) * 28);
    return row.reduce((sum, byte) => sum + byte, 0) / 255;
  });
  assert(widths.every((width) => width >= 1 && width <= 2), `widths ${widths}`);
});

const NOWHERE = { ...PLAIN, left: 1000 };
const blanks: [string, Picture][] = [
  ["an empty sheet", draw(SEVEN, NOWHERE)],
  ["a black picture", draw(SEVEN, { ...NOWHERE, paper: BLACK })],
  ["an empty sheet in a shade", draw(SEVEN, { ...NOWHERE, shade: 120 })],
  ["nothing but noise", draw(SEVEN, { ...NOWHERE, noise: 25 })],
  ["a picture of one pixel", { width: 1, height: 1, pixels: Uint8Array.of(9, 9, 9, 255) }],
  ["a transparent picture", { width: 50, height: 40, pixels: new Uint8Array(50 * 40 * 4) }],
];

for (const [what, picture] of blanks) {
  Deno.test(`imageToDigit() refuses ${what}`, () => {
    assertThrows(() => digitOf(picture), RangeError, "Cannot find a digit as ink must stand out");
  });
}

Deno.test("imageToDigit() refuses pixels that do not fit the size", () => {
  assertThrows(
    () => imageToDigit(new Uint8Array(30), 5, 2),
    RangeError,
    "Cannot read an image as it must have one byte or four a pixel: current value is 30 bytes " +
      "for 5 x 2 pixels",
  );
  assertThrows(() => imageToDigit(new Uint8Array(0), 0, 5), RangeError, "0 bytes for 0 x 5 pixels");
});
