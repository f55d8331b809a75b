import { assertEquals, assertThrows } from "@std/assert";
import { gzipSync } from "node:zlib";
import { DataError } from "../../lib/data/errors.ts";
import { type IdxFileName } from "../../lib/data/idx_dataset.ts";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { folder, idx, smallFiles, smallSource } from "./idx_files.ts";
import { test } from "../requirements.ts";

test("readIdxFolder() gives the train rows and then the test rows, in order", () => {
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
  });
});

test("readIdxFolder() gives the same from gzipped files as from plain ones", () => {
  const files = smallFiles();
  const mixed = Object.entries(files).map(([name, bytes], i) =>
    i % 2 === 0 ? [name, bytes] : [`${name}.gz`, gzipSync(bytes)]
  );
  using directory = folder(Object.fromEntries(mixed));
  using plain = folder(files);
  const known = smallSource([]);
  assertEquals(readIdxFolder(directory.path, known), readIdxFolder(plain.path, known));
});

test("readIdxFolder() takes the class count from the labels where it is not told one", () => {
  const files = smallFiles();
  files["t10k-labels-idx1-ubyte"] = idx([3], [2, 255, 0]);
  using directory = folder(files);
  assertEquals(readIdxFolder(directory.path).classes, 256);
});

test("readIdxFolder() says in one line which file is wrong, and what is wrong with it", () => {
  const good = smallFiles();
  const bytes = (name: IdxFileName) => good[name];
  const corrupt = bytes("train-images-idx3-ubyte").slice();
  corrupt[20] ^= 1;
  const gzipped = gzipSync(bytes("train-images-idx3-ubyte"));
  const damagedGzip = gzipped.slice();
  damagedGzip[gzipped.length - 6] ^= 1; // in the CRC
  const cases: [string, Record<string, Uint8Array | undefined>, RegExp][] = [
    [
      "missing",
      { "t10k-labels-idx1-ubyte": undefined },
      /^There is no t10k-labels-idx1-ubyte or t10k-labels-idx1-ubyte.gz in \//,
    ],
    [
      "truncated",
      { "train-images-idx3-ubyte": bytes("train-images-idx3-ubyte").subarray(0, 51) },
      /train-images-idx3-ubyte as IDX images: 6 x 2 x 3 items .* must be 52 bytes: the file has 51/,
    ],
    [
      "truncated gzip",
      {
        "train-images-idx3-ubyte": undefined,
        "train-images-idx3-ubyte.gz": gzipped.subarray(0, 30),
      },
      /Cannot decompress .*train-images-idx3-ubyte.gz .*: it is damaged or not whole/,
    ],
    [
      "damaged gzip",
      { "train-images-idx3-ubyte": undefined, "train-images-idx3-ubyte.gz": damagedGzip },
      /Cannot decompress .*train-images-idx3-ubyte.gz .*: it is damaged or not whole/,
    ],
    [
      "corrupt",
      { "train-images-idx3-ubyte": corrupt },
      /train-images-idx3-ubyte as small's .* its sha256 must be \w{64}: current value is \w{64}/,
    ],
    [
      "labels for images",
      { "train-images-idx3-ubyte": bytes("train-labels-idx1-ubyte") },
      /train-images-idx3-ubyte as IDX images: .* header must be 16 bytes: the file ends after 14/,
    ],
    [
      "images for labels",
      { "train-labels-idx1-ubyte": bytes("train-images-idx3-ubyte") },
      /train-labels-idx1-ubyte as IDX labels: it must begin with 0x00000801/,
    ],
    [
      "test labels for train labels",
      { "train-labels-idx1-ubyte": bytes("t10k-labels-idx1-ubyte") },
      /must have the same number of rows: current values are 6 and 3/,
    ],
    [
      "train and test swapped",
      {
        "train-images-idx3-ubyte": bytes("t10k-images-idx3-ubyte"),
        "train-labels-idx1-ubyte": bytes("t10k-labels-idx1-ubyte"),
        "t10k-images-idx3-ubyte": bytes("train-images-idx3-ubyte"),
        "t10k-labels-idx1-ubyte": bytes("train-labels-idx1-ubyte"),
      },
      /train-labels-idx1-ubyte as small's train-labels-idx1-ubyte as its sha256 must be/,
    ],
    [
      "a label over 9",
      { "t10k-labels-idx1-ubyte": idx([3], [2, 10, 0]) },
      /t10k-labels-idx1-ubyte as labels: they must be 0 to 9: current value in row 1 is 10/,
    ],
    [
      "test images of another size",
      { "t10k-images-idx3-ubyte": idx([3, 3, 2], new Uint8Array(18)) },
      /test images must be 2 x 3 like the train images: current value is 3 x 2/,
    ],
  ];
  for (const [fault, changes, message] of cases) {
    const files = Object.entries({ ...good, ...changes }).filter(([_, bytes]) => bytes);
    using directory = folder(Object.fromEntries(files) as Record<string, Uint8Array>);
    const error = assertThrows(
      () => readIdxFolder(directory.path, smallSource([])),
      DataError,
      "",
      fault,
    ) as unknown as Error;
    assertEquals(message.test(error.message), true, `${fault}: ${error.message}`);
    assertEquals(error.message.includes("\n"), false, fault);
  }
});

test("readIdxFolder() names the folder where there is none of that name", () => {
  assertThrows(
    () => readIdxFolder("/nowhere/mnist"),
    DataError,
    "There is no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in /nowhere/mnist",
  );
});
