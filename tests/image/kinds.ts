/** Draws pictures of the kinds that people give to such a program. */
import jpeg from "jpeg-js";
import { DIGIT_STROKES, type Stroke } from "../../lib/data/strokes.ts";
import { decodeImage, type Picture } from "../../lib/image/decode.ts";
import { inkToDigit } from "../../lib/image/ink_to_digit.ts";
import type { Plane } from "../../lib/image/plane.ts";

/** Red, green, blue. */
type Color = readonly [number, number, number];
/** A number at each position; x and y are in pixels. */
type Field = (x: number, y: number) => number;
/** Draws a number uniformly between two bounds. */
type Random = (from: number, to: number) => number;

/** The layers of a picture. Lengths are in pixels. */
export interface Scene {
  width: number;
  height: number;
  /** The center of the digit, its height, and the pen's width. */
  x: number;
  y: number;
  size: number;
  pen: number;
  ink: Color;
  /** Transparent if null. */
  paper: Color | null;
  /** The opacity of printed or drawn lines, 0 to 1. */
  lines?: Field;
  lineColor?: Color;
  /** Positive on the sheet, negative on the table. */
  sheet?: Field;
  table?: Color;
  /** The brightness at each position, as a fraction. */
  light?: Field;
  /** The standard deviation of the noise. */
  noise?: number;
  /** The quality of JPEG compression, 1 to 100; none if omitted. */
  quality?: number;
}

/** A picture, and the digit in it. */
export interface Photo {
  label: number;
  picture: Picture;
  /** The digit's ink, 0 to 1. */
  ink: Plane;
}

const BLACK: Color = [0, 0, 0];
const WHITE: Color = [255, 255, 255];
const PEN: Color = [25, 30, 60];
const PAPER: Color = [242, 239, 230];
const BLUE: Color = [170, 190, 215];

function canvas(_random: Random): Scene {
  return { width: 200, height: 200, x: 100, y: 100, size: 130, pen: 12, ink: BLACK, paper: WHITE };
}

function paper(random: Random): Scene {
  const pen = random(5, 9);
  const [x, y, size] = [random(85, 115), random(85, 115), random(70, 130)];
  return {
    width: 200,
    height: 200,
    x,
    y,
    size,
    pen,
    ink: PEN,
    paper: PAPER,
    noise: 3,
    quality: 85,
  };
}

/** Parallel lines, `apart` pixels from each other and `wide` pixels wide, rotated by an angle in radians. */
function ruling(random: Random, apart: number, wide: number, angle: number): Field {
  const phase = random(0, apart);
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (x, y) => {
    const across = ((cos * y - sin * x + phase) % apart + apart) % apart;
    return stroke(Math.min(across, apart - across), wide);
  };
}

/** The fraction of a pixel that a stroke covers, by the distance of its center line. */
function stroke(distance: number, width: number): number {
  return Math.min(1, width, Math.max(0, width / 2 + 0.5 - distance));
}

/** The outline of a rectangle, by its center and half its sides. */
function box(x: number, y: number, halfWidth: number, halfHeight: number, wide: number): Field {
  return (px, py) =>
    stroke(Math.abs(Math.max(Math.abs(px - x) - halfWidth, Math.abs(py - y) - halfHeight)), wide);
}

/** The signed distance from a line through a point. */
function halfPlane(x: number, y: number, angle: number): Field {
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return (px, py) => cos * (px - x) + sin * (py - y);
}

function squared(random: Random, apart: number, wide: number): Field {
  const angle = random(-0.02, 0.02);
  const [rows, columns] = [
    ruling(random, apart, wide, angle),
    ruling(random, apart, wide, angle + Math.PI / 2),
  ];
  return (x, y) => Math.max(rows(x, y), columns(x, y));
}

function onTable(random: Random, table: Color): Scene {
  const scene = paper(random);
  const angle = random(-0.15, 0.15);
  const [halfWidth, halfHeight] = [random(52, 70), random(58, 75)];
  const [along, across] = [halfPlane(100, 100, angle), halfPlane(100, 100, angle + Math.PI / 2)];
  const sheet: Field = (x, y) =>
    Math.min(halfWidth - Math.abs(along(x, y)), halfHeight - Math.abs(across(x, y)));
  return { ...scene, x: 100, y: 100, size: random(55, 75), pen: 6, sheet, table, noise: 4 };
}

