import { assert, assertThrows } from "@std/assert";
import type { Picture } from "../../lib/image/decode.ts";
import { imageToDigit } from "../../lib/image/image_to_digit.ts";
import { inkToDigit } from "../../lib/image/ink_to_digit.ts";
import { needs, test } from "../requirements.ts";
import { KINDS, type Photo, takePhoto } from "./kinds.ts";

/** Returns the largest cosine of two digits when one is moved by at most one pixel. */
function similarity(a: Uint8Array, b: Uint8Array): number {
  const dot = (x: Uint8Array, y: Uint8Array, shift: number) =>
    x.reduce((sum, value, i) => sum + value * (y[i + shift] ?? 0), 0);
  const products = [0, 1, -1, 28, -28, 29, -29, 27, -27].map((shift) => dot(a, b, shift));
  return Math.max(...products) / Math.sqrt(dot(a, a, 0) * dot(b, b, 0));
}

/** Returns the similarity of the digit found to the digit drawn; undefined if none was found. */
function similarityOf({ picture: { pixels, width, height }, ink }: Photo): number | undefined {
  try {
    return similarity(imageToDigit(pixels, width, height), inkToDigit(ink));
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

for (const [i, kind] of Object.keys(KINDS).entries()) {
  const name = `imageToDigit() finds the digit: ${kind}`;
  Deno.test(name, () => checkKind(kind, [i % 10]));
  const all = { name: `${name}, each digit`, ...await needs("time") };
  test({ ...all, fn: () => checkKind(kind, Array.from({ length: 10 }, (_, i) => i)) });
}

function checkKind(kind: string, labels: number[]): void {
  const found = labels.map((label, number) => similarityOf(takePhoto(kind, label, number)));
  const similar = found.filter((value) => value !== undefined && value > 0.85).length;
  const shown = found.map((value) => value?.toFixed(2) ?? "rejected").join(" ");
  assert(similar >= Math.round(0.9 * labels.length), shown);
}

/** Combines two pictures of the same size, side by side or one below the other. */
function together(a: Picture, b: Picture, isBelow: boolean): Picture {
  const [width, height] = isBelow ? [a.width, 2 * a.height] : [2 * a.width, a.height];
  const pixels = new Uint8Array(4 * width * height);
  for (let y = 0; y < a.height; y++) {
    for (const [i, { pixels: from }] of [a, b].entries()) {
      const row = from.subarray(4 * y * a.width, 4 * (y + 1) * a.width);
      pixels.set(row, isBelow ? 4 * (y + i * a.height) * width : 4 * (y * width + i * a.width));
    }
  }
  return { width, height, pixels };
}

Deno.test("imageToDigit() rejects two digits, side by side or one below the other", () => {
  for (let label = 0; label < 10; label += 2) {
    const [a, b] = [takePhoto("canvas", label, 0), takePhoto("canvas", 9 - label, 1)];
    const { pixels, width, height } = together(a.picture, b.picture, label % 4 === 0);
    assertThrows(
      () => imageToDigit(pixels, width, height),
      RangeError,
      "must be only one",
    );
  }
});

Deno.test("imageToDigit() rejects a horizontal line", () => {
  const pixels = new Uint8Array(200 * 100).fill(250);
  for (let y = 45; y < 55; y++) pixels.fill(20, y * 200 + 30, y * 200 + 170);
  assertThrows(
    () => imageToDigit(pixels, 200, 100),
    RangeError,
    "Cannot recognize the digit as it must be at most 2 times as wide as high: it is 14",
  );
});
