import { assertEquals, assertRejects } from "@std/assert";
import { type CsvOptions, readCsv } from "../../lib/data/csv.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { DataError } from "../../lib/data/errors.ts";
import { test } from "../requirements.ts";

/** Reads a text as a CSV file. */
async function read(text: string, options?: CsvOptions): Promise<Dataset> {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    await Deno.writeTextFile(path, text);
    const data = await readCsv(path, options);
    assertEquals(data.name, path);
    return data;
  } finally {
    await Deno.remove(path);
  }
}

const ROWS = ["3,0,10,20,30", "0,1,11,21,31", "2,255,12,22,32"];
const LABELS = Uint8Array.of(3, 0, 2);
const IMAGES = Uint8Array.of(0, 10, 20, 30, 1, 11, 21, 31, 255, 12, 22, 32);

test("readCsv() takes the first column for the label where there is no header", async () => {
  const { name: _, ...data } = await read(ROWS.join("\n"));
  assertEquals(data, {
    width: 2,
    height: 2,
    classes: 4,
    images: IMAGES,
    labels: LABELS,
    trainRows: 2,
  });
});

test("readCsv() finds the label by its name in the header, wherever it stands", async () => {
  for (const name of ["label", "Class", '"label"']) {
    const data = await read([`${name},1x1,1x2,2x1,2x2`, ...ROWS].join("\r\n") + "\r\n");
    assertEquals([data.labels, data.images], [LABELS, IMAGES]);
  }
  const middle = [
    "a,b,label,c,d",
    ...ROWS.map((row) => row.replace(/^(\d+),(\d+),(\d+)/, "$2,$3,$1")),
  ];
  const data = await read(middle.join("\n"));
  assertEquals([data.labels, data.images], [LABELS, IMAGES]);
});

test("readCsv() takes the label from where it is told", async () => {
  const last = ROWS.map((row) => row.replace(/^(\d+),(.*)$/, "$2,$1"));
  const header = "p1,p2,p3,p4,kind";
  for (
    const [text, label] of [
      [ROWS, "first"],
      [last, "last"],
      [[header, ...last], "last"],
      [[header, ...last], "kind"],
    ] as const
  ) {
    const data = await read(text.join("\n"), { label });
    assertEquals([data.labels, data.images], [LABELS, IMAGES]);
  }
});

test("readCsv() makes images as wide as it is told", async () => {
  const { width, height } = await read(ROWS.join("\n"), { width: 4 });
  assertEquals([width, height], [4, 1]);
});

test("readCsv() takes the first six sevenths of the rows as train rows, rounded down", async () => {
  for (const [rows, trainRows] of [[2, 1], [7, 6], [13, 11], [14, 12]]) {
    assertEquals((await read("1,5\n".repeat(rows))).trainRows, trainRows);
  }
});

test("readCsv() takes up to 256 classes, empty lines and a byte order mark", async () => {
  const data = await read("\uFEFF\n255,5\n\n0,6\n\n");
  assertEquals([data.classes, data.labels], [256, Uint8Array.of(255, 0)]);
});

test("readCsv() says in one line which line and column are wrong, and what is wrong", async () => {
  const [first, second, third] = ROWS;
  const cases: [string, CsvOptions, string][] = [
    ["", {}, "it must have two rows at least: it has 0"],
    ["label,a\n1,2", {}, "it must have two rows at least: it has 1"],
    ["1\n2\n3", {}, "line 1, which must have a label and pixels, has one field only"],
    [
      [first, "0,1,11,x,31", third].join("\n"),
      {},
      "line 2, column 4 must be a whole number from 0 to 255: current value is x",
    ],
    [
      ["label,a,b,c,d", first, "", "0,1,11,256,31"].join("\n"),
      {},
      "line 4, column 4 must be a whole number from 0 to 255: current value is 256",
    ],
    [[first, "-1,1,11,21,31"].join("\n"), {}, "line 2, column 1 must be a whole number from 0"],
    [[first, "0,1,1.5,21,31"].join("\n"), {}, "line 2, column 3 must be a whole number from 0"],
    [
      [first, "0,1,,21,31"].join("\n"),
      {},
      "column 3 must be a whole number from 0 to 255: current value is empty",
    ],
    [["3,0,ten,20,30", second].join("\n"), {}, "line 1, column 3 must be a whole number"],
    [
      [first, second + ",9"].join("\n"),
      {},
      "line 2, must have 5 fields like the first line: it has 6",
    ],
    [[first, "0,1,11"].join("\n"), {}, "line 2, must have 5 fields like the first line: it has 3"],
    [[first, '0,1,"11,21,31'].join("\n"), {}, "line 2"],
    [["1,2,3,4", "1,2,3,4"].join("\n"), {}, "its 3 pixels a row make no square"],
    [
      ROWS.join("\n"),
      { width: 3 },
      "its 4 pixels a row must be a multiple of the width: current value is 3",
    ],
    [ROWS.join("\n"), { label: "kind" }, "line 1, which names no column kind"],
    [["a,b", "1,2", "1,2"].join("\n"), { label: "kind" }, "line 1, which names no column kind"],
  ];
  for (const [text, options, message] of cases) {
    const error = await assertRejects(() => read(text, options), DataError, message);
    assertEquals((error as unknown as Error).message.includes("\n"), false);
  }
});

test("readCsv() says that there is no such file", async () => {
  await assertRejects(
    () => readCsv("/nowhere/digits.csv"),
    DataError,
    "Cannot read /nowhere/digits.csv as a CSV file of images: there is no such file",
  );
});
