import { assert, assertEquals } from "@std/assert";
import { syntheticDigits } from "../../../lib/data/synthetic.ts";
import { augmentationSection } from "../../../lib/report/html/augmentation.ts";
import { html } from "../../../lib/report/html/html.ts";
import { imagePicture } from "../../../lib/report/html/pictures.ts";
import { resolveOptions } from "../../../lib/training/options.ts";

Deno.test("augmentationSection() shows the first training row of each class, then versions of it", () => {
  const data = syntheticDigits({ trainRows: 60, testRows: 10 });
  const trainRows = Uint32Array.from({ length: 50 }, (_, i) => i + 5);
  const options = resolveOptions({ augment: "elastic" });
  const section = html`${augmentationSection(options, data, trainRows)}`.source;
  const pictures = [...section.matchAll(/src="([^"]+)"/g)].map(([, source]) => source);
  assertEquals(pictures.length, 10 * 9);
  for (let label = 0; label < 10; label++) {
    const row = trainRows.find((row) => data.labels[row] === label)!;
    const image = data.images.subarray(784 * row, 784 * (row + 1));
    assertEquals(pictures[9 * label], imagePicture(image, data), `class ${label}`);
    assert(new Set(pictures.slice(9 * label, 9 * label + 9)).size === 9, "the versions are equal");
  }
  assertEquals(augmentationSection(resolveOptions({ augment: "none" }), data, trainRows), "");
});
