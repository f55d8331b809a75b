/// <reference lib="dom" />
/** The sheet of training images, each beside its augmented versions. */
import type { AugmentedImages } from "./augmented_images.ts";
import { element, isDark, onColorScheme } from "./dom.ts";
import { paintDigits } from "./pixels.ts";

const canvas = element("sheet", HTMLCanvasElement);
const caption = element("sheet-caption", HTMLElement);
let shown: AugmentedImages | undefined;

onColorScheme(() => shown && showSheet(shown));

/** Shows images and their versions, one image per line. */
export function showSheet(sheet: AugmentedImages): void {
  shown = sheet;
  const versions = sheet.columns - 1;
  caption.textContent = versions === 0
    ? "Training images, unchanged. Choose a kind of augmentation to see what it does."
    : `Left: a training image. Right: ${versions} random versions of it.`;
  canvas.setAttribute(
    "aria-label",
    versions === 0
      ? "A training image of each digit"
      : `A training image of each digit, beside ${versions} augmented versions`,
  );
  canvas.classList.toggle("originals", versions === 0);
  paintDigits(canvas, sheet.images, sheet.columns, isDark());
}