/** The kinds of pictures, each with a function that draws a scene. */
export const KINDS: Record<string, (random: Random) => Scene> = {
  "canvas": canvas,
  "canvas, white on black": (random) => ({ ...canvas(random), ink: WHITE, paper: BLACK }),
  "transparent canvas, white ink": (random) => ({ ...canvas(random), ink: WHITE, paper: null }),
  "transparent canvas, black ink": (random) => ({ ...canvas(random), paper: null }),
  "transparent canvas, yellow ink": (random) => ({
    ...canvas(random),
    ink: [255, 220, 0],
    paper: null,
  }),
  "canvas with a frame of one pixel": (random) => ({
    ...canvas(random),
    lines: box(99.5, 99.5, 99.5, 99.5, 1),
  }),
  "canvas with a thick frame": (random) => ({ ...canvas(random), lines: box(100, 100, 99, 99, 6) }),
  "cropped to the ink": (random) => {
    const pen = random(15, 25);
    return { ...canvas(random), width: 120, height: 165, x: 60, y: 82, size: 165 - pen, pen };
  },
  "marker": (random) => ({ ...paper(random), size: 140, pen: random(18, 28) }),
  "paper": paper,
  "pencil": (random) => ({ ...paper(random), pen: 2.5, ink: [110, 110, 115] }),
  "highlighter": (random) => ({ ...paper(random), pen: 16, size: 120, ink: [250, 235, 80] }),
  "chalk": (random) => ({ ...paper(random), ink: [215, 215, 205], paper: [45, 75, 60], noise: 12 }),
  "in a corner": (random) => ({ ...paper(random), x: 35, y: 160, size: 40, pen: 3 }),
  "poor JPEG": (random) => ({ ...paper(random), quality: 10 }),
  "vignette": (random) => ({
    ...paper(random),
    light: (x, y) => 1 - 0.5 * ((x - 100) ** 2 + (y - 100) ** 2) / 20_000,
  }),
  "soft shading": (random) => {
    const side = halfPlane(100, 100, random(0, 2 * Math.PI));
    return { ...paper(random), light: (x, y) => 0.7 + 0.002 * side(x, y) };
  },
  "hard shadow": (random) => {
    const side = halfPlane(random(80, 120), random(80, 120), random(0, 2 * Math.PI));
    return { ...paper(random), light: (x, y) => 0.75 + 0.25 * Math.tanh(side(x, y) / 5) };
  },
  "ruled": (random) => ({
    ...paper(random),
    lines: ruling(random, random(22, 32), 0.8, random(-0.03, 0.03)),
    lineColor: BLUE,
  }),
  "ruled in dark lines": (random) => ({
    ...paper(random),
    lines: ruling(random, random(22, 32), 0.8, random(-0.03, 0.03)),
    lineColor: [90, 100, 130],
  }),
  "squared": (random) => ({
    ...paper(random),
    lines: squared(random, random(14, 20), 0.7),
    lineColor: BLUE,
  }),
  "box of a form": (random) => ({
    ...paper(random),
    size: 90,
    lines: box(100, 100, random(68, 80), random(68, 80), random(1.2, 3)),
    lineColor: [40, 40, 40],
  }),
  "underlined": (random) => {
    const size = 110;
    const [y, tilt] = [85 + size / 2 + random(14, 30), random(-0.04, 0.04)];
    const half = random(45, 80);
    return {
      ...paper(random),
      x: 100,
      y: 85,
      size,
      lines: (px, py) =>
        stroke(Math.hypot(Math.max(0, Math.abs(px - 100) - half), py - y - tilt * (px - 100)), 6),
      lineColor: PEN,
    };
  },
  "sheet on a brown table": (random) => onTable(random, [90, 58, 38]),
  "sheet on a light table": (random) => onTable(random, [165, 140, 110]),
};

/** Other pictures in which the digit must be found, which are not counted as kinds. */
export const OTHERS: typeof KINDS = {
  "blue on yellow, wide, in a corner": (random) => ({
    ...paper(random),
    ...{ width: 300, x: 240, y: 60, size: 85, pen: 8 },
    ...{ ink: [20, 40, 160], paper: [240, 230, 150] },
  }),
  "yellow on green, tall, in the other corner": (random) => ({
    ...paper(random),
    ...{ height: 300, x: 55, y: 240, size: 85, pen: 8 },
    ...{ ink: [240, 240, 100], paper: [20, 90, 40] },
  }),
  "with little contrast": (random) => ({ ...paper(random), size: 120, ink: [190, 187, 180] }),
  "on noisy gray paper": (random) => ({
    ...paper(random),
    ...{ size: 120, pen: 14, paper: [150, 148, 140], noise: 20, quality: undefined },
  }),
  "chalk on a noisy board with shading": (random) => ({
    ...paper(random),
    ...{ size: 120, pen: 12, ink: [210, 210, 200], paper: [80, 70, 60], noise: 12 },
    light: (x, y) => 1.2 - (x + y) / 600,
  }),
  "in a large photograph": (random) => ({
    ...paper(random),
    ...{ width: 900, height: 700, x: 700, y: 180, size: 150, pen: 15 },
  }),
};

/** Draws a digit; the same kind, digit and number give the same picture. */
export function takePhoto(kind: string, label: number, number: number): Photo {
  const random = uniforms(1000 * label + number);
  return render(label, (KINDS[kind] ?? OTHERS[kind])(random), random);
}

