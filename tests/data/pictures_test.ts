import { assert, assertEquals, assertRejects } from "@std/assert";
import { encode } from "fast-png";
import { listPictures } from "../../lib/cli/predict_pictures.ts";
import { DataError } from "../../lib/data/errors.ts";
import { openDataset, type OpenOptions } from "../../lib/data/open.ts";
import { readPictures } from "../../lib/data/picture_rows.ts";
import { test } from "../requirements.ts";
import { folder, listing } from "./idx_files.ts";

/** Encodes a gray picture of one brightness. */
function png(value: number, width = 6, height = 5): Uint8Array {
  return encode({
    width,
    height,
    channels: 1,
    depth: 8,
    data: new Uint8Array(width * height).fill(value),
  });
}

/** Opens a folder, and returns the notices too. */
async function open(dataset: string, options: Partial<OpenOptions> = {}) {
  const notices: string[] = [];
  const onNotice = (line: string) => notices.push(line.replaceAll(dataset, "DIR"));
  const data = await openDataset({ dataset, cacheDir: `${dataset}/.cache`, onNotice, ...options });
  return { data, notices, firsts: Array.from(data.labels, (_, row) => data.images[30 * row]) };
}

test("openDataset() reads a folder of pictures for each class", async () => {
  using files = folder({
    "0/b.png": png(2),
    "0/a.png": png(1),
    "1/nested/c.png": png(200),
    "1/Thumbs.db": new Uint8Array(9),
    "10/x.PNG": png(3),
    ".hidden/y.png": png(4),
    "notes.txt": new Uint8Array(9),
    "empty/readme.txt": new Uint8Array(9),
  });
  const { data, firsts, notices } = await open(files.path);
  assertEquals([[...data.labels], firsts], [[0, 0, 1, 10], [1, 2, 200, 3]]);
  assertEquals([data.width, data.height, data.classNames], [6, 5, undefined]);
  assertEquals([data.trainRows, data.publishedSplit], [3, false]);
  assertEquals(data.source, { dataset: files.path });
  assert(!notices.some((line) => line.includes("in this order")), notices.join());
});

test("pictures behind links are found once, also if a link leads to a folder above it", async () => {
  using others = folder({ "c.png": png(7) });
  using files = folder({ "0/a.png": png(1), "1/b.png": png(200), "1/c.bmp": new Uint8Array(9) });
  for (const [name, to] of [["self", "."], ["up", ".."], ["more", others.path]]) {
    await Deno.symlink(to, `${files.path}/0/${name}`);
  }
  const { firsts } = await open(`${files.path}`);
  assertEquals(firsts, [1, 7, 200]);
  const names = (await listPictures(files.path, true)).map(({ name }) => name);
  // A picture of another kind is listed too, since it must be named as unreadable.
  assertEquals(names, ["0/a.png", "0/more/c.png", "1/b.png", "1/c.bmp"]);
});

test("openDataset() reads folders for training, validation and testing, wherever they are", async () => {
  for (const [train, test] of [["train", "test"], ["pngs/mnist/training", "pngs/mnist/testing"]]) {
    using files = folder({
      [`${train}/cat/a.png`]: png(100),
      [`${train}/dog/b.png`]: png(200),
      [`${test}/cat/c.png`]: png(50),
    });
    const { data, firsts, notices } = await open(files.path);
    assertEquals([[...data.labels], firsts], [[0, 1, 0], [100, 200, 50]]);
    assertEquals([data.trainRows, data.hasNamedTest], [2, true]);
    assertEquals(data.classNames, ["cat", "dog"]);
    assert(notices.includes("DIR: its classes are, in this order, cat, dog"), notices.join());
  }
  using three = folder({
    "train/0/a.png": png(1),
    "train/1/b.png": png(200),
    "val/0/c.png": png(3),
    "test/1/d.png": png(4),
  });
  const { data, firsts } = await open(three.path);
  assertEquals([data.trainRows, data.validationRows, firsts], [3, 1, [1, 200, 3, 4]]);
});

test("openDataset() scales pictures of other sizes, and large ones to 28 x 28", async () => {
  using files = folder({
    "0/a.png": png(200),
    "0/b.png": png(200),
    "1/c.png": png(100, 60, 50),
  });
  const { data, firsts, notices } = await open(files.path);
  assertEquals([data.width, data.height, firsts], [6, 5, [200, 200, 100]]);
  const line = "DIR: 1 of the 3 pictures are scaled to 6 x 5 pixels; `asPhoto` finds the digit in";
  assert(notices.some((notice) => notice.startsWith(line)), notices.join());
  using large = folder({ "0/a.png": png(200, 100, 100), "1/b.png": png(1, 90, 100) });
  assertEquals((await open(large.path)).data.width, 28);
});

