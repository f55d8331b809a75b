import { assert, assertEquals, assertThrows } from "@std/assert";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import type { Picture } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { mnistDirectory, needs } from "../requirements.ts";
import { render, type Scene } from "./kinds.ts";

/** A centered digit, dark on light. */
const PLAIN: Scene = {
  ...{ width: 160, height: 160, x: 80, y: 80, size: 100, pen: 9 },
  ...{ ink: [40, 45, 60], paper: [225, 220, 205] },
};

/** Draws a seven. */
function seven(changes: Partial<Scene> = {}): Picture {
  return render(7, { ...PLAIN, ...changes }).picture;
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

Deno.test({
  name: "imageToDigit() hardly changes MNIST's own images",
  ...await needs("mnist"),
  fn() {
    const { images, trainRows } = readIdxFolder(mnistDirectory());
    const similarities = Array.from({ length: 50 }, (_, i) => {
      const image = images.slice((trainRows + i) * 784, (trainRows + i + 1) * 784);
      return cosine(image, imageToDigit(image, 28, 28));
    }).sort();
    assert(similarities[5] > 0.99, `45 of 50 images have a cosine of at least ${similarities[5]}`);
  },
});

function digitOf({ pixels, width, height }: Picture): Uint8Array {
  return imageToDigit(pixels, width, height);
}

Deno.test("imageToDigit() scales the ink's longer side to 20 pixels and centers its mass", () => {
  for (const side of [30, 60, 150, 400]) {
    const digit = digitOf(
      seven({ ...{ width: 500, height: 450, x: 230, y: 220 }, size: side, pen: side / 10 }),
    );
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
  const dark = digitOf(seven());
  const light = digitOf(seven({ ink: [225, 220, 205], paper: [40, 45, 60] }));
  assert(cosine(dark, light) > 0.999, `cosine ${cosine(dark, light)}`);
});

Deno.test("imageToDigit() treats gray like colors, and transparent pixels as white", () => {
  const { width, height, pixels } = seven({ ink: [0, 0, 0], paper: [255, 255, 255] });
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
  const clean = seven();
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

const blanks: [string, Picture][] = [
  ["an empty sheet", seven({ pen: 0 })],
  ["a black picture", seven({ pen: 0, paper: [0, 0, 0] })],
  ["an empty sheet with shading", seven({ pen: 0, light: (x, y) => 1 - (x + y) / 600 })],
  ["noise alone", seven({ pen: 0, noise: 25 })],
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
