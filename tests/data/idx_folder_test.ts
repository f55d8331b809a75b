import { assert, assertEquals, assertThrows } from "@std/assert";
import { gzipSync } from "node:zlib";
import { DataError } from "../../lib/data/errors.ts";
import { IDX_FILE_NAMES, type IdxFileName } from "../../lib/data/idx_dataset.ts";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { openDataset } from "../../lib/data/open.ts";
import { folder, gzip, idx, smallFiles, smallSource } from "./idx_files.ts";
import { BYTE_PIXELS } from "../../lib/data/pixels.ts";
import { assertMentions } from "../mentions.ts";
import { test } from "../requirements.ts";

test("readIdxFolder() returns the training rows, then the test rows, in order", () => {
  using directory = folder(smallFiles());
  const data = readIdxFolder(directory.path);
  assertEquals(data, {
    name: directory.path,
    width: 3,
    height: 2,
    classes: 10,
    images: Uint8Array.from({ length: 54 }, (_, i) => i < 36 ? i : 100 + i - 36),
    labels: Uint8Array.of(3, 1, 4, 1, 5, 9, 2, 6, 0),
    trainRows: 6,
    pixels: { ...BYTE_PIXELS, largest: 117 },
  });
});

test("readIdxFolder() derives the number of classes from the labels by default", () => {
  const files = smallFiles();
  files["t10k-labels-idx1-ubyte"] = idx([3], [2, 255, 0]);
  using directory = folder(files);
  assertEquals(readIdxFolder(directory.path).classes, 256);
});

const [IMAGES, LABELS, TEST_IMAGES, TEST_LABELS] = IDX_FILE_NAMES;

/** Returns a copy in which one bit of a byte differs. */
const damaged = (bytes: Uint8Array, at: number) => bytes.with(at, bytes.at(at)! ^ 1);

test("readIdxFolder() names the faulty file in an error of one line", () => {
  const good = smallFiles();
  const gzipped = (change: (bytes: Uint8Array) => Uint8Array) => ({
    [IMAGES]: undefined,
    [`${IMAGES}.gz`]: change(gzip(good[IMAGES])),
  });
  const swapped = {
    [IMAGES]: good[TEST_IMAGES],
    [LABELS]: good[TEST_LABELS],
    [TEST_IMAGES]: good[IMAGES],
    [TEST_LABELS]: good[LABELS],
  };
  const cases: [Record<string, Uint8Array | undefined>, (string | number)[]][] = [
    [{ [TEST_LABELS]: undefined }, [TEST_LABELS, `${TEST_LABELS}.gz`]],
    [{ [IMAGES]: good[IMAGES].subarray(0, 51) }, [IMAGES, "6 x 2 x 3", 52, 51]],
    [gzipped((bytes) => bytes.subarray(0, 30)), [`${IMAGES}.gz`, "truncated"]],
    [gzipped((bytes) => damaged(bytes, -6)), [`${IMAGES}.gz`, "corrupt"]], // in the CRC
    [{ [IMAGES]: damaged(good[IMAGES], 20) }, [IMAGES, "small", "sha256"]],
    [{ [IMAGES]: good[LABELS] }, [IMAGES, "0x00000803", "0x00000801"]],
    [{ [LABELS]: good[IMAGES] }, [LABELS, "0x00000801", "0x00000803"]],
    [{ [LABELS]: good[TEST_LABELS] }, [LABELS, IMAGES, "rows", 6, 3]],
    [swapped, [LABELS, "small", "sha256"]],
    [{ [TEST_LABELS]: idx([3], [2, 10, 0]) }, [TEST_LABELS, "0 to 9", "row 1", 10]],
    [{ [TEST_IMAGES]: idx([3, 3, 2], new Uint8Array(18)) }, [TEST_IMAGES, "2 x 3", "3 x 2"]],
  ];
  for (const [changes, words] of cases) {
    const files = Object.entries({ ...good, ...changes }).filter(([_, bytes]) => bytes);
    using directory = folder(Object.fromEntries(files) as Record<string, Uint8Array>);
    const read = () => readIdxFolder(directory.path, smallSource([]));
    const { message } = assertThrows(read, DataError);
    assertMentions(message, words);
    assertEquals(message.includes("\n"), false);
  }
});

/** Returns the four small files under other paths, optionally encoded. */
function renamed(
  rename: (name: IdxFileName) => string,
  encode: (bytes: Uint8Array<ArrayBuffer>) => Uint8Array = (bytes) => bytes,
): Record<string, Uint8Array> {
  return Object.fromEntries(
    Object.entries(smallFiles()).map(([name, bytes]) => [
      rename(name as IdxFileName),
      encode(bytes),
    ]),
  );
}

