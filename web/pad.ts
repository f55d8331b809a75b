/// <reference lib="dom" />
/** The canvas to draw a digit on, by mouse, finger, pen or keyboard. */
import { inkToDigit } from "../lib/image/ink_to_digit.ts";
import { cssColor, element, onColorScheme } from "./dom.ts";

/** A stroke: x and y in turn, in pixels of the canvas. */
type Stroke = number[];

/** The canvas's side; `inkToDigit` works on as many pixels. */
const SIDE = 200;
const PEN_WIDTH = 17;
/** How far an arrow key moves the pen. */
const KEY_STEP = 8;

const canvas = element("pad", HTMLCanvasElement);
const context = canvas.getContext("2d", { willReadFrequently: true })!;
const strokes: Stroke[] = [];
/** The stroke being drawn. */
let stroke: Stroke | undefined;
/** Where the keyboard's pen is, if it was ever moved. */
let pen: { x: number; y: number; isDown: boolean } | undefined;
/** A digit of the data set that is shown in place of strokes. */
let given: { image: Uint8Array; label: number } | undefined;
/** What the drawing makes, found anew only where it changes. */
let digit: Uint8Array | undefined;
let changed = () => {};

/**
 * Calls back whenever the drawing changes.
 *
 * @param callback Asks `drawnDigit()` what is there now
 */
export function onDrawing(callback: () => void): void {
  changed = callback;
}

/** What is drawn, as MNIST would have it: shape (28 * 28); undefined for an empty canvas. */
export function drawnDigit(): Uint8Array | undefined {
  return digit;
}

/** The label of the data set's digit that is shown in place of strokes, if one is. */
export function givenLabel(): number | undefined {
  return given?.label;
}

/** Shows a digit of the data set in place of strokes. */
export function showGiven(image: Uint8Array, label: number): void {
  strokes.length = 0;
  given = { image, label };
  redraw();
}

/** Takes the last stroke back. */
export function undo(): void {
  if (given) given = undefined;
  else strokes.pop();
  redraw();
}

/** Empties the canvas. */
export function clear(): void {
  strokes.length = 0;
  given = stroke = undefined;
  redraw();
}

let isScheduled = false;

/** Draws anew, and has the drawing read, once a frame at most: a mouse moves more often. */
function redraw(): void {
  if (isScheduled) return;
  isScheduled = true;
  requestAnimationFrame(() => {
    isScheduled = false;
    redrawNow();
  });
}

function redrawNow(): void {
  context.clearRect(0, 0, SIDE, SIDE);
  context.fillStyle = context.strokeStyle = cssColor("--text");
  if (given) drawGiven(given.image);
  for (const stroke of strokes) drawStroke(stroke);
  digit = given?.image ?? digitOfStrokes();
  changed();
  drawPen();
}

function digitOfStrokes(): Uint8Array | undefined {
  if (strokes.length === 0) return undefined;
  const { data } = context.getImageData(0, 0, SIDE, SIDE);
  const values = new Float32Array(SIDE * SIDE);
  for (let i = 0; i < values.length; i++) values[i] = data[4 * i + 3] / 255;
  try {
    return inkToDigit({ width: SIDE, height: SIDE, values });
  } catch (error) {
    if (error instanceof RangeError) return undefined; // nothing but specks
    throw error;
  }
}

function drawStroke(stroke: Stroke): void {
  context.lineWidth = PEN_WIDTH;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(stroke[0], stroke[1]);
  // A stroke of one point is a dot.
  context.lineTo(stroke[0], stroke[1]);
  for (let i = 2; i < stroke.length; i += 2) context.lineTo(stroke[i], stroke[i + 1]);
  context.stroke();
}

function drawGiven(image: Uint8Array): void {
  // Whole pixels, or seams would show between them.
  const edge = (i: number) => Math.round(i * SIDE / 28);
  image.forEach((ink, i) => {
    const [x, y] = [i % 28, Math.floor(i / 28)];
    context.globalAlpha = ink / 255;
    context.fillRect(edge(x), edge(y), edge(x + 1) - edge(x), edge(y + 1) - edge(y));
  });
  context.globalAlpha = 1;
}

/** The keyboard's pen: a ring, filled while it draws. It is no ink, so it is drawn last. */
function drawPen(): void {
  if (!pen || document.activeElement !== canvas) return;
  context.save();
  context.strokeStyle = context.fillStyle = cssColor("--accent");
  context.lineWidth = 2;
  context.beginPath();
  context.arc(pen.x, pen.y, 7, 0, 2 * Math.PI);
  if (pen.isDown) context.fill();
  else context.stroke();
  context.restore();
}

function begin(x: number, y: number): void {
  given = undefined;
  stroke = [x, y];
  strokes.push(stroke);
  redraw();
}

function place(event: PointerEvent): [number, number] {
  const { left, top, width, height } = canvas.getBoundingClientRect();
  return [SIDE * (event.clientX - left) / width, SIDE * (event.clientY - top) / height];
}

canvas.addEventListener("pointerdown", (event) => {
  if (event.button !== 0) return;
  canvas.setPointerCapture(event.pointerId);
  pen = undefined;
  begin(...place(event));
});
canvas.addEventListener("pointermove", (event) => {
  if (!stroke || pen) return;
  stroke.push(...place(event));
  redraw();
});
for (const type of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(type, () => stroke = undefined);
}

canvas.addEventListener("keydown", (event) => {
  const moves: Record<string, [number, number]> = {
    ArrowLeft: [-1, 0],
    ArrowRight: [1, 0],
    ArrowUp: [0, -1],
    ArrowDown: [0, 1],
  };
  const move = moves[event.key];
  if (!move && event.key !== " ") return;
  event.preventDefault();
  pen ??= { x: SIDE / 2, y: SIDE / 2, isDown: false };
  if (move) {
    const inside = (value: number) => Math.min(SIDE, Math.max(0, value));
    pen.x = inside(pen.x + KEY_STEP * move[0]);
    pen.y = inside(pen.y + KEY_STEP * move[1]);
    if (pen.isDown) stroke?.push(pen.x, pen.y);
  } else {
    pen.isDown = !pen.isDown;
    if (pen.isDown) return begin(pen.x, pen.y);
    stroke = undefined;
  }
  redraw();
});
for (const type of ["focus", "blur"]) canvas.addEventListener(type, redraw);
onColorScheme(redraw);
