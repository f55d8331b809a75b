/// <reference lib="dom" />
/** The confusion matrix and the misclassified digits. */
import { element, make, onColorScheme } from "./dom.ts";
import type { Examination, Mistake } from "./messages.ts";
import { count, percent } from "./numbers.ts";
import { paintDigit } from "./pixels.ts";

const CLASSES = 10;

const table = element("confusion", HTMLTableElement);
const list = element("mistakes", HTMLUListElement);
const summary = element("examined", HTMLParagraphElement);
const cells = makeTable();
let shown: Mistake[] = [];

onColorScheme(() => showMistakes(shown));

/** Shows how a net's answers compare with the labels. */
export function showExamination({ of, rows, accuracy, confusion, mistakes }: Examination): void {
  summary.textContent = `${count(rows)} test digits and ${of}: ${percent(accuracy)} right. ` +
    "Rows are what they are, columns what the net says.";
  for (let label = 0; label < CLASSES; label++) {
    const row = confusion.subarray(label * CLASSES, (label + 1) * CLASSES);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, answer) => {
      const cell = cells[label * CLASSES + answer];
      cell.textContent = value === 0 ? "" : String(value);
      // Mistakes are rarer than right answers, so they get their color sooner.
      const share = value / Math.max(total, 1);
      const strength = label === answer ? share : Math.min(1, 6 * share);
      cell.style.setProperty("--strength", `${(60 * strength).toFixed(0)}%`);
    });
  }
  showMistakes(mistakes);
}

function showMistakes(mistakes: Mistake[]): void {
  shown = mistakes;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  list.replaceChildren(...mistakes.map(({ image, label, answer, probability }) => {
    const item = make("li");
    const canvas = make("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `a ${label}`);
    paintDigit(canvas, image, dark);
    const said = make("span", "", `${label} as ${answer}`);
    item.append(canvas, said, make("span", "muted", percent(probability)));
    return item;
  }));
  if (mistakes.length === 0) list.append(make("li", "muted", "None."));
}

function makeTable(): HTMLTableCellElement[] {
  const head = table.createTHead().insertRow();
  head.append(make("td"));
  for (let answer = 0; answer < CLASSES; answer++) head.append(heading("col", answer));
  const body = table.createTBody();
  return Array.from({ length: CLASSES }, (_, label) => {
    const row = body.insertRow();
    row.append(heading("row", label));
    return Array.from({ length: CLASSES }, (_, answer) => {
      const cell = row.insertCell();
      cell.className = label === answer ? "right" : "wrong";
      return cell;
    });
  }).flat();
}

function heading(scope: "row" | "col", label: number): HTMLTableCellElement {
  const cell = make("th", "", String(label));
  cell.scope = scope;
  return cell;
}
