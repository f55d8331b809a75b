/// <reference lib="dom" />
/** The canvas to draw a digit on, by mouse, finger, pen or keyboard. */
import { inkToDigit } from "../lib/image/ink_to_digit.ts";
import { cssColor, element, onColorScheme } from "./dom.ts";

/** The points of a stroke: x0, y0, x1, y1..., in pixels of the canvas. */
type Stroke = number[];

/** Side of the canvas, in pixels. */
const SIDE = 200;
const PEN_WIDTH = 17;
/** Pixels by which an arrow key moves the pen. */
const KEY_STEP = 8;

const canvas = element("pad", HTMLCanvasElement);
const context = canvas.getContext("2d", { willReadFrequently: true })!;
const strokes: Stroke[] = [];
/** The stroke being drawn. */
let stroke: Stroke | undefined;
/** The position of the keyboard's pen; undefined while a pointer is used. */
let pen: { x: number; y: number; isDown: boolean } | undefined;
/** A digit of the data set that is shown instead of strokes. */
let given: { image: Uint8Array; label: number } | undefined;
/** The current drawing as a digit of MNIST's form. */
let digit: Uint8Array | undefined;
let changed = () => {};

/** Sets the callback for changes of the drawing. */
export function onDrawing(callback: () => void): void {
  changed = callback;
}

/** Returns the drawing as a digit of MNIST's form, of shape (28, 28); undefined for an empty canvas. */
export function drawnDigit(): Uint8Array | undefined {
  return digit;
}

/** Returns the label if a digit of the data set is shown. */
export function givenLabel(): number | undefined {
  return given?.label;
}

/** Shows a digit of the data set instead of strokes. */
export function showGiven(image: Uint8Array, label: number): void {
  strokes.length = 0;
  given = { image, label };
  redraw();
}

/** Removes the last stroke. */
export function undo(): void {
  if (given) given = undefined;
  else strokes.pop();
  redraw();
}

/** Clears the canvas. */
export function clear(): void {
  strokes.length = 0;
  given = stroke = undefined;
  redraw();
}

let isScheduled = false;

/** Redraws and reports the drawing in the next frame, as pointers may move several times per frame. */
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
    if (error instanceof RangeError) return undefined; // only specks
    throw error;
  }
}

function drawStroke(stroke: Stroke): void {
  context.lineWidth = PEN_WIDTH;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(stroke[0], stroke[1]);
  // Draws a dot if there is only one point.
  context.lineTo(stroke[0], stroke[1]);
  for (let i = 2; i < stroke.length; i += 2) context.lineTo(stroke[i], stroke[i + 1]);
  context.stroke();
}

function drawGiven(image: Uint8Array): void {
  // Edges on whole pixels avoid seams between the squares.
  const edge = (i: number) => Math.round(i * SIDE / 28);
  image.forEach((ink, i) => {
    const [x, y] = [i % 28, Math.floor(i / 28)];
    context.globalAlpha = ink / 255;
    context.fillRect(edge(x), edge(y), edge(x + 1) - edge(x), edge(y + 1) - edge(y));
  });
  context.globalAlpha = 1;
}

/** Draws the keyboard's pen: a ring, filled while it draws. Called after the ink has been read. */
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

/** Returns the pointer's position, in pixels of the canvas. */
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
