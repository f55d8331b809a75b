/// <reference lib="dom" />
/** "It is a 7": digits whose class the visitor names, kept as pictures that can be downloaded. */
import { zipSync } from "fflate";
import { button, element, isDark, make, show, write } from "./dom.ts";
import type { NamedDigit } from "./messages.ts";
import { download } from "./models.ts";
import { count } from "./numbers.ts";
import { paintDigit } from "./pixels.ts";
import { labelOnPad, type State } from "./state.ts";

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

/** What this part needs from the page. */
export interface NamedCallbacks {
  /** The visitor says which digit is on the pad. */
  onName(label: number): void;
  /** Puts a digit on the pad. */
  onDigit(image: Uint8Array): void;
  onRemove(digit: NamedDigit): void;
}

let callbacks: NamedCallbacks;

/** Sets the callbacks. */
export function prepareNamed(given: NamedCallbacks, kept: () => readonly NamedDigit[]): void {
  callbacks = given;
  buttons.forEach((button, label) => {
    button.addEventListener("click", () => callbacks.onName(label));
  });
  button("save-named").addEventListener("click", async () => {
    download(await zipped(kept()), `${FOLDER}.zip`);
  });
}

/** Shows which digits can be named, and how many are kept. */
export function showNaming(state: State): void {
  const label = labelOnPad(state);
  buttons.forEach((button, digit) => {
    button.disabled = !state.pad.digit;
    button.setAttribute("aria-pressed", String(digit === label));
  });
  const kept = state.named.length;
  write(element("kept", HTMLElement), state.lesson + (kept > 0 ? ` ${count(kept)} kept.` : ""));
  write(element("named-count", HTMLElement), kept === 0 ? "None yet." : `${count(kept)} kept.`);
  show(button("save-named"), kept > 0);
}

/** Lists the digits that are kept. */
export function showNamed(named: readonly NamedDigit[]): void {
  list.replaceChildren(...named.map((digit) => {
    const canvas = make("canvas");
    paintDigit(canvas, digit.image, isDark());
    const shown = make("button");
    shown.type = "button";
    shown.title = `A ${digit.label}: put it on the pad`;
    shown.append(canvas, make("b", "", String(digit.label)));
    shown.addEventListener("click", () => callbacks.onDigit(digit.image));
    const remove = make("button", "remove", "×");
    remove.type = "button";
    remove.setAttribute("aria-label", `Remove this ${digit.label}`);
    remove.addEventListener("click", () => callbacks.onRemove(digit));
    const item = make("li");
    item.append(shown, remove);
    return item;
  }));
}

/** Returns the digits with one more. The same picture is kept once, with the class named last. */
export function withDigit(named: readonly NamedDigit[], digit: NamedDigit): NamedDigit[] {
  return [...named.filter(({ image }) => !isSameImage(image, digit.image)), digit];
}

/** Whether two images are equal. */
export function isSameImage(one: Uint8Array, other: Uint8Array): boolean {
  return one.every((value, i) => value === other[i]);
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
