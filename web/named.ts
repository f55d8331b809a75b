/// <reference lib="dom" />
/** "It is a 7": digits whose class the visitor names, kept as pictures that can be downloaded. */
import { zipSync } from "fflate";
import { count } from "../lib/files/printable.ts";
import { button, element, isDark, make, show, write } from "./dom.ts";
import { examine } from "./examination.ts";
import type { NamedDigit, TrainerReport } from "./messages.ts";
import { download } from "./models.ts";
import { showGiven } from "./pad.ts";
import { paintDigit } from "./pixels.ts";
import { render } from "./render.ts";
import { change } from "./runs.ts";
import { isUntrained, namedOnPad, nameOnPad, state } from "./state.ts";
import { order } from "./workers.ts";

type Taught = Extract<TrainerReport, { kind: "taught" }>;

const SIDE = 28;
const FOLDER = "drawings";

const list = element("named", HTMLUListElement);
list.className = "digits";
const buttons = Array.from({ length: 10 }, (_, label) => {
  const button = make("button", "", String(label));
  button.type = "button";
  button.setAttribute("aria-label", `It is a ${label}`);
  return button;
});
element("name-it", HTMLDivElement).append(...buttons);

buttons.forEach((button, label) => button.addEventListener("click", () => nameDigit(label)));
button("save-named").addEventListener("click", async () => {
  download(await zipped(state.named), `${FOLDER}.zip`);
});

/** Keeps the digit on the pad with the class that the visitor named, and teaches it to the net. */
function nameDigit(label: number): void {
  const { digit, label: given } = state.pad;
  if (!digit) return;
  // The same picture is kept once, with the class named last.
  const earlier = namedOnPad(state);
  const others = state.named.filter((other) => other !== earlier);
  // Only the digits of the data set come with a class, and the pad shows its test digits.
  const isTest = given !== undefined || earlier?.isTest === true;
  state.named = [...others, { image: digit, label, isTest }];
  state.lesson = isUntrained(state) ? "The net is not trained yet." : "";
  const { named, file } = state;
  if (!isUntrained(state)) order({ kind: "teach", named, file: file?.model });
  render();
}

/** Notes what the net has learned. */
export function endLesson({ digit: { label, isTest }, steps, model }: Taught): void {
  const number = `${steps} ${steps === 1 ? "step" : "steps"}`;
  state.lesson = `Trained ${number} on it${isTest ? ", a test digit" : ""}.`;
  const { run, file } = state;
  if (!model) {
    change(
      `After step ${count(run!.iteration)}: ${number} on a ${
        isTest ? "test digit" : "digit"
      } named ${label}`,
    );
    run!.measured = undefined;
  } else if (file) {
    state.file = { name: file.name.replace(/(, changed)?$/, ", changed"), model };
    examine(true);
  }
}

/** Shows which digits can be named, and how many are kept. */
export function showNaming(): void {
  const name = nameOnPad(state);
  buttons.forEach((button, digit) => {
    button.disabled = !state.pad.digit;
    button.setAttribute("aria-pressed", String(digit === name));
  });
  const kept = state.named.length;
  const hint = kept === 0 && !isUntrained(state) ? "Wrong? Teach the net what it is." : "";
  const number = kept > 0 ? `${count(kept)} kept.` : "";
  write(element("kept", HTMLElement), `${state.lesson} ${number}`.trim() || hint);
  write(element("named-count", HTMLElement), kept === 0 ? "None yet." : `${count(kept)} kept.`);
  show(button("save-named"), kept > 0);
}

/** Lists the digits that are kept. */
export function showNamed(): void {
  list.replaceChildren(...state.named.map((digit) => {
    const canvas = make("canvas");
    paintDigit(canvas, digit.image, isDark());
    const shown = make("button");
    shown.type = "button";
    shown.title = `A ${digit.label}: put it on the pad`;
    shown.append(canvas, make("b", "", String(digit.label)));
    shown.addEventListener("click", () => showGiven({ image: digit.image }));
    const remove = make("button", "remove", "×");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove this ${digit.label}`);
    remove.addEventListener("click", () => {
      state.named = state.named.filter((other) => other !== digit);
      render();
    });
    const item = make("li");
    item.append(shown, remove);
    return item;
  }));
}

/**
 * Returns a ZIP archive of PNG files in one folder for each class, the form of `predict --collect`.
 * Their names are random, so that the archives of several people fit into one folder.
 */
async function zipped(named: readonly NamedDigit[]): Promise<Uint8Array<ArrayBuffer>> {
  const files: Record<string, Uint8Array> = {};
  for (const { image, label } of named) {
    const name = Array.from(
      crypto.getRandomValues(new Uint8Array(8)),
      (byte) => byte.toString(16).padStart(2, "0"),
    ).join("");
    files[`${FOLDER}/${label}/${name}.png`] = await png(image);
  }
  return zipSync(files, { level: 0 });
}

/** Encodes an image as the net sees it: white ink on black. */
async function png(image: Uint8Array): Promise<Uint8Array> {
  const canvas = make("canvas");
  canvas.width = canvas.height = SIDE;
  const pixels = new ImageData(SIDE, SIDE);
  image.forEach((ink, i) => pixels.data.set([ink, ink, ink, 255], 4 * i));
  canvas.getContext("2d")!.putImageData(pixels, 0, 0);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve));
  if (!blob) throw new Error("The browser cannot write PNG files");
  return new Uint8Array(await blob.arrayBuffer());
}
