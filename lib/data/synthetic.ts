/** Draws synthetic digits, which replace MNIST where it is not available. */
import { permutation, uniform } from "../random/distributions.ts";
import { type Key, prngKey, randomBits, split } from "../random/threefry.ts";
import type { Dataset } from "./dataset.ts";
import { DIGIT_STROKES } from "./strokes.ts";

/** How many digits to draw. */
export interface SyntheticOptions {
  /** Number of training rows, which come first. @default 60000 */
  trainRows?: number;
  /** Number of test rows. @default 10000 */
  testRows?: number;
}

const SIZE = 28;
const PIXELS = SIZE * SIZE;
const SEED = 28;

/**
 * The random properties of each image and their ranges. Lengths are in pixels,
 * angles in radians; a digit is 2 units high before scaling.
 */
const DISTORTIONS = {
  /** Selects a variant of the digit. */
  variant: [0, 1],
  centerX: [-2, 2],
  centerY: [-2, 2],
  scaleX: [7, 11],
  scaleY: [7, 10.5],
  rotation: [-0.3, 0.3],
  slant: [-0.1, 0.4],
  /** Half the pen's width. */
  radius: [0.7, 1.7],
  /** Amplitude and phase of the wave that bends the lines sideways. */
  bend: [-0.15, 0.15],
  bendStart: [0, 2 * Math.PI],
  ink: [180, 255],
  /** The largest fraction of the ink that noise removes. */
  noise: [0, 0.4],
  noiseStart: [0, 1],
} as const;

type Distortion = Record<keyof typeof DISTORTIONS, number>;
const NAMES = Object.keys(DISTORTIONS) as (keyof Distortion)[];

/**
 * Draws digits from pen strokes with random distortions: position, scale, rotation, slant,
 * thickness, bend and noise. The same row counts always give the same images. All digits are equally
 * frequent in training and in test rows, in random order.
 *
 * @param options How many rows; MNIST's numbers by default
 * @returns Images of 28 x 28 pixels in 10 classes, without a download
 *
 * @example
 * ```ts
 * import { syntheticDigits } from "./synthetic.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const { labels } = syntheticDigits({ trainRows: 20, testRows: 10 });
 * assertEquals(labels.slice(20).sort(), Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9));
 * ```
 */
export function syntheticDigits(
  { trainRows = 60_000, testRows = 10_000 }: SyntheticOptions = {},
): Dataset {
  const [trainKey, testKey, distortionKey, noiseKey] = split(prngKey(SEED), 4);
  const rows = trainRows + testRows;
  const labels = new Uint8Array(rows);
  labels.set(shuffledDigits(trainKey, trainRows));
  labels.set(shuffledDigits(testKey, testRows), trainRows);

  const draws = uniform(distortionKey, rows * NAMES.length);
  const noise = new Uint8Array(randomBits(noiseKey, 1 << 14).buffer);
  const images = new Uint8Array(rows * PIXELS);
  const distortion = {} as Distortion;
  for (let row = 0; row < rows; row++) {
    NAMES.forEach((name, i) => {
      const [low, high] = DISTORTIONS[name];
      distortion[name] = low + (high - low) * draws[row * NAMES.length + i];
    });
    drawDigit(
      labels[row],
      distortion,
      noise,
      images.subarray(row * PIXELS, (row + 1) * PIXELS),
    );
  }
  return {
    name: "synthetic",
    width: SIZE,
    height: SIZE,
    classes: 10,
    images,
    labels,
    trainRows,
  };
}

function shuffledDigits(key: Key, count: number): Uint8Array {
  return Uint8Array.from(permutation(key, count), (i) => i % 10);
}

/** Draws one digit into an image that is all zeros. */
function drawDigit(
  digit: number,
  distortion: Distortion,
  noise: Uint8Array,
  image: Uint8Array,
): void {
  const { variant, radius, ink, noise: amount, noiseStart } = distortion;
  const variants = DIGIT_STROKES[digit];
  const strokes = variants[Math.floor(variant * variants.length)];
  const place = placement(distortion);
  for (const stroke of strokes) {
    let [fromX, fromY] = place(stroke[0], stroke[1]);
    for (let i = 2; i < stroke.length; i += 2) {
      const [toX, toY] = place(stroke[i], stroke[i + 1]);
      drawLine(image, fromX, fromY, toX, toY, radius);
      [fromX, fromY] = [toX, toY];
    }
  }
  const start = Math.floor(noiseStart * (noise.length - PIXELS));
  for (let i = 0; i < PIXELS; i++) {
    if (image[i] > 0) image[i] *= ink / 255 * (1 - amount * noise[start + i] / 255);
  }
}

/** Maps the points of a stroke into the image. */
function placement(
  { centerX, centerY, scaleX, scaleY, rotation, slant, bend, bendStart }: Distortion,
): (x: number, y: number) => [number, number] {
  const cos = Math.cos(rotation);
  const sin = Math.sin(rotation);
  return (x, y) => {
    const bentX = (x - slant * y + bend * Math.sin(bendStart + 3 * y)) * scaleX;
    const bentY = (y + bend * Math.cos(bendStart + 3 * x)) * scaleY;
    return [
      SIZE / 2 + centerX + cos * bentX - sin * bentY,
      SIZE / 2 + centerY + sin * bentX + cos * bentY,
    ];
  };
}

/** Draws a line of full ink whose edge fades over one pixel. */
function drawLine(
  image: Uint8Array,
  fromX: number,
  fromY: number,
  toX: number,
  toY: number,
  radius: number,
): void {
  const reach = radius + 0.5;
  const left = Math.max(0, Math.floor(Math.min(fromX, toX) - reach));
  const right = Math.min(SIZE - 1, Math.floor(Math.max(fromX, toX) + reach));
  const top = Math.max(0, Math.floor(Math.min(fromY, toY) - reach));
  const bottom = Math.min(SIZE - 1, Math.floor(Math.max(fromY, toY) + reach));
  const alongX = toX - fromX;
  const alongY = toY - fromY;
  const squaredLength = alongX * alongX + alongY * alongY;
  for (let y = top; y <= bottom; y++) {
    for (let x = left; x <= right; x++) {
      const awayX = x + 0.5 - fromX;
      const awayY = y + 0.5 - fromY;
      const along = (awayX * alongX + awayY * alongY) / squaredLength;
      const nearest = Math.min(1, Math.max(0, along));
      const apartX = awayX - nearest * alongX;
      const apartY = awayY - nearest * alongY;
      const coverage = 255 * Math.min(1, reach - Math.sqrt(apartX * apartX + apartY * apartY));
      const pixel = y * SIZE + x;
      if (coverage > image[pixel]) image[pixel] = coverage;
    }
  }
}
