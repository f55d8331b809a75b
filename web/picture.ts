/// <reference lib="dom" />
/**
 * The picture of the net: the image, the first layer's units as tiles with their weights, the second
 * layer's as dots, and ten bars. Tiles and dots glow by their activation for the image on the pad, and
 * lines show the connections that count most for it. The units are painted on one canvas, below buttons
 * without content: styles of so many elements would take longer than a frame when the image changes.
 */
import { count, percent } from "../lib/files/printable.ts";
import { USABLE_ACTIVATIONS } from "../lib/net/activations.ts";
import type { Model } from "../lib/net/architecture.ts";
import { predictedClass } from "../lib/net/maths.ts";
import type { ForwardPass } from "../lib/training/predict.ts";
import {
  cssColor,
  element,
  isDark,
  make,
  onColorScheme,
  onSize,
  type Size,
  write,
  writeAttribute,
} from "./dom.ts";
import { largestOf, paintDigit, paintSigned } from "./pixels.ts";

/** Maximum number of units shown of each hidden layer. */
const MOST_UNITS = 32;
/** Number of connections drawn from the image, between the hidden layers, and to the output. */
const LINES = [12, 36, 24];
/** Radius of the tiles' corners, as in page.css. */
const CORNER = 6;

const root = element("picture", HTMLDivElement);
const wires = element("wires", HTMLCanvasElement);
const units = element("units", HTMLCanvasElement);
const input = element("net-input", HTMLCanvasElement);
const layers = [0, 1, 2].map((layer) => element(`units-${layer}`, HTMLDivElement));
const caption = element("net-caption", HTMLParagraphElement);

/** What the picture shows. */
export interface PictureContents {
  model: Model;
  /** The net's values for the image; undefined without an image. */
  pass: ForwardPass | undefined;
  digit: Uint8Array | undefined;
  /** The image's class, if it is known. */
  label: number | undefined;
  isUntrained: boolean;
  /** The unit that is explained beside the picture. */
  open: { layer: number; index: number } | undefined;
}

/** A rectangle inside the picture. */
interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

let contents: PictureContents | undefined;
let size: Size = { width: 0, height: 0 };
/** The numbers of the units shown, by layer. */
let shown: number[][] = [];
let boxes: Box[][] = [];
let builtFor = "";
/** The weights of the shown units of the first layer, side by side. */
const tiles = make("canvas");
/** The net whose weights they are. */
let tilesOf: Model | undefined;
/** The shape of all of them. */
let tileShapes = new Path2D();
let opened: (layer: number, index: number) => void = () => {};

onSize(root, (newSize) => {
  size = newSize;
  if (contents) showPicture(contents);
});
onColorScheme(() => contents && showPicture(contents));

/** Sets the callback for units that the visitor chooses. */
export function onUnit(callback: (layer: number, index: number) => void): void {
  opened = callback;
}

/** Shows a net and what it does with an image. */
export function showPicture(newContents: PictureContents): void {
  contents = newContents;
  const { model, digit, open } = contents;
  if (size.width === 0) return;
  build(model);
  paintTiles(model);
  paintDigit(input, digit ?? new Uint8Array(784), isDark());
  paintUnits();
  showOutputs();
  layers.forEach((layer, i) => {
    [...layer.children].forEach((child, position) => {
      const isOpen = String(open?.layer === i && open.index === shown[i][position]);
      writeAttribute(child, "aria-expanded", isOpen);
    });
  });
  drawWires();
}

/** Places the units, if the net's sizes or the space changed. */
function build(model: Model): void {
  const { hidden, inputs } = model.architecture;
  const { width, height } = size;
  const sizes = [width, height, devicePixelRatio, ...hidden].join();
  if (sizes === builtFor) return;
  builtFor = sizes;
  for (const canvas of [wires, units]) {
    canvas.width = Math.round(width * devicePixelRatio);
    canvas.height = Math.round(height * devicePixelRatio);
    canvas.getContext("2d")!.scale(devicePixelRatio, devicePixelRatio);
  }
  tilesOf = undefined;
  tileShapes = new Path2D();
  shown = [...hidden.map(sampleOf), Array.from({ length: 10 }, (_, digit) => digit)];
  boxes = place(width, height, shown.map(({ length }) => length));
  for (const { x, y, width, height } of boxes[0]) tileShapes.roundRect(x, y, width, height, CORNER);
  setBox(input, boxes[3][0]);
  const names = ["tile", "dot", "output"];
  layers.forEach((layer, i) => {
    const buttons = shown[i].map((index, position) => {
      const unit = make("button", names[i]);
      unit.type = "button";
      setBox(unit, boxes[i][position]);
      if (i === 2) {
        unit.append(
          make("span", "name", String(index)),
          make("span", "bar-of"),
          make("span", "value"),
        );
      }
      unit.addEventListener("click", () => opened(i, index));
      return unit;
    });
    layer.replaceChildren(...buttons);
  });
  const sampled = hidden.some((size) => size > MOST_UNITS);
  write(
    caption,
    `${inputs} pixels → ${hidden.map((size) => `${count(size)} units`).join(" → ")} → 10 digits. ` +
      (sampled ? `The picture shows ${shown[0].length} and ${shown[1].length} of them. ` : "") +
      "Click a unit to see its sum.",
  );
}

