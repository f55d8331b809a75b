import { assertEquals, assertRejects } from "@std/assert";
import { gzipSync, zipSync } from "fflate";
import { encodeIdx } from "../../lib/data/idx.ts";
import { BLOCK_ROWS, readRowBlocks, type RowOptions } from "../../lib/data/row_blocks.ts";
import { encodeNpy } from "../../lib/model/npz.ts";
import { test } from "../requirements.ts";

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
    [
      "5,0,7,8,255\n6,1,2,3,4\n9,9,9,9,9\n",
      { labels: ["5", "6", "9"] },
      { label: "first" },
    ],
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

test("readRowBlocks() says what is wrong with a file", async () => {
  const cases: [string, string | Uint8Array, string][] = [
    ["a.csv", "", "it has no rows"],
    ["a.csv", "1,2,3\n", "its rows must have 4 pixels like the net's images: it has 3 columns"],
    ["a.csv", "1,2,3,4\n1,2,3\n", "line 2 must have 4 fields like the first row: it has 3"],
    ["a.csv", "1,2,3,4\n1,x,3,4\n", "line 2, column 2 must be a pixel, a number: current value is x"],
    ["a.csv", "1,2,3,4\n1,,3,4\n", "line 2, column 2 must be a pixel, a number: current value is empty"],
    ["a-idx3-ubyte", encodeIdx([2, 3, 3], new Uint8Array(18)), "4 pixels like the net's images"],
    ["a-idx3-ubyte", encodeIdx([2, 2, 2], new Uint8Array(8)).slice(0, 20), "it ends before"],
    ["a.npz", zipSync({ "a.txt": new Uint8Array(3) }), "must be an .npz file with arrays"],
    [
      "a.npz",
      zipSync({ "w.npy": encodeNpy({ shape: [2, 9], data: new Float32Array(18) }) }),
      "w [2,9]",
    ],
  ];
  for (const [name, content, message] of cases) {
    await assertRejects(() => rowsOf(name, content), Error, message);
  }
});
