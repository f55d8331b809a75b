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

/** Returns an image of 9 x 9 pixels that are 0, except for those given as x, y, byte. */
function imageOf(...inked: [number, number, number][]): Uint8Array<ArrayBuffer> {
  const image = new Uint8Array(81);
  for (const [x, y, byte] of inked) image[9 * y + x] = byte;
  return image;
}

const SIZE = { width: 9, height: 9 };

// Seed, position, matrix, shift, and the first and last control points: from
// tests/golden/make_distortions.py, rounded to five digits. The contract compares the images of all
// engines with those of distortion.ts.
// deno-fmt-ignore
const DRAWS = [
  [0, 0, [0.89395, 0.03602, 0.05096, 0.91142], [0.50787, -0.30006], [-1.46657, -1.9041, 0.45525, -2.16514]],
  [0, 1, [1.04557, 0.14263, -0.20756, 1.0506], [1.25045, -1.45615], [-1.044, -0.56483, 2.90771, -1.4958]],
  [7, 0, [0.88123, -0.09442, 0.15851, 1.08563], [-1.42368, -0.92881], [1.02632, -3.10011, 1.47123, 2.67373]],
  [7, 59_999, [0.97893, -0.09624, -0.02072, 1.10396], [1.04973, 1.21856], [-1.06656, 0.97653, 0.34908, 2.12147]],
  [4294967295, 128, [1.04231, -0.07037, 0.02413, 0.98615], [0.2603, -1.40341], [-0.58121, 3.18841, 1.49155, 2.52203]],
] as const;

for (const [seed, position, matrix, shift, ends] of DRAWS) {
  Deno.test(`drawDistortion() draws the same as JAX's threefry for row ${position} of key ${seed}`, () => {
    const strength = { rotate: 12, zoom: 0.12, shear: 0.12, shift: 1.5, warp: 4 };
    const drawn = drawDistortion(prngKey(seed), position, strength);
    const round = (values: readonly number[]) => values.map((value) => +value.toFixed(5));
    const drawnEnds = [...drawn.points.slice(0, 2), ...drawn.points.slice(-2)];
    assertEquals(
      [drawn.matrix, drawn.shift, drawnEnds].map(round),
      [[...matrix], [...shift], [...ends]],
    );
  });
}

Deno.test("drawDistortion() computes each number from another random word", () => {
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

Deno.test("drawDistortion() draws numbers with mean 0 that cover the whole range", () => {
  const shifts = Array.from(
    { length: 4000 },
    (_, position) => drawDistortion(prngKey(1), position, { ...NONE, shift: 1 }).shift[0],
  );
  // Five standard deviations of the mean of uniform numbers.
  assert(Math.abs(shifts.reduce((sum, x) => sum + x) / 4000) < 5 / Math.sqrt(3 * 4000));
  assert(Math.min(...shifts) >= -1 && Math.min(...shifts) < -0.99);
  assert(Math.max(...shifts) < 1 && Math.max(...shifts) > 0.99);
});

Deno.test("distortImage() returns the same image if all strengths are 0", () => {
  const image = Uint8Array.from({ length: 81 }, (_, i) => i * 37 % 256);
  assertEquals(distortImage(image, SIZE, UNMOVED), image);
});

Deno.test("distortImage() interpolates between the four nearest pixels and rounds", () => {
  const image = imageOf([4, 4, 100], [5, 4, 50]);
  const found = distortImage(image, SIZE, { ...UNMOVED, shift: [0.25, -0.5] });
  // Each pixel is divided equally between lines 4 and 5, and a quarter of it moves one pixel left.
  const expected = imageOf(
    ...[4, 5].flatMap((y): [number, number, number][] => [[3, y, 13], [4, y, 44], [5, y, 19]]),
  );
  assertEquals(found, expected);
});

Deno.test("distortImage() uses 0 for positions outside of the image, at any distance", () => {
  const image = new Uint8Array(81).fill(200);
  assertEquals(distortImage(image, SIZE, { ...UNMOVED, shift: [1e6, 0] }), new Uint8Array(81));
  const found = distortImage(image, SIZE, { ...UNMOVED, shift: [-0.5, 0] });
  assertEquals([...found.subarray(0, 3)], [100, 200, 200]);
});

Deno.test("distortImage() rotates an image about its center", () => {
  // A quarter turn: the pixel at (x, y) from the center takes the value at (-y, x).
  const found = distortImage(imageOf([6, 4, 90]), SIZE, { ...UNMOVED, matrix: [0, -1, 1, 0] });
  assertEquals(found, imageOf([4, 2, 90]));
});

Deno.test("distortImage() displaces the pixels around one control point by that point alone", () => {
  const points = new Float64Array(2 * GRID * GRID);
  const image = new Uint8Array(49 * 49).fill(0);
  const size = { width: 49, height: 49 };
  // The grid's points are 8 pixels apart; the one in line 2 and column 4 lies at (32, 16).
  points.set([9, 0], 2 * (2 * GRID + 4));
  image[16 * 49 + 36] = 255;
  image[40 * 49 + 8] = 255;
  const found = distortImage(image, size, { ...UNMOVED, points });
  // The spline's weight there is 2/3 in each direction, so (32, 16) takes the value at (36, 16).
  assertEquals(found[16 * 49 + 32], 255);
  assertEquals(found[40 * 49 + 8], 255);
});

Deno.test("splineWeights() add up to 1 at every pixel, for any image size", () => {
  for (const size of [1, 2, 7, 28]) {
    const weights = splineWeights(size);
    for (let pixel = 0; pixel < size; pixel++) {
      const ofPixel = weights.subarray(pixel * GRID, (pixel + 1) * GRID);
      assertAlmostEquals(ofPixel.reduce((sum, weight) => sum + weight), 1);
      assert(ofPixel.every((weight) => weight >= 0));
    }
  }
});
