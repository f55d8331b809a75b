/// <reference lib="dom" />
/** The sheet of training images, each beside its augmented versions. */
import { AUGMENTATIONS } from "../lib/training/augmentations.ts";
import type { AugmentedImages } from "./augmented_images.ts";
import { element, isDark } from "./dom.ts";
import { paintDigits } from "./pixels.ts";
import type { Settings } from "./settings.ts";
import { state } from "./state.ts";
import { ask } from "./workers.ts";

/** Each shows as many of the images, so that all fit beside each other on a wide screen. */
const canvases = element("sheet", HTMLDivElement).querySelectorAll("canvas");

/** Shows images and their versions, one image per line. */
export function showSheet(): void {
  const { sheet } = state;
  if (!sheet) return;
  const length = sheet.images.length / canvases.length;
  canvases.forEach((canvas, i) => {
    const images = sheet.images.subarray(i * length, (i + 1) * length);
    paintDigits(canvas, images, sheet.columns, isDark());
  });
}

/** Whether the examiner is working on a sheet of augmented images. */
let isSheetDue = false;
/** The settings for the next sheet, if they changed since. */
let nextSheet: Settings | undefined;

/** Requests a sheet of augmented images, if there are any, after the one that the examiner is working on. */
export function requestSheet(settings: Settings): void {
  nextSheet = isSheetDue ? settings : undefined;
  if (isSheetDue || settings.augment === "none") return;
  isSheetDue = true;
  const { seed, augment } = settings;
  ask({ kind: "augment", augment: AUGMENTATIONS[augment].of(settings), seed });
}

/** Keeps the sheet that was requested, and requests the next one. */
export function keepSheet(sheet: AugmentedImages): void {
  state.sheet = sheet;
  isSheetDue = false;
  if (nextSheet) requestSheet(nextSheet);
}