const dotted = (name: string) => name.replace("-idx", ".idx");
const emnist = (set: string) => (name: string) => `emnist-${set}-${name.replace("t10k", "test")}`;

test("readIdxFolder() finds the files under the names and in the folders of common distributions", () => {
  const original = smallFiles();
  const layouts: [string, Record<string, Uint8Array>][] = [
    ["Kaggle's, as 7-Zip makes them", renamed(dotted)],
    ["the same, gzipped", renamed((name) => `${dotted(name)}.gz`, gzipSync)],
    ["some gzipped", { ...original, [IMAGES]: gzipSync(original[IMAGES]) }],
    ["a folder for each file", renamed((name) => `${name}/${name}`)],
    ["both at once", { ...renamed(dotted), ...renamed((name) => `${name}/${name}`) }],
    ["torchvision's", renamed((name) => `MNIST/raw/${name}`)],
    ["torchvision's, gzipped and decompressed", {
      ...renamed((name) => `MNIST/raw/${name}`),
      ...renamed((name) => `MNIST/raw/${name}.gz`, gzipSync),
    }],
    ["EMNIST's", renamed(emnist("digits"))],
    ["EMNIST's, gzipped", renamed((name) => `${emnist("digits")(name)}.gz`, gzipSync)],
    [
      "a folder for each part",
      renamed((name) => name.replace(/^(\w+)-/, "$1/").replace("-ubyte", "")),
    ],
    ["gzipped without .gz", renamed((name) => name, gzipSync)],
    [".gz without being gzipped", renamed((name) => `${name}.gz`)],
    ["capitals and spaces", renamed((name) => `my digits/${name.toUpperCase()} (1)`)],
    ["other data in a folder beside them", {
      ...renamed(dotted),
      ...renamed((name) => `older/${dotted(name)}`, (bytes) => bytes.fill(7, 20)),
    }],
    ["MNIST's name and another", {
      ...renamed(
        (name) => name.toUpperCase(),
        (bytes) => bytes.length === 52 ? bytes.fill(7, 20) : bytes,
      ),
      "train-images-idx3-ubyte": original["train-images-idx3-ubyte"],
    }],
    ["other files beside them", { ...renamed(dotted), "notes.txt": new Uint8Array(9) }],
  ];
  using plain = folder(original);
  const expected = smallSource([]);
  const data = readIdxFolder(plain.path, expected);
  for (const [layout, files] of layouts) {
    using directory = folder(files);
    assertEquals(readIdxFolder(directory.path, expected), data, layout);
    const other = readIdxFolder(directory.path, { transpose: false });
    const { name, pixels } = data;
    assertEquals({ ...other, name, pixels }, data, layout);
  }
});

test("readIdxFolder() reads the intact one of two copies of a file", () => {
  const files = smallFiles();
  const corrupt = damaged(files[IMAGES], 20);
  for (const bytes of [corrupt, corrupt.subarray(0, 30)]) {
    using directory = folder({
      ...files,
      "train-images-idx3-ubyte": bytes,
      "train-images-idx3-ubyte.gz": gzipSync(files[IMAGES]),
    });
    assertEquals(readIdxFolder(directory.path, smallSource([])).images[4], 4);
  }
});

test("readIdxFolder() rejects a folder of several data sets, unless checksums select one", () => {
  const other = renamed(emnist("letters"));
  other["emnist-letters-train-images-idx3-ubyte"] = idx([6, 2, 3], new Uint8Array(36));
  using directory = folder({ ...renamed(emnist("digits")), ...other });
  const { path } = directory;
  assertThrows(
    () => readIdxFolder(path),
    DataError,
    `Cannot read ${path} as it holds several data sets: name one of ${path}/emnist-digits, ` +
      `${path}/emnist-letters`,
  );
  assertEquals(readIdxFolder(`${path}/emnist-digits`, { transpose: false }).images[4], 4);
  assertEquals(readIdxFolder(`${path}/emnist-letters`).images[4], 0);
  assertEquals(readIdxFolder(path, smallSource([])).images[4], 4);

  using two = folder({
    ...renamed((name) => `FashionMNIST/raw/${name}`),
    ...renamed((name) => `MNIST/raw/${name}`),
  });
  assertThrows(
    () => readIdxFolder(two.path),
    DataError,
    `${two.path}/FashionMNIST/raw, ${two.path}`,
  );
  assertEquals(readIdxFolder(`${two.path}/MNIST`).labels.length, 9);
});

