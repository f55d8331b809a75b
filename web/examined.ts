/// <reference lib="dom" />
/** The mistakes and the confusion matrix of the shown net. A digit of either can be put on the pad. */
import { count, percent } from "../lib/files/printable.ts";
import { element, isDark, make, write, writeAttribute } from "./dom.ts";
import type { Examination } from "./messages.ts";
import { showGiven } from "./pad.ts";
import { paintDigit } from "./pixels.ts";
import { render } from "./render.ts";
import { examinationOf, state } from "./state.ts";
import { ask } from "./workers.ts";

const CLASSES = 10;
/** Maximum number of digits in a list. */
const MOST_DIGITS = 40;
const PIXELS = 28 * 28;

const table = element("confusion", HTMLTableElement);
const mistakes = element("mistakes", HTMLUListElement);
const cellDigits = element("cell-digits", HTMLUListElement);
for (const list of [mistakes, cellDigits]) list.className = "digits";

const cells: HTMLButtonElement[] = [];
/** The images of rows, as far as they were needed. */
const images = new Map<number, Uint8Array>();

// The matrix
const line = table.createTHead().insertRow();
line.append(
  make("td"),
  ...Array.from({ length: CLASSES }, (_, answer) => heading("col", answer)),
);
const body = table.createTBody();
for (let label = 0; label < CLASSES; label++) {
  const row = body.insertRow();
  row.append(heading("row", label));
  for (let answer = 0; answer < CLASSES; answer++) {
    const cell = row.insertCell();
    cell.className = label === answer ? "right" : "wrong";
    const button = make("button");
    button.type = "button";
    button.addEventListener("click", () => chooseCell(label, answer));
    cells.push(button);
    cell.append(button);
  }
}

function chooseCell(label: number, answer: number): void {
  state.cell = { label, answer };
  render();
}

/** Returns the number of images that are kept; the lists are drawn again when there are more. */
export function imageCount(): number {
  return images.size;
}

/** Keeps images that were asked for. */
export function keepImages(rows: Uint32Array, pixels: Uint8Array): void {
  rows.forEach((row, i) => images.set(row, pixels.subarray(i * PIXELS, (i + 1) * PIXELS)));
}

/** Forgets the images, because their rows belong to another data set. */
export function forgetImages(): void {
  images.clear();
}

/** Shows the most confident mistakes. */
export function showMistakes(): void {
  const examination = examinationOf(state);
  write(
    element("examined", HTMLElement),
    examination ? `From ${count(examination.rows.length)} test digits${stepsOf(examination)}.` : "",
  );
  show(mistakes, examination, (label, answer) => label !== answer);
}

/** Shows the confusion matrix, and the digits of the chosen cell. */
export function showConfusion(): void {
  const examination = examinationOf(state);
  const chosen = state.cell;
  const counts = new Uint32Array(CLASSES * CLASSES);
  const totals = new Uint32Array(CLASSES);
  examination?.labels.forEach((label, i) => {
    counts[label * CLASSES + examination.answers[i]]++;
    totals[label]++;
  });
  cells.forEach((cell, i) => {
    const [label, answer] = [Math.floor(i / CLASSES), i % CLASSES];
    write(cell, counts[i] === 0 ? "" : String(counts[i]));
    // Mistakes are rarer than correct predictions, so a smaller share gives them full color.
    const share = counts[i] / Math.max(totals[label], 1);
    const strength = label === answer ? share : Math.min(1, 6 * share);
    cell.style.setProperty("--strength", `${(45 * strength).toFixed(0)}%`);
    cell.disabled = counts[i] === 0;
    const isChosen = chosen?.label === label && chosen.answer === answer;
    cell.setAttribute("aria-pressed", String(isChosen));
    cell.setAttribute("aria-label", `${counts[i]} digits ${label} classified as ${answer}`);
  });
  if (chosen) {
    show(
      cellDigits,
      examination,
      (label, answer) => label === chosen.label && answer === chosen.answer,
    );
  } else cellDigits.replaceChildren();
}

function stepsOf({ of }: Examination): string {
  return of.file === undefined ? ` after ${count(of.iteration)} steps` : "";
}

/** Shows the digits whose label and answer are as wanted, the most confident first. */
function show(
  list: HTMLUListElement,
  examination: Examination | undefined,
  isWanted: (label: number, answer: number) => boolean,
): void {
  if (!examination) return list.replaceChildren();
  const { labels, answers, probabilities, rows } = examination;
  const wanted = Array.from(rows.keys()).filter((i) => isWanted(labels[i], answers[i]))
    .sort((a, b) => probabilities[b] - probabilities[a]).slice(0, MOST_DIGITS);
  const missing = wanted.map((i) => rows[i]).filter((row) => !images.has(row));
  if (missing.length > 0) ask({ kind: "images", rows: Uint32Array.from(missing) });
  else draw(list, examination, wanted);
}

function draw(
  list: HTMLUListElement,
  { labels, answers, probabilities, rows }: Examination,
  wanted: number[],
): void {
  if (wanted.length === 0) return list.replaceChildren(make("li", "muted", "None."));
  // Items are used again: creating 40 takes longer than a frame, and would lose the focus.
  if (!list.querySelector("button")) list.replaceChildren();
  while (list.children.length > wanted.length) list.lastElementChild!.remove();
  while (list.children.length < wanted.length) list.append(emptyItem());
  wanted.forEach((i, position) => {
    const [label, answer] = [labels[i], answers[i]];
    const image = images.get(rows[i])!;
    const button = list.children[position].firstElementChild as HTMLButtonElement;
    const [canvas, name, probability] = button.children;
    paintDigit(canvas as HTMLCanvasElement, image, isDark());
    write(name, label === answer ? String(label) : `${label} → ${answer}`);
    write(probability, percent(probabilities[i], 1));
    writeAttribute(button, "title", `A ${label} classified as ${answer}: put it on the pad`);
    button.onclick = () => showGiven({ image, label });
  });
}

function emptyItem(): HTMLLIElement {
  const [item, button] = [make("li"), make("button")];
  button.type = "button";
  button.append(make("canvas"), make("b"), make("span", "muted"));
  item.append(button);
  return item;
}

function heading(scope: "row" | "col", label: number): HTMLTableCellElement {
  const cell = make("th", "", String(label));
  cell.scope = scope;
  return cell;
}
