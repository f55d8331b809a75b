import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  DISTORT_COUNTER,
  distortImage,
  type Distortion,
  drawDistortion,
  GRID,
  splineWeights,
} from "../../lib/engine/distortion.ts";
import { prngKey, threefry2x32 } from "../../lib/random/threefry.ts";

const NONE: Distortion = { rotate: 0, zoom: 0, shear: 0, shift: 0, warp: 0 };
const UNMOVED = drawDistortion(prngKey(0), 0, NONE);

/** An image of nine lines of nine pixels, all 0 but those given as x, y, byte. */
function imageOf(...inked: [number, number, number][]): Uint8Array<ArrayBuffer> {
  const image = new Uint8Array(81);
  for (const [x, y, byte] of inked) image[9 * y + x] = byte;
  return image;
}

const SIZE = { width: 9, height: 9 };

// From tests/golden/make_distortions.py, rounded to five digits. The engines' contract compares their
// images with these functions'.
const DRAWS = [
  [0, 0, [0.89395, 0.03602, 0.05096, 0.91142], [0.50787, -0.30006]],
  [0, 1, [1.04557, 0.14263, -0.20756, 1.0506], [1.25045, -1.45615]],
  [7, 0, [0.88123, -0.09442, 0.15851, 1.08563], [-1.42368, -0.92881]],
  [7, 59_999, [0.97893, -0.09624, -0.02072, 1.10396], [1.04973, 1.21856]],
  [4294967295, 128, [1.04231, -0.07037, 0.02413, 0.98615], [0.2603, -1.40341]],
] as const;

for (const [seed, position, matrix, shift] of DRAWS) {
  Deno.test(`drawDistortion() gives row ${position} of key ${seed} what JAX's bits give it`, () => {
    const strength = { rotate: 12, zoom: 0.12, shear: 0.12, shift: 1.5, warp: 4 };
    const drawn = drawDistortion(prngKey(seed), position, strength);
    const round = (values: readonly number[]) => values.map((value) => +value.toFixed(5));
    assertEquals([round(drawn.matrix), round(drawn.shift)], [[...matrix], [...shift]]);
  });
}

Deno.test("drawDistortion() takes each number from a word of its own", () => {
  const unit = (i: number) =>
    Array.from(
      threefry2x32(prngKey(3), DISTORT_COUNTER + i, 20 + i),
      (word) => Math.floor((word >= 2 ** 31 ? word - 2 ** 32 : word) / 256) / 2 ** 23,
    );
  const drawn = (strength: Partial<Distortion>) =>
    drawDistortion(prngKey(3), 20, { ...NONE, ...strength });
  assertAlmostEquals(drawn({ rotate: 90 }).matrix[2], Math.sin(Math.PI / 2 * unit(0)[0]));
  assertEquals(drawn({ shear: 2 }).matrix, [1, 2 * unit(0)[1], 0, 1]);
  assertEquals(drawn({ zoom: 0.5 }).matrix, [1 + unit(1)[0] / 2, 0, 0, 1 + unit(1)[1] / 2]);
  assertEquals(drawn({ shift: 4 }).shift, unit(2).map((u) => 4 * u));
  for (const i of [0, 1, 8, 48]) {
    const { points } = drawn({ warp: 3 });
    assertEquals([...points.slice(2 * i, 2 * i + 2)], unit(3 + i).map((u) => 3 * u));
  }
});

Deno.test("drawDistortion() draws numbers of mean 0 that reach both ends", () => {
  const shifts = Array.from(
    { length: 4000 },
    (_, position) => drawDistortion(prngKey(1), position, { ...NONE, shift: 1 }).shift[0],
  );
  // Five standard deviations of the mean of uniform numbers.
  assert(Math.abs(shifts.reduce((sum, x) => sum + x) / 4000) < 5 / Math.sqrt(3 * 4000));
  assert(Math.min(...shifts) >= -1 && Math.min(...shifts) < -0.99);
  assert(Math.max(...shifts) < 1 && Math.max(...shifts) > 0.99);
});

Deno.test("distortImage() leaves an image as it is where all strengths are 0", () => {
  const image = Uint8Array.from({ length: 81 }, (_, i) => i * 37 % 256);
  assertEquals(distortImage(image, SIZE, UNMOVED), image);
});

Deno.test("distortImage() resamples between the four nearest pixels, and rounds", () => {
  const image = imageOf([4, 4, 100], [5, 4, 50]);
  const found = distortImage(image, SIZE, { ...UNMOVED, shift: [0.25, -0.5] });
  // Half of each goes to the line at y = 4, half to y = 5; a quarter to the left.
  const expected = imageOf(
    ...[4, 5].flatMap((y): [number, number, number][] => [[3, y, 13], [4, y, 44], [5, y, 19]]),
  );
  assertEquals(found, expected);
});

Deno.test("distortImage() takes 0 from outside of the image, from however far", () => {
  const image = new Uint8Array(81).fill(200);
  assertEquals(distortImage(image, SIZE, { ...UNMOVED, shift: [1e6, 0] }), new Uint8Array(81));
  const found = distortImage(image, SIZE, { ...UNMOVED, shift: [-0.5, 0] });
  assertEquals([...found.subarray(0, 3)], [100, 200, 200]);
});

Deno.test("distortImage() turns an image about its center by the drawn angle", () => {
  // By a quarter turn: (x, y) from the center takes the value at (-y, x).
  const found = distortImage(imageOf([6, 4, 90]), SIZE, { ...UNMOVED, matrix: [0, -1, 1, 0] });
  assertEquals(found, imageOf([4, 2, 90]));
});

Deno.test("distortImage() moves what lies about one control point by that point alone", () => {
  const points = new Float64Array(2 * GRID * GRID);
  const image = new Uint8Array(49 * 49).fill(0);
  const size = { width: 49, height: 49 };
  // The grid's points are 8 pixels apart; the one in line 2 and column 4 lies at (32, 16).
  points.set([9, 0], 2 * (2 * GRID + 4));
  image[16 * 49 + 36] = 255;
  image[40 * 49 + 8] = 255;
  const found = distortImage(image, size, { ...UNMOVED, points });
  // There the spline counts 2/3 each way, so (32, 16) takes the value at (36, 16).
  assertEquals(found[16 * 49 + 32], 255);
  assertEquals(found[40 * 49 + 8], 255);
});

Deno.test("splineWeights() add up to 1 at every pixel, however few", () => {
  for (const size of [1, 2, 7, 28]) {
    const weights = splineWeights(size);
    for (let pixel = 0; pixel < size; pixel++) {
      const ofPixel = weights.subarray(pixel * GRID, (pixel + 1) * GRID);
      assertAlmostEquals(ofPixel.reduce((sum, weight) => sum + weight), 1);
      assert(ofPixel.every((weight) => weight >= 0));
    }
  }
});