test("readIdxFolder() swaps EMNIST's rows and columns by the names of the files, not of the folder", () => {
  for (
    const [prefix, width] of [
      ["emnist-balanced-", 2],
      ["EMNIST-mnist-", 2],
      ["kmnist-", 3],
      ["qmnist-", 3],
      ["", 3],
    ] as const
  ) {
    using directory = folder(renamed((name) => `emnist files/${prefix}${name}`));
    assertEquals(readIdxFolder(directory.path).width, width, prefix);
  }
});

test("readIdxFolder() reads QMNIST's labels, each followed by seven other integers", () => {
  const wide = (labels: number[]) => {
    const view = new DataView(new ArrayBuffer(12 + labels.length * 32));
    [0x0c02, labels.length, 8].forEach((word, i) => view.setUint32(4 * i, word));
    labels.forEach((label, row) => {
      for (let i = 0; i < 8; i++) view.setInt32(12 + 32 * row + 4 * i, i === 0 ? label : 2000 + i);
    });
    return new Uint8Array(view.buffer);
  };
  const files = smallFiles();
  const qmnist = (encode: (bytes: Uint8Array) => Uint8Array, ending: string) => ({
    [`qmnist-train-images-idx3-ubyte${ending}`]: encode(files[IMAGES]),
    [`qmnist-train-labels-idx2-int${ending}`]: encode(wide([3, 1, 4, 1, 5, 9])),
    [`qmnist-test-images-idx3-ubyte${ending}`]: encode(files[TEST_IMAGES]),
    [`qmnist-test-labels-idx2-int${ending}`]: encode(wide([2, 6, 0])),
  });
  for (const layout of [qmnist((bytes) => bytes, ""), qmnist(gzipSync, ".gz")]) {
    using directory = folder(layout);
    const { labels, images, trainRows } = readIdxFolder(directory.path);
    assertEquals(labels, Uint8Array.of(3, 1, 4, 1, 5, 9, 2, 6, 0));
    assertEquals([images.length, trainRows], [54, 6]);
  }
});

test("readIdxFolder() lists what the folder holds if files are missing", () => {
  const many = Object.fromEntries([..."abcdefgh"].map((name) => [name, "x"]));
  const cases: [Record<string, string>, string][] = [
    [{}, ", which holds no files"],
    [{ ".lock": "", "x.part": "" }, ", which holds no files"],
    [
      { "archive.zip": "PK\x03\x04", "in/train.csv": "label,a" },
      ", which holds archive.zip (a ZIP archive: unpack it first), in/train.csv",
    ],
    [many, ", which holds a, b, c, d, e, f and 2 more"],
    [{ "\x1b[2J": "x" }, ", which holds \\u{1b}[2J"],
    [
      { [`t${dotted("rain-images-idx3-ubyte")}`]: "x" },
      ", which holds train-images.idx3-ubyte",
    ],
  ];
  for (const [files, words] of cases) {
    using directory = folder(files);
    const error = assertThrows(() => readIdxFolder(directory.path), DataError);
    const missing = `There is no ${IMAGES} or ${IMAGES}.gz in `;
    assertEquals(error.message, missing + directory.path + words);
  }
  assertThrows(() => readIdxFolder("/nowhere/a"), DataError, "a, as there is no such folder");
});

test("readIdxFolder() names the kind of a file that is no IDX file", () => {
  for (
    const [content, words] of [
      ["version https://git-lfs.github.com/spec/v1\n", "it is a Git LFS pointer in place of"],
      ["<!DOCTYPE html><title>Sign in</title>", "it is a web page: download"],
    ]
  ) {
    using directory = folder({
      ...smallFiles(),
      [LABELS]: content,
    });
    assertThrows(
      () => readIdxFolder(directory.path),
      DataError,
      `Cannot read ${directory.path}/train-labels-idx1-ubyte as IDX labels: ${words}`,
    );
  }
});

test("readIdxFolder() decompresses no more than the header announces, up to a limit", () => {
  const header = (...sizes: number[]) => idx(sizes, new Uint8Array());
  const bomb = (start: Uint8Array) => {
    const bytes = new Uint8Array(start.length + 300 * 2 ** 20);
    bytes.set(start);
    return gzipSync(bytes, { level: 1 });
  };
  const cases: [Uint8Array, RegExp][] = [
    [bomb(header(6, 2, 3)), /as its header announces 52 bytes: it holds more/],
    [gzipSync(header(6, 2, 3)), /a header and 6 x 2 x 3 items must be 52 bytes: the file has 16/],
    [
      gzipSync(header(60_000, 1000, 1000)),
      /must hold at most 1073741824 bytes: its header announces/,
    ],
  ];
  for (const [bytes, message] of cases) {
    using directory = folder({ ...smallFiles(), "train-images-idx3-ubyte": bytes });
    const before = Deno.memoryUsage().external;
    const error = assertThrows(() => readIdxFolder(directory.path), DataError);
    assertEquals(message.test(error.message), true, error.message);
    const grown = Deno.memoryUsage().external - before;
    assertEquals(grown < 100 * 2 ** 20, true, `memory grew by ${grown} bytes`);
  }
});

