import { assertEquals } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { openDataset } from "../../lib/data/open.ts";
import golden from "../golden/data_files.json" with { type: "json" };
import { test } from "../requirements.ts";
import { dataset } from "./dataset.ts";
import { folder } from "./idx_files.ts";

const files = Object.fromEntries(
  Object.entries(golden.files).map(([name, text]) => [name, Uint8Array.fromBase64(text)]),
);
const images = Uint8Array.fromBase64(golden.images);

/** Returns the label and pixels of each row as text, sorted unless the order is the original one. */
function rowsOf({ labels, images, width, height }: Dataset): string[] {
  return Array.from(labels, (label, row) => {
    const pixels = images.subarray(row * width * height, (row + 1) * width * height);
    return `${label}: ${pixels.join()}`;
  });
}

const expected = rowsOf(dataset(golden.labels, { width: 6, height: 6, images }));

test("openDataset() reads what NumPy, pandas, scikit-learn and Pillow write", async () => {
  using directory = folder(files);
  for (const name of Object.keys(files).filter((name) => !name.includes("/"))) {
    const data = await openDataset({ dataset: `${directory.path}/${name}` });
    assertEquals([data.width, data.height, data.classes], [6, 6, 4], name);
    assertEquals(rowsOf(data), expected, name);
    const isNamed = name.endsWith(".npz") && name !== "flat.npz";
    assertEquals([data.trainRows, data.hasNamedTest ?? false], isNamed ? [8, true] : [10, false]);
  }
  const pictures = await openDataset({ dataset: `${directory.path}/png` });
  assertEquals(
    rowsOf(pictures),
    expected.toSorted((a, b) => a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0),
  );
});
