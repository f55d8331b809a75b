import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { gzipSync, zipSync } from "fflate";
import { encodeIdx } from "../../lib/data/idx.ts";
import {
  BLOCK_ROWS,
  isRowFile,
  readRowBlocks,
  type RowOptions,
} from "../../lib/data/row_blocks.ts";
import { encodeNpy } from "../../lib/model/npz.ts";
import { test } from "../requirements.ts";
import { assertMentions } from "../mentions.ts";

/** Reads a file with these contents. */
async function rowsOf(
  name: string,
  content: string | Uint8Array,
  options: Partial<RowOptions> = {},
  others: Record<string, Uint8Array> = {},
): Promise<{ pixels: number[]; labels?: string[]; ids?: string[]; blocks: number }> {
  const folder = await Deno.makeTempDir();
  try {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    for (const [file, data] of Object.entries({ ...others, [name]: bytes })) {
      await Deno.writeFile(`${folder}/${file}`, data);
    }
    const found = { pixels: [] as number[], blocks: 0 } as Awaited<ReturnType<typeof rowsOf>>;
    for await (const block of readRowBlocks(`${folder}/${name}`, { inputs: 4, ...options })) {
      found.blocks++;
      found.pixels.push(...block.pixels);
      if (block.labels) found.labels = [...found.labels ?? [], ...block.labels];
      if (block.ids) found.ids = [...found.ids ?? [], ...block.ids];
    }
    return found;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

test("readRowBlocks() reads CSV files with and without header, labels and row numbers", async () => {
  const pixels = [0, 7, 8, 255, 1, 2, 3, 4, 9, 9, 9, 9];
  const cases: [string, Record<string, unknown>, Partial<RowOptions>?][] = [
    ["0,7,8,255\n1,2,3,4\n9,9,9,9\n", {}],
    ["pixel0,pixel1,pixel2,pixel3\n0,7,8,255\n1,2,3,4\n9,9,9,9\n", {}],
    ["label,p0,p1,p2,p3\n1,0,7,8,255\n0,1,2,3,4\n1,9,9,9,9\n", { labels: ["1", "0", "1"] }],
    ["0;7;8;255;1\n1;2;3;4;0\n9;9;9;9;1\n", { labels: ["1", "0", "1"] }],
    ["1,0,7,8,255\n2,1,2,3,4\n3,9,9,9,9\n", { ids: ["1", "2", "3"] }],
    ["id,p0,p1,p2,p3\nc,0,7,8,255\na,1,2,3,4\nb,9,9,9,9\n", { ids: ["c", "a", "b"] }],
    [
      "id,p0,p1,p2,p3,class\nc,0,7,8,255,x\na,1,2,3,4,y\nb,9,9,9,9,x\n",
      { ids: ["c", "a", "b"], labels: ["x", "y", "x"] },
    ],
    // Of two columns besides the pixels, one is the label, also if the other counts the rows.
    [
      "1,4,0,7,8,255\n2,0,1,2,3,4\n3,4,9,9,9,9\n",
      { ids: ["1", "2", "3"], labels: ["4", "0", "4"] },
      { label: "first" },
    ],
    ["p0,p1,p2,p3,d_0,d_1\n0,7,8,255,0,1\n1,2,3,4,1,0\n9,9,9,9,0,1\n", {
      labels: ["1", "0", "1"],
    }],
    ["usage,digit,p0,p1,p2,p3\ntest,5,0,7,8,255\ntrain,6,1,2,3,4\ntest,5,9,9,9,9\n", {
      labels: ["5", "6", "5"],
    }],
    ["5,0,7,8,255\n6,1,2,3,4\n9,9,9,9,9\n", { labels: ["5", "6", "9"] }, { label: "first" }],
  ];
  for (const [text, expected, options] of cases) {
    const found = await rowsOf("rows.csv", text, options);
    assertEquals(found, { pixels, blocks: 1, ...expected }, text);
  }
});

test("readRowBlocks() reads long files in blocks, gzipped or not", async () => {
  const rows = 2 * BLOCK_ROWS + 1;
  const images = Uint8Array.from({ length: 4 * rows }, (_, i) => i * 7);
  const csv = Array.from({ length: rows }, (_, i) => images.subarray(4 * i, 4 * i + 4).join());
  const idx = encodeIdx([rows, 2, 2], images);
  const labels = Uint8Array.from({ length: rows }, (_, i) => i % 10);
  const npz = zipSync({
    "x_test.npy": encodeNpy({ shape: [rows, 2, 2], data: Float32Array.from(images) }),
    "y_test.npy": encodeNpy({ shape: [rows], data: Uint32Array.from(labels) }),
    "x_train.npy": encodeNpy({ shape: [1, 4], data: new Float32Array(4) }),
  });
  const expected = { pixels: [...images], blocks: 3 };
  const labeled = { ...expected, labels: Array.from(labels, String) };
  assertEquals(await rowsOf("rows.csv", csv.join("\n")), expected);
  assertEquals(
    await rowsOf("rows.csv.gz", gzipSync(new TextEncoder().encode(csv.join("\n")))),
    expected,
  );
  assertEquals(await rowsOf("rows-idx3-ubyte", idx), expected);
  assertEquals(
    await rowsOf("t10k-images-idx3-ubyte.gz", gzipSync(idx), {}, {
      "t10k-labels-idx1-ubyte": encodeIdx([rows], labels),
    }),
    labeled,
  );
  assertEquals(await rowsOf("digits.npz", npz), labeled);
});

test("readRowBlocks() reads fields with all pixels, ARFF, LIBSVM, and arrays in files of their own", async () => {
  const pixels = [...Array(16).keys()];
  const inputs = 16;
  const faces = `emotion,pixels,Usage\n3,${pixels.join(" ")},Training\n0,${
    pixels.join(" ")
  },PrivateTest\n`;
  assertEquals(
    await rowsOf("faces.csv", faces, { inputs }),
    { pixels: [...pixels, ...pixels], labels: ["3", "0"], blocks: 1 },
  );
  const attributes = pixels.map((i) => `@attribute p${i} real`).join("\n");
  const arff = `@relation r\n${attributes}\n@attribute class {a,b}\n@data\n${pixels.join()},b\n`;
  assertEquals(await rowsOf("rows.arff", arff, { inputs }), { pixels, labels: ["b"], blocks: 1 });
  const pairs = pixels.slice(1).map((i) => `${i + 1}:${i}`).join(" ");
  assertEquals(
    await rowsOf("rows.svm", `7 ${pairs}\n`, { inputs }),
    { pixels, labels: ["7"], blocks: 1 },
  );
  // Three colors, which become their luma.
  const colors = Float32Array.from(pixels.flatMap((i) => [i, i, i]));
  const images = encodeNpy({ shape: [1, 4, 4, 3], data: colors });
  const labels = encodeNpy({ shape: [1, 1], data: Uint32Array.of(5) });
  const labeled = { pixels, labels: ["5"], blocks: 1 };
  assertEquals(
    await rowsOf("a_images.npy", images, { inputs }, { "a_labels.npy": labels }),
    labeled,
  );
  const zipped = { "a-labels.npz": zipSync({ "arr_0.npy": labels }) };
  const archive = zipSync({ "arr_0.npy": images });
  assertEquals(await rowsOf("a-images.npz", archive, { inputs }, zipped), labeled);
});

test("readRowBlocks() tells once which column it takes for the labels, unless the file says so", async () => {
  const lines = Array.from({ length: BLOCK_ROWS + 1 }, (_, i) => `7,7,8,255,${i % 2}`);
  const rows = lines.join("\n");
  const cases: [string, number][] = [[rows, 1], ["p0,p1,p2,p3,label\n" + rows, 0]];
  for (const [text, expected] of cases) {
    const notices: string[] = [];
    await rowsOf("rows.csv", text, { onNotice: (line) => notices.push(line) });
    assertEquals(notices.length, expected, notices.join("\n"));
    for (const line of notices) assertMatch(line, /last column/);
  }
});

test("readRowBlocks() says what is wrong with a file", async () => {
  const cases: [string, string | Uint8Array, (string | number)[]][] = [
    ["a.csv", "", ["no rows"]],
    ["a.csv", "1,2,3\n", ["4 pixels", 3]],
    ["a.csv", "ImageId,Label\n1,0\n2,0\n", ["4 pixels", "1 columns"]],
    ["a.csv", "1,2,3,4\n1,2,3\n", ["line 2", 4, 3]],
    ["a.csv", "1,2,3,4\n1,x,3,4\n", ["line 2", "column 2", "pixel", "x"]],
    ["a.csv", "1,2,3,4\n1,,3,4\n", ["line 2", "column 2", "pixel", "empty"]],
    ["a-idx3-ubyte", encodeIdx([2, 3, 3], new Uint8Array(18)), ["4 pixels"]],
    ["a-idx3-ubyte", encodeIdx([2, 2, 2], new Uint8Array(8)).slice(0, 20), ["ends before"]],
    ["a.npz", zipSync({ "a.txt": new Uint8Array(3) }), [".npz", "arrays"]],
    [
      "a.npz",
      zipSync({ "w.npy": encodeNpy({ shape: [2, 9], data: new Float32Array(18) }) }),
      ["w [2,9]"],
    ],
  ];
  for (const [name, content, words] of cases) {
    const { message } = await assertRejects(() => rowsOf(name, content), Error);
    assertMentions(message, [name, ...words]);
  }
});

test("isRowFile() recognizes rows by the name or the first bytes, and takes the rest for pictures", async () => {
  const path = await Deno.makeTempFile();
  const row = Array(20).fill("12").join();
  const cases: [string | Uint8Array, boolean][] = [
    [row, true],
    [row.replaceAll(",", " "), true],
    [`"five",${row}`, false],
    [encodeIdx([1, 2, 2], new Uint8Array(4)), true],
    [encodeNpy({ shape: [1], data: new Float32Array(1) }), true],
    [Uint8Array.of(0x89, 0x50, 0x4e, 0x47), false],
    ["", false],
  ];
  for (const [content, expected] of cases) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    await Deno.writeFile(path, bytes);
    assertEquals(isRowFile(path), expected, String(content).slice(0, 20));
  }
  await Deno.remove(path);
  assertEquals([isRowFile("absent.csv"), isRowFile("absent.png")], [true, false]);
});