/** Draws a digit in a scene. */
export function render(label: number, scene: Scene, random: Random = uniforms(1)): Photo {
  const ink = inkOf(label, scene, random);
  return { label, picture: compose(scene, ink, random), ink };
}

/**
 * Returns how similar a digit that was found is to the ink that was drawn: the largest cosine if one is
 * moved by at most one pixel.
 */
export function similarityToInk(found: Uint8Array, ink: Plane): number {
  const drawn = inkToDigit(ink);
  const dot = (x: Uint8Array, y: Uint8Array, shift: number) =>
    x.reduce((sum, value, i) => sum + value * (y[i + shift] ?? 0), 0);
  const products = [0, 1, -1, 28, -28, 29, -29, 27, -27].map((shift) => dot(found, drawn, shift));
  return Math.max(...products) / Math.sqrt(dot(found, found, 0) * dot(drawn, drawn, 0));
}

/** Draws the ink of a digit with random slant, rotation and width. */
function inkOf(label: number, { width, height, x, y, size, pen }: Scene, random: Random): Plane {
  const variants = DIGIT_STROKES[label];
  const strokes = variants[Math.floor(random(0, variants.length))];
  const [slant, turn, narrow] = [random(-0.05, 0.2), random(-0.1, 0.1), random(0.85, 1.1)];
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const place = (px: number, py: number): [number, number] => {
    const [sx, sy] = [narrow * (px - slant * py) * size / 2, py * size / 2];
    return [x + cos * sx - sin * sy, y + sin * sx + cos * sy];
  };
  const values = new Float32Array(width * height);
  for (const [from, to] of strokes.flatMap((stroke) => segments(stroke, place))) {
    const reach = pen / 2 + 1;
    for (
      let py = Math.max(0, Math.floor(Math.min(from[1], to[1]) - reach));
      py < Math.min(height, Math.max(from[1], to[1]) + reach);
      py++
    ) {
      for (
        let px = Math.max(0, Math.floor(Math.min(from[0], to[0]) - reach));
        px < Math.min(width, Math.max(from[0], to[0]) + reach);
        px++
      ) {
        const covered = stroke(distance(px + 0.5, py + 0.5, from, to), pen);
        values[py * width + px] = Math.max(values[py * width + px], covered);
      }
    }
  }
  return { width, height, values };
}

type Point = readonly [number, number];

function segments(stroke: Stroke, place: (x: number, y: number) => Point): [Point, Point][] {
  const points = Array.from(
    { length: stroke.length / 2 },
    (_, i) => place(stroke[2 * i], stroke[2 * i + 1]),
  );
  return points.slice(1).map((point, i) => [points[i], point]);
}

function distance(x: number, y: number, from: Point, to: Point): number {
  const [alongX, alongY] = [to[0] - from[0], to[1] - from[1]];
  const along = ((x - from[0]) * alongX + (y - from[1]) * alongY) / (alongX ** 2 + alongY ** 2);
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(x - from[0] - part * alongX, y - from[1] - part * alongY);
}

/** Combines table, sheet, lines and ink, applies the light and adds noise. */
function compose(scene: Scene, ink: Plane, random: Random): Picture {
  const { width, height, lines, lineColor = BLACK, sheet, table = BLACK, light, noise = 0 } = scene;
  const pixels = new Uint8Array(4 * width * height);
  for (let i = 0; i < width * height; i++) {
    const [x, y] = [i % width + 0.5, Math.floor(i / width) + 0.5];
    const grain = noise === 0 ? 0 : noise * normal(random);
    const onSheet = sheet ? Math.min(1, Math.max(0, sheet(x, y) + 0.5)) : 1;
    for (let c = 0; c < 3; c++) {
      let color = scene.paper?.[c] ?? scene.ink[c];
      if (lines) color += lines(x, y) * (lineColor[c] - color);
      color += ink.values[i] * (scene.ink[c] - color);
      color = table[c] + onSheet * (color - table[c]);
      const seen = color * (light?.(x, y) ?? 1) + grain;
      pixels[4 * i + c] = Math.min(255, Math.max(0, Math.round(seen)));
    }
    pixels[4 * i + 3] = scene.paper ? 255 : Math.round(255 * ink.values[i]);
  }
  const picture = { width, height, pixels };
  return scene.quality === undefined
    ? picture
    : decodeImage(new Uint8Array(jpeg.encode({ width, height, data: pixels }, scene.quality).data));
}

/** Draws a nearly normal number: the sum of three uniform numbers with a total variance of 1. */
function normal(random: Random): number {
  return random(-1, 1) + random(-1, 1) + random(-1, 1);
}

/** Returns a generator of random numbers for a seed (mulberry32). */
function uniforms(seed: number): Random {
  let state = seed;
  return (from, to) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return from + (to - from) * (((t ^ (t >>> 14)) >>> 0) + 0.5) / 2 ** 32;
  };
}
