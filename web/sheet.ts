/// <reference lib="dom" />
/** The sheet of training images, each beside its augmented versions. */
import type { AugmentedImages } from "./augmented_images.ts";
import { element, isDark } from "./dom.ts";
import { paintDigits } from "./pixels.ts";

const canvas = element("sheet", HTMLCanvasElement);

/** Shows images and their versions, one image per line. */
export function showSheet(sheet: AugmentedImages | undefined): void {
  if (sheet) paintDigits(canvas, sheet.images, sheet.columns, isDark());
}
