import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { generatedImages, initializedModel } from "./small_model.ts";
import { predict } from "../../lib/training/predict.ts";

const MODEL = initializedModel();
const IMAGES = generatedImages(1203);

Deno.test("predict() returns the same for an image whether it is alone or one of many", () => {
  const { labels, probabilities } = predict(MODEL, IMAGES);
  assertEquals([labels.length, probabilities.length], [1203, 1203 * 3]);
  for (const row of [0, 1, 499, 500, 501, 1000, 1202]) {
    const alone = predict(MODEL, IMAGES.subarray(row * 16, (row + 1) * 16));
    assertEquals(alone.labels[0], labels[row]);
    assertEquals(alone.probabilities, probabilities.slice(row * 3, row * 3 + 3));
  }
  assert(new Set(labels).size > 1);
});

Deno.test("predict() returns probabilities that sum to 1", () => {
  const { probabilities } = predict(MODEL, IMAGES);
  for (let i = 0; i < probabilities.length; i += 3) {
    assertAlmostEquals(probabilities.slice(i, i + 3).reduce((a, b) => a + b), 1, 1e-6);
  }
});

Deno.test("predict() returns the same for bytes and for floats", () => {
  assertEquals(predict(MODEL, Float32Array.from(IMAGES)), predict(MODEL, IMAGES));
});

Deno.test("predict() ignores an image's brightness with the l2 scale, but not with the unit scale", () => {
  const dark = IMAGES.slice(0, 1600).map((byte) => byte >> 1 << 1);
  const half = dark.map((byte) => byte / 2);
  const probabilities = (scale: "l2" | "unit", images: Uint8Array) =>
    predict({ ...MODEL, scale }, images).probabilities;
  probabilities("l2", dark).forEach((p, i) =>
    assertAlmostEquals(p, probabilities("l2", half)[i], 1e-6)
  );
  assert(
    probabilities("unit", dark).some((p, i) => Math.abs(p - probabilities("unit", half)[i]) > 0.01),
  );
});

Deno.test("predict() accepts a blank image, and no image", () => {
  assert(predict(MODEL, new Uint8Array(16)).probabilities.every(Number.isFinite));
  assertEquals(predict(MODEL, new Uint8Array(0)).labels.length, 0);
});

Deno.test("predict() takes gray images whose bytes could be colors", () => {
  assertEquals(predict(MODEL, new Uint8Array(64).fill(255)).labels.length, 4);
  const stripes = Uint8Array.from({ length: 64 }, (_, i) => i % 4 === 3 ? 255 : 0);
  assertThrows(() => predict(MODEL, stripes), RangeError, "pass them as a Float32Array");
  assertEquals(predict(MODEL, Float32Array.from(stripes)).labels.length, 4);
});

Deno.test("predict() rejects what plain JavaScript may pass instead of pixels from 0 to 255", () => {
  const unit = { ...MODEL, scale: "unit" as const };
  const rgba = Uint8Array.from({ length: 64 }, (_, i) => i % 4 === 3 ? 255 : i);
  const cases: [unknown, string][] = [
    [[...IMAGES.subarray(0, 16)], "a Uint8Array or Float32Array"],
    [new Uint8ClampedArray(64), "of type Uint8ClampedArray"],
    [undefined, "of type undefined"],
    [rgba, "one byte per pixel"],
    [Float32Array.from(IMAGES.subarray(0, 16), (byte) => byte / 255), "multiply them by 255"],
    [new Float32Array(16).fill(-0.4), "every pixel must be from 0 to 255: current value is -0.4"],
    [new Float32Array(16).fill(NaN), "current value is NaN"],
    [new Uint8Array(17), "a multiple of the net's 16 inputs: current value is 17"],
  ];
  for (const [images, message] of cases) {
    assertThrows(() => predict(unit, images as Uint8Array), RangeError, message);
  }
  assertEquals(predict(unit, new Float32Array(16)), predict(unit, new Uint8Array(16)));
});