test("readIdxFolder() accepts files without published checksums, and reports that they were not verified", () => {
  const others = [smallSource([]).checksums.files[IMAGES]];
  const expected = smallSource([], "md5-of-gz");
  using directory = folder(smallFiles());
  const notices: string[] = [];
  const data = readIdxFolder(directory.path, {
    ...expected,
    onNotice: (line) => notices.push(line),
  });
  assertEquals(data.labels.length, 9);
  assertEquals(notices, [
    "small: not verified, as checksums are published only for the compressed files",
  ]);
  const gzipped = Object.entries(smallFiles()).map(([name, bytes]) => {
    return [`${name}.gz`, gzipSync(bytes, { level: 1 })] as const;
  });
  using both = folder({ ...smallFiles(), ...Object.fromEntries(gzipped) });
  assertThrows(() => readIdxFolder(both.path, expected), DataError, "its md5-of-gz must be");
  const checksums = { ...expected.checksums, others };
  assertThrows(
    () => readIdxFolder(directory.path, { ...expected, checksums }),
    DataError,
    "as small's train-images-idx3-ubyte: it belongs to another data set",
  );
});

test("readIdxFolder() names the classes by the mapping beside the files", () => {
  using directory = folder({
    ...renamed(emnist("letters")),
    "emnist-letters-mapping.txt": "1 65 97\n2 66 98\n3 67\n4 68\n5 69\n6 70\n9 73\n",
    "emnist-digits-mapping.txt": "0 48\n",
    "emnist-mapping.txt": "0 48\n",
  });
  const { classes, classNames } = readIdxFolder(directory.path);
  assertEquals(classes, 10);
  assertEquals(classNames?.join(" "), "(none) A B C D E F (none) (none) I");
  Deno.writeTextFileSync(`${directory.path}/emnist-letters-mapping.txt`, "0 48\n1 49\n");
  assertEquals(readIdxFolder(directory.path).classNames, undefined); // the digits
  Deno.writeTextFileSync(`${directory.path}/emnist-letters-mapping.txt`, "1 65\n2 66\n");
  assertThrows(() => readIdxFolder(directory.path), DataError, "there is none for 3");
  Deno.writeTextFileSync(`${directory.path}/emnist-letters-mapping.txt`, "A 65\n");
  assertThrows(() => readIdxFolder(directory.path), DataError, "line 1 must be a label and its");
});

test("readIdxFolder() takes the only mapping beside files that were renamed to MNIST's names", async () => {
  const mapping = Array.from({ length: 10 }, (_, i) => `${i} ${65 + i}\n`).join("");
  using directory = folder({ ...smallFiles(), "emnist-letters-mapping.txt": mapping });
  assertEquals(readIdxFolder(directory.path).classNames?.slice(0, 2), ["A", "B"]);
  const notices: string[] = [];
  await openDataset({ dataset: directory.path, onNotice: (line) => notices.push(line) });
  assert(notices.some((line) => line.includes("named by emnist-letters-mapping.txt")));
  // Not if it belongs to other files.
  Deno.writeTextFileSync(`${directory.path}/emnist-letters-test-labels-idx1-ubyte`, "");
  assertEquals(readIdxFolder(directory.path).classNames, undefined);
});

test("readIdxFolder() reads images of floats, gzipped or not", () => {
  const files = smallFiles();
  const floats = (rows: number) => {
    const view = new DataView(new ArrayBuffer(16 + 24 * rows));
    [0x0d03, rows, 2, 3].forEach((word, i) => view.setUint32(4 * i, word));
    for (let i = 0; i < 6 * rows; i++) view.setFloat32(16 + 4 * i, i % 2);
    return new Uint8Array(view.buffer);
  };
  files[IMAGES] = floats(6);
  files[TEST_IMAGES] = gzip(floats(3));
  using directory = folder(files);
  const { images, pixels } = readIdxFolder(directory.path);
  assertEquals([...images.subarray(0, 3), images[53]], [0, 255, 0, 255]);
  assertEquals(pixels?.largest, 1);
});