/** Returns the numbers of the units to show of a layer: evenly spaced ones of a wide layer. */
function sampleOf(size: number): number[] {
  const length = Math.min(size, MOST_UNITS);
  return Array.from({ length }, (_, i) => Math.floor(i * size / length));
}

/** Returns the boxes of each layer's units, and of the image. */
function place(width: number, height: number, counts: number[]): Box[][] {
  const gap = Math.max(3, Math.min(6, width / 120));
  const output = Math.max(112, Math.min(0.24 * width, 230));
  const image = Math.max(44, Math.min(0.17 * width, 0.4 * height, 190));
  // Between two layers there must be space for the lines.
  const space = Math.max(12, 0.07 * width);
  const rest = width - image - output - 3 * space;
  const tiles = grid(counts[0], 0.68 * rest, height, gap, 90);
  const dots = grid(counts[1], 0.32 * rest, height, gap * 1.6, 46);
  const left = image + space + (0.68 * rest - tiles.width) / 2;
  const middle = image + 2 * space + 0.68 * rest + (0.32 * rest - dots.width) / 2;
  const rowHeight = Math.min(height / 10, 52);
  const top = (height - 10 * rowHeight) / 2;
  return [
    tiles.boxes.map((box) => ({ ...box, x: box.x + left })),
    dots.boxes.map((box) => ({ ...box, x: box.x + middle })),
    Array.from({ length: 10 }, (_, i) => ({
      x: width - output,
      y: top + i * rowHeight + 1,
      width: output,
      height: rowHeight - 2,
    })),
    [{ x: 0, y: (height - image) / 2, width: image, height: image }],
  ];
}

/** Fills a space with as large squares as possible. */
function grid(
  count: number,
  width: number,
  height: number,
  gap: number,
  most: number,
): { boxes: Box[]; width: number } {
  let best = { columns: 1, side: 0 };
  for (let columns = 1; columns <= count; columns++) {
    const rows = Math.ceil(count / columns);
    const side = Math.min(
      (width + gap) / columns - gap,
      (height + gap) / rows - gap,
      most,
    );
    if (side > best.side + 0.5) best = { columns, side };
  }
  const { columns } = best;
  const side = Math.max(4, Math.floor(best.side));
  const rows = Math.ceil(count / columns);
  const top = (height - rows * (side + gap) + gap) / 2;
  return {
    width: columns * (side + gap) - gap,
    boxes: Array.from({ length: count }, (_, i) => ({
      x: (i % columns) * (side + gap),
      y: top + Math.floor(i / columns) * (side + gap),
      width: side,
      height: side,
    })),
  };
}

function setBox({ style }: HTMLElement, { x, y, width, height }: Box): void {
  Object.assign(style, {
    left: `${x}px`,
    top: `${y}px`,
    width: `${width}px`,
    height: `${height}px`,
  });
}

/** Paints the weights of the first layer's units, if they are another net's. */
function paintTiles(model: Model): void {
  if (model === tilesOf) return;
  tilesOf = model;
  const { architecture: { inputs }, parameters: { w0 } } = model;
  const weights = new Float32Array(shown[0].length * inputs);
  shown[0].forEach((unit, position) => {
    weights.set(w0.subarray(unit * inputs, (unit + 1) * inputs), position * inputs);
  });
  const side = Math.sqrt(inputs);
  const grid = { columns: shown[0].length, width: side, height: side, gap: 0 };
  paintSigned(tiles, weights, grid, largestOf(w0));
}

/** Paints the hidden units, which glow by their activation. */
function paintUnits(): void {
  const context = units.getContext("2d")!;
  context.clearRect(0, 0, size.width, size.height);
  context.imageSmoothingEnabled = false;
  const card = cssColor("--card");
  const side = tiles.height;
  context.fillStyle = card;
  context.fill(tileShapes);
  context.save();
  context.clip(tileShapes);
  eachUnit(0, ({ x, y, width, height }, position, glow) => {
    context.globalAlpha = 0.42 + 0.58 * glow;
    context.drawImage(tiles, position * side, 0, side, side, x, y, width, height);
  });
  context.restore();
  eachUnit(0, ({ x, y, width, height }, _, glow, color) => {
    if (glow === 0) return;
    const ring = context.lineWidth = 3 * glow;
    context.strokeStyle = color;
    context.beginPath();
    context.roundRect(x - ring / 2, y - ring / 2, width + ring, height + ring, CORNER);
    context.stroke();
  });
  eachUnit(1, ({ x, y, width }, _, glow, color) => {
    context.beginPath();
    context.arc(x + width / 2, y + width / 2, width / 2, 0, 2 * Math.PI);
    context.fillStyle = card;
    context.fill();
    context.globalAlpha = glow;
    context.fillStyle = color;
    context.fill();
    context.globalAlpha = 1;
  });
}