test("openDataset() with asPhoto finds the digit in each picture", async () => {
  const paper = new Uint8Array(80 * 100).fill(220);
  for (let y = 20; y < 80; y++) paper.fill(10, y * 80 + 10, y * 80 + 18);
  const bytes = encode({ width: 80, height: 100, channels: 1, depth: 8, data: paper });
  using files = folder({ "1/a.png": bytes, "1/b.png": bytes, "7/c.png": bytes });
  const { data, notices } = await open(files.path, { asPhoto: true });
  const first = data.images.subarray(0, 784);
  assertEquals(first.filter((pixel) => pixel === 255).length, 20 * 3); // as tall as MNIST's digits
  assertEquals(first[14 * 28], 0);
  assertEquals(data.source?.asPhoto, true);
  assert(notices.some((line) => line.includes("as in photographs")));
});

test("openDataset() leaves out unreadable pictures and names them, or fails with strict", async () => {
  using files = folder({
    "0/a.png": png(200),
    "0/broken.png": png(7).subarray(0, 40),
    "1/photo.webp": "RIFF0000WEBP",
    "1/b.png": png(100),
  });
  const { data, firsts, notices } = await open(files.path);
  assertEquals([[...data.labels], firsts], [[0, 1], [200, 100]]);
  const line = notices.find((line) => line.includes("cannot be read"))!;
  assert(line.startsWith("DIR: 2 of the 4 pictures cannot be read and are left out: 0/broken.png"));
  assert(line.includes("1/photo.webp (Cannot decode this image as it must be a PNG or JPEG file"));
  await assertRejects(() => open(files.path, { strict: true }), DataError, "2 of the 4 pictures");
  const names = Array.from({ length: 11 }, (_, i) => `1/${i + 10}.png`);
  using many = folder({
    "0/a.png": png(1),
    ...Object.fromEntries(names.map((name) => [name, new Uint8Array(9)])),
  });
  // The message stays short, however many there are.
  const error = await assertRejects(() => open(many.path, { strict: true }), DataError, "11 of");
  assertEquals(names.filter((name) => error.message.includes(name)), names.slice(0, 10));
  assert(!error.message.includes("left out"), error.message);
  using none = folder({ "0/a.png": new Uint8Array(9), "1/b.png": new Uint8Array(9) });
  await assertRejects(() => open(none.path), DataError, "2 of the 2 pictures cannot be read");
});

test("openDataset() keeps the pixels of many pictures, until the pictures change", async () => {
  const many = Object.fromEntries(
    Array.from({ length: 1003 }, (_, i) => [`${i % 2}/${1000 + i}.png`, png(i % 251)]),
  );
  using files = folder({ ...many, "0/0.png": new Uint8Array(9) });
  const cacheDir = `${files.path}/.cache`;
  const first = await open(files.path);
  assertEquals(first.firsts.slice(0, 3), [0, 2, 4]);
  const kept = listing(`${cacheDir}/pictures`);
  assertEquals(kept.length, 1);
  // Decoding would give other pixels, so these are the kept ones.
  const rows = `${cacheDir}/pictures/${kept[0]}/rows-idx3-ubyte`;
  const bytes = await Deno.readFile(rows);
  await Deno.writeFile(rows, bytes.fill(77, 16, 17));
  const second = await open(files.path);
  assertEquals(second.firsts.slice(0, 3), [77, 2, 4]);
  assertEquals(second.data.labels, first.data.labels);
  assert(second.notices.some((line) => line.includes("1 of the 1004 pictures cannot be read")));
  await Deno.writeFile(`${files.path}/0/1000.png`, png(9, 6, 5));
  await Deno.utime(`${files.path}/0/1000.png`, 1, 1);
  const third = await open(files.path);
  assertEquals(third.firsts.slice(0, 3), [9, 2, 4]);
  const others = listing(`${cacheDir}/pictures`);
  assertEquals([others.length, others[0] === kept[0]], [1, false]);
});

test("readPictures() fails if one of its threads does", async () => {
  const pictures = Array.from({ length: 1000 }, (_, i) => ({ path: `${i}.png`, label: "0" }));
  // One pixel, which only the product of all sizes in a thread is too large to hold.
  const form = { width: 1e308, height: 1e-308, asPhoto: false };
  await assertRejects(() => readPictures("/nowhere", pictures, form), Error);
});

test("openDataset() says which file of a folder to name", async () => {
  using files = folder({ "test.csv": new Uint8Array(9), "train.csv": new Uint8Array(9) });
  await assertRejects(
    () => open(files.path),
    DataError,
    `name a file in it, such as ${files.path}/train.csv`,
  );
  using flat = folder({ "7.png": png(1), "3.png": png(2) });
  await assertRejects(
    () => open(flat.path),
    DataError,
    "its pictures must be in one folder for each class",
  );
});

test("openDataset() finds the folders of the classes below up to two folders that hold nothing else", async () => {
  for (const [prefix, isFound] of [["a/", true], ["a/b/", true], ["a/b/c/", false]] as const) {
    using files = folder({
      [`${prefix}0/a.png`]: png(1),
      [`${prefix}0/b.png`]: png(2),
      [`${prefix}1/a.png`]: png(3),
      [`${prefix}1/b.png`]: png(4),
    });
    const opening = open(files.path);
    if (isFound) assertEquals((await opening).data.labels.length, 4);
    else await assertRejects(() => opening, DataError);
  }
});
