import { assertEquals, assertRejects } from "@std/assert";
import { zipSync } from "fflate";
import type { Dataset } from "../../lib/data/dataset.ts";
import { DataError } from "../../lib/data/errors.ts";
import { openDataset } from "../../lib/data/open.ts";
import { test } from "../requirements.ts";
import { folder } from "./idx_files.ts";

/** Encodes an array as numpy.save does, independently of the library. */
function npy(
  type: string,
  shape: number[],
  items: ArrayBufferView,
  isColumnMajor = false,
): Uint8Array {
  const order = isColumnMajor ? "True" : "False";
  const tuple = shape.length === 1 ? `${shape[0]},` : shape.join(", ");
  const dictionary = `{'descr': '${type}', 'fortran_order': ${order}, 'shape': (${tuple}), }`;
  const header = dictionary.padEnd(128 - 10 - 1) + "\n";
  return Uint8Array.of(
    ...[0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, header.length, 0],
    ...new TextEncoder().encode(header),
    ...new Uint8Array(items.buffer, items.byteOffset, items.byteLength),
  );
}

/** Images of 2 x 3 pixels, counting from a number. */
const images = (rows: number, from: number) =>
  npy("|u1", [rows, 2, 3], Uint8Array.from({ length: 6 * rows }, (_, i) => from + i));
const labels = (...some: number[]) =>
  npy("<i8", [some.length], BigInt64Array.from(some.map(BigInt)));

/** Opens an archive of arrays. */
async function openArrays(
  arrays: Record<string, Uint8Array>,
  options: Partial<Parameters<typeof openDataset>[0]> = {},
): Promise<Dataset> {
  const entries = Object.entries(arrays).map(([name, array]) => [`${name}.npy`, array]);
  using files = folder({ "digits.npz": zipSync(Object.fromEntries(entries)) });
  const data = await openDataset({ dataset: `${files.path}/digits.npz`, ...options });
  return { ...data, name: "digits" };
}

test("openDataset() reads the arrays of Keras' mnist.npz", async () => {
  const { images: pixels, labels: digits, trainRows, width, height, hasNamedTest } =
    await openArrays({
      x_test: images(2, 100),
      x_train: images(3, 0),
      y_train: labels(7, 1, 0),
      y_test: labels(1, 7),
    });
  assertEquals(
    [...pixels],
    [...Array(18).keys(), ...Array(12).keys()].map((i, at) => at < 18 ? i : 100 + i),
  );
  assertEquals([...digits], [7, 1, 0, 1, 7]);
  assertEquals([trainRows, width, height, hasNamedTest], [3, 3, 2, true]);
});

test("openDataset() takes test rows alone as rows without a published split, and says so", async () => {
  const notices: string[] = [];
  const { labels: digits, publishedSplit } = await openArrays(
    { x_test: images(3, 0), y_test: labels(1, 0, 1) },
    { onNotice: (line) => notices.push(line) },
  );
  assertEquals([[...digits], publishedSplit], [[1, 0, 1], false]);
  assertEquals(notices.filter((line) => /only test rows, x_test$/.test(line)).length, 1);
});

test("openDataset() makes MedMNIST's validation rows the last training rows", async () => {
  const column = (...some: number[]) => npy("|u1", [some.length, 1], Uint8Array.from(some));
  const { labels: classes, trainRows, validationRows } = await openArrays({
    train_images: images(3, 0),
    val_images: images(1, 50),
    test_images: images(2, 100),
    train_labels: column(0, 1, 2),
    val_labels: column(3),
    test_labels: column(4, 5),
  });
  assertEquals([...classes], [0, 1, 2, 3, 4, 5]);
  assertEquals([trainRows, validationRows], [4, 1]);
});

test("openDataset() reads Kuzushiji-MNIST's four files of one array each, given one of them", async () => {
  const file = (array: Uint8Array) => zipSync({ "arr_0.npy": array });
  using files = folder({
    "kmnist-train-imgs.npz": file(images(3, 0)),
    "kmnist-train-labels.npz": file(labels(2, 1, 0)),
    "kmnist-test-imgs.npz": file(images(1, 100)),
    "kmnist-test-labels.npz": file(labels(1)),
    "k49-train-imgs.npz": file(images(9, 0)),
    "X.npy": images(4, 9),
    "y.npy": labels(1, 0, 1, 0),
  });
  for (const name of ["kmnist-train-imgs.npz", "kmnist-test-labels.npz"]) {
    const data = await openDataset({ dataset: `${files.path}/${name}` });
    assertEquals([[...data.labels], data.trainRows, data.images[18]], [[2, 1, 0, 1], 3, 100]);
  }
  const own = await openDataset({ dataset: `${files.path}/X.npy` });
  assertEquals([[...own.labels], own.images[0], own.publishedSplit], [[1, 0, 1, 0], 9, false]);
});