/** Names the units of a hidden layer, and calls back for each with its glow, from 0 to 1, and its color. */
function eachUnit(
  layer: 0 | 1,
  paint: (box: Box, position: number, glow: number, color: string) => void,
): void {
  const { model, pass } = contents!;
  const activations = pass && [pass.x1, pass.x2][layer];
  // Without a bound, the largest activation of the layer glows fully.
  const { bound } = USABLE_ACTIVATIONS[model.architecture.activation];
  const largest = Number.isFinite(bound)
    ? bound
    : activations?.reduce((most, value) => Math.max(most, value), 1e-9);
  [...layers[layer].children].forEach((button, position) => {
    const unit = shown[layer][position];
    const value = activations?.[unit] ?? 0;
    const name = layer === 0 ? "First" : "Second";
    const label = `${name} layer, unit ${unit + 1}: activation ${value.toFixed(2)}`;
    writeAttribute(button, "aria-label", label);
    const glow = Math.min(1, Math.abs(value / (largest ?? 1)));
    paint(
      boxes[layer][position],
      position,
      glow,
      cssColor(value < 0 ? "--negative" : "--positive"),
    );
  });
}

function showOutputs(): void {
  const { pass, label, isUntrained } = contents!;
  const best = pass && !isUntrained ? predictedClass(pass.x3) : undefined;
  [...layers[2].children].forEach((child, digit) => {
    const p = isUntrained ? undefined : pass?.p[digit];
    (child as HTMLElement).style.setProperty("--length", `${100 * (p ?? 0)}%`);
    write(child.querySelector(".value")!, p === undefined ? "–" : percent(p, 1));
    child.classList.toggle("best", digit === best);
    child.classList.toggle("truth", digit === label);
  });
}

/** Draws the connections whose contributions are the largest: activation times weight. */
function drawWires(): void {
  const { model: { architecture, parameters }, pass } = contents!;
  const context = wires.getContext("2d")!;
  context.globalAlpha = 1;
  context.clearRect(0, 0, size.width, size.height);
  if (!pass) return;
  const colors = ["--negative", "--positive"].map(cssColor);
  const { hidden: [first, second] } = architecture;
  const all: Wire[][] = [
    shown[0].map((unit, to) => ({ from: 0, to, value: pass.x1[unit] })),
    wiresOf(shown[0], shown[1], pass.x1, parameters.w1, first),
    wiresOf(shown[1], shown[2], pass.x2, parameters.w2, second),
  ];
  all.forEach((wiresOfLayer, layer) => {
    const strongest = wiresOfLayer.filter(({ value }) => value !== 0)
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value)).slice(0, LINES[layer]);
    const largest = Math.abs(strongest[0]?.value ?? 1);
    const fromBoxes = layer === 0 ? boxes[3] : boxes[layer - 1];
    for (const { from, to, value } of strongest.reverse()) {
      const strength = Math.abs(value) / largest;
      const [begin, end] = [fromBoxes[from], boxes[layer][to]];
      const x0 = layer === 0 ? begin.x + begin.width : begin.x + begin.width / 2;
      const y0 = begin.y + begin.height / 2;
      const x1 = layer === 2 ? end.x : end.x + end.width / 2;
      const y1 = end.y + end.height / 2;
      context.strokeStyle = colors[Number(value > 0)];
      context.globalAlpha = 0.12 + 0.68 * strength;
      context.lineWidth = 0.6 + 2.6 * strength;
      context.beginPath();
      context.moveTo(x0, y0);
      const bend = (x1 - x0) / 2;
      context.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1);
      context.stroke();
    }
  });
}

/** A connection between the units at two positions of the picture. */
interface Wire {
  from: number;
  to: number;
  value: number;
}

function wiresOf(
  from: number[],
  to: number[],
  activations: Float64Array,
  weights: Float32Array,
  inputs: number,
): Wire[] {
  return to.flatMap((unit, toPosition) =>
    from.map((source, fromPosition) => ({
      from: fromPosition,
      to: toPosition,
      value: activations[source] * weights[unit * inputs + source],
    }))
  );
}
