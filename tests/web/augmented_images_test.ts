import { assertEquals, assertNotEquals } from "@std/assert";
import { imageOf } from "../../lib/data/dataset.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { augmentImage } from "../../lib/engine/augment.ts";
import type { Augmentation } from "../../lib/engine/engine.ts";
import { prngKey, split } from "../../lib/random/threefry.ts";
import { augmentedImages } from "../../web/augmented_images.ts";

const STRENGTHS = { rotate: 12, zoom: 0.12, shear: 0.12, shift: 1.5, warp: 2.5 };
const PIXELS = 28 * 28;

Deno.test("augmentedImages() puts the reference's versions beside the first image of each class", () => {
  const data = syntheticDigits({ trainRows: 50, testRows: 10 });
  for (const augment of ["shift", STRENGTHS] as Augmentation[]) {
    const { images, columns } = augmentedImages(data, augment, 3);
    assertEquals([columns, images.length], [9, 10 * 9 * PIXELS]);
    for (const label of [0, 7]) {
      const row = data.labels.indexOf(label);
      const image = imageOf(data, row);
      const draw = { key: split(prngKey(3), 8)[5], position: row };
      const at = (column: number) => {
        const begin = (label * columns + column) * PIXELS;
        return images.subarray(begin, begin + PIXELS);
      };
      assertEquals(at(0), image);
      assertEquals(at(6), augmentImage(image, data, augment, draw));
      assertNotEquals(at(6), image);
    }
  }
});

Deno.test("augmentedImages() with strengths of 0 repeats the images", () => {
  const data = syntheticDigits({ trainRows: 50, testRows: 10 });
  const none = { rotate: 0, zoom: 0, shear: 0, shift: 0, warp: 0 };
  const { images, columns } = augmentedImages(data, none, 0);
  for (let i = 0; i < 10 * columns; i++) {
    const original = imageOf(data, data.labels.indexOf(Math.floor(i / columns)));
    assertEquals(images.subarray(i * PIXELS, (i + 1) * PIXELS), original);
  }
});
