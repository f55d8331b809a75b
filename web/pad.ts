/// <reference lib="dom" />
/** The canvas to draw a digit on, by mouse, finger, pen or keyboard. */
import { inkToDigit } from "../lib/image/ink_to_digit.ts";
import { cssColor, element, onColorScheme } from "./dom.ts";
import type { Shown } from "./state.ts";

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
/** The pointer that draws it; other fingers are ignored meanwhile. */
let pointer: number | undefined;
/** The position of the keyboard's pen; undefined while a pointer is used. */
let pen: { x: number; y: number; isDown: boolean } | undefined;
/** A digit of the data set or of a photograph, which is shown instead of strokes. */
let given: Given | undefined;
let changed: (shown: Shown) => void = () => {};

/** A digit that was not drawn here. */
export interface Given {
  /** Shape (28, 28). */
  image: Uint8Array;
  /** Its class, if it is a digit of the data set. */
  label?: number;
  /** The photograph that contains it. */
  picture?: ImageBitmap;
}

/** Sets the callback for changes of the drawing. */
export function onDrawing(callback: (shown: Shown) => void): void {
  changed = callback;
}

/** Shows a digit of the data set or of a photograph instead of strokes. */
export function showGiven(digit: Given): void {
  strokes.length = 0;
  stroke = pointer = undefined;
  given = digit;
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
  given = stroke = pointer = undefined;
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
  if (given?.picture) drawPicture(given.picture);
  else if (given) drawGiven(given.image);
  for (const stroke of strokes) drawStroke(stroke);
  const digit = given?.image ?? digitOfStrokes();
  changed({
    digit,
    label: given?.label,
    source: given ? given.picture ? "photo" : "data" : digit && "drawing",
  });
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

/** Draws a picture as large as fits. */
function drawPicture(picture: ImageBitmap): void {
  const scale = SIDE / Math.max(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  context.drawImage(picture, (SIDE - width) / 2, (SIDE - height) / 2, width, height);
}

/** Draws the keyboard's pen: a ring, filled while it draws. Called after the ink has been read. */
function drawPen(): void {
  if (!pen || document.activeElement !== canvas) return;
  context.save();
  context.strokeStyle = context.fillStyle = cssColor("--positive");
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
  if (event.button !== 0 || pointer !== undefined) return;
  canvas.setPointerCapture(event.pointerId);
  pointer = event.pointerId;
  pen = undefined;
  begin(...place(event));
});
canvas.addEventListener("pointermove", (event) => {
  if (!stroke || pen || event.pointerId !== pointer) return;
  stroke.push(...place(event));
  redraw();
});
for (const type of ["pointerup", "pointercancel"]) {
  canvas.addEventListener(type, (event) => {
    if ((event as PointerEvent).pointerId === pointer) stroke = pointer = undefined;
  });
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
