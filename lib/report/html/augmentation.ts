/** The report's section on augmentation: training images with augmented versions. */
import type { Dataset } from "../../data/dataset.ts";
import { augmentedVersions, VERSIONS } from "../../engine/augment.ts";
import { AUGMENTATIONS } from "../../training/augmentations.ts";
import type { TrainingOptions } from "../../training/options.ts";
import { engineOptions } from "../../training/engine_options.ts";
import { type Html, html } from "./html.ts";
import { imagePicture } from "./pictures.ts";
import { className } from "./format.ts";

/** Maximum number of images, each of a different class. */
const MAX_IMAGES = 10;

/**
 * Shows training images, each with some augmented versions on which steps may train.
 *
 * @returns The section, or nothing if images are not augmented
 */
export function augmentationSection(
  options: TrainingOptions,
  data: Dataset,
  train: Uint32Array,
): Html | string {
  const changes = AUGMENTATIONS[options.augment].describe(options);
  if (changes === undefined) return "";
  const { augment } = engineOptions(options, data);
  const figures = firstOfClasses(data, train).flatMap((row) => {
    const name = className(data.labels[row], data.classNames);
    return augmentedVersions(data, row, augment, options.seed).map((version, i) => {
      const alt = i === 0 ? name : `${name}, version ${i}`;
      return html`<figure><img src="${imagePicture(version, data)}" alt="${alt}"></figure>`;
    });
  });
  return html`<h2>Augmentation</h2>
<p>Left: training images. Right: ${VERSIONS} random versions of each that a step may train on,
${changes}. Every step uses new versions. Evaluations use the original images.</p>
<div class="pictures augmented">${figures}</div>`;
}

/** Returns the first training row of each class, ordered by class. */
function firstOfClasses({ labels }: Dataset, train: Uint32Array): number[] {
  const first = new Map<number, number>();
  for (const row of train) if (!first.has(labels[row])) first.set(labels[row], row);
  return [...first].sort(([a], [b]) => a - b).slice(0, MAX_IMAGES).map(([, row]) => row);
}
