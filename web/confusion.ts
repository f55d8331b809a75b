/// <reference lib="dom" />
/** The confusion matrix and the misclassified digits. */
import { element, isDark, make, onColorScheme } from "./dom.ts";
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

/** Shows the result of an examination. */
export function showExamination({ of, rows, accuracy, confusion, mistakes }: Examination): void {
  summary.textContent = `${count(rows)} test digits, ${of}: ${percent(accuracy)} correct.`;
  for (let label = 0; label < CLASSES; label++) {
    const row = confusion.subarray(label * CLASSES, (label + 1) * CLASSES);
    const total = row.reduce((sum, value) => sum + value, 0);
    row.forEach((value, answer) => {
      const cell = cells[label * CLASSES + answer];
      cell.textContent = value === 0 ? "" : String(value);
      // Mistakes are rarer than correct predictions, so a smaller share gives them full color.
      const share = value / Math.max(total, 1);
      const strength = label === answer ? share : Math.min(1, 6 * share);
      cell.style.setProperty("--strength", `${(60 * strength).toFixed(0)}%`);
    });
  }
  showMistakes(mistakes);
}

function showMistakes(mistakes: Mistake[]): void {
  shown = mistakes;
  list.replaceChildren(...mistakes.map(({ image, label, answer, probability }) => {
    const item = make("li");
    const canvas = make("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `A misclassified ${label}`);
    paintDigit(canvas, image, isDark());
    const classes = make("span", "", `${label} as ${answer}`);
    item.append(canvas, classes, make("span", "muted", percent(probability)));
    return item;
  }));
  if (mistakes.length === 0) list.append(make("li", "muted", "None."));
}

/** Creates the table, and returns its cells in the order of an examination's `confusion`. */
function makeTable(): HTMLTableCellElement[] {
  const head = table.createTHead();
  const title = make("th", "muted", "Predicted class");
  title.colSpan = CLASSES;
  title.scope = "colgroup";
  const corner = make("td");
  corner.rowSpan = corner.colSpan = 2;
  head.insertRow().append(corner, title);
  const line = head.insertRow();
  for (let answer = 0; answer < CLASSES; answer++) line.append(heading("col", answer));
  const body = table.createTBody();
  return Array.from({ length: CLASSES }, (_, label) => {
    const row = body.insertRow();
    if (label === 0) {
      const title = make("th", "muted", "Label");
      title.rowSpan = CLASSES;
      title.scope = "rowgroup";
      row.append(title);
    }
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