test("openDataset() reads NumPy's types, orders, colors, one-hot and text labels", async () => {
  const two = { y: labels(0, 1) };
  // Two images of 1 x 2 pixels.
  const floats = npy("<f8", [2, 1, 2], Float64Array.of(0, 1, 0.5, 0.25));
  assertEquals([...(await openArrays({ x: floats, ...two })).images], [0, 255, 128, 64]);
  const bigEndian = npy(">i2", [2, 1, 2], Uint8Array.of(0, 0, 0, 200, 0, 255, 0, 3));
  assertEquals([...(await openArrays({ x: bigEndian, ...two })).images], [0, 200, 255, 3]);
  const columnMajor = npy("|u1", [2, 1, 2], Uint8Array.of(1, 3, 2, 200), true);
  assertEquals([...(await openArrays({ x: columnMajor, ...two })).images], [1, 2, 3, 200]);
  const white = [255, 255, 255];
  const rgb = npy("|u1", [2, 1, 2, 3], Uint8Array.of(...white, 255, 0, 0, 0, 255, 0, 0, 0, 255));
  assertEquals([...(await openArrays({ x: rgb, ...two })).images], [255, 76, 150, 29]);
  const planes = npy(
    "|u1",
    [2, 3, 1, 2],
    Uint8Array.of(255, 255, 255, 0, 255, 0, 0, 0, 255, 0, 0, 255),
  );
  assertEquals([...(await openArrays({ x: planes, ...two })).images], [255, 76, 150, 29]);
  const oneHot = npy("<f4", [2, 3], Float32Array.of(0, 0, 1, 1, 0, 0));
  assertEquals([...(await openArrays({ x: rgb, y: oneHot })).labels], [2, 0]);
  const words = npy("<U3", [2], Uint32Array.from("catdog", (letter) => letter.charCodeAt(0)));
  assertEquals((await openArrays({ x: rgb, y: words })).classNames, ["cat", "dog"]);
  const bytes = npy("|S3", [2], new TextEncoder().encode("catdog"));
  assertEquals((await openArrays({ x: rgb, y: bytes })).classNames, ["cat", "dog"]);
  const flat = npy("|u1", [2, 30], new Uint8Array(60).fill(255, 0, 9));
  const { width, height } = await openArrays({ x: flat, ...two }, { width: 6 });
  assertEquals([width, height], [6, 5]);
});

test("openDataset() says what an .npz file lacks", async () => {
  const cases: [Record<string, Uint8Array>, string][] = [
    [{ w: npy("<f4", [2], Float32Array.of(1, 2)) }, "must hold images and labels: it holds w [2]"],
    [{ x: images(2, 0), y: labels(1, 2, 3) }, "x and y must have the same number of rows"],
    [
      {
        x_train: images(2, 0),
        y_train: labels(0, 1),
        x_test: npy("|u1", [1, 3, 3], new Uint8Array(9)),
        y_test: labels(0),
      },
      "the images of x_test must be 2 x 3 like those of x_train",
    ],
    [
      { x: npy("<c8", [2, 2, 3], new Float32Array(24)), y: labels(0, 1) },
      "x must hold numbers: its type is c8",
    ],
    [
      { x: npy("<f4", [2, 1, 1], Float32Array.of(0, NaN)), y: labels(0, 1) },
      "x must hold finite numbers",
    ],
    [
      {
        x: npy("<f4", [3, 2, 2], Float32Array.of(...Array(9).fill(0), 300, 0, 0)),
        y: labels(0, 1, 0),
      },
      "(row 2)",
    ],
    [
      { x: images(2, 0), y: npy("<f4", [2], Float32Array.of(0, 0.5)) },
      "row 1 of y must be a label",
    ],
    [
      { x: images(2, 0).subarray(0, 135), y: labels(0, 1) },
      "x.npy must take 12 bytes for shape [2,2,3]",
    ],
  ];
  for (const [arrays, message] of cases) {
    await assertRejects(() => openArrays(arrays), DataError, message);
  }
});
