import { assertEquals, assertRejects } from "@std/assert";
import { type CsvOptions, readCsv } from "../../lib/data/csv.ts";
import type { Dataset } from "../../lib/data/dataset.ts";
import { DataError } from "../../lib/data/errors.ts";
import { test } from "../requirements.ts";
import { folder, gzip } from "./idx_files.ts";

/** Reads a text as a CSV file. */
async function read(
  content: string | Uint8Array<ArrayBuffer>,
  options?: CsvOptions,
): Promise<Dataset> {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    if (typeof content === "string") await Deno.writeTextFile(path, content);
    else await Deno.writeFile(path, content);
    const data = await readCsv(path, options);
    assertEquals(data.name, path);
    return data;
  } finally {
    await Deno.remove(path);
  }
}

const ROWS = ["3,0,10,20,30", "0,1,11,21,31", "2,255,12,22,32"];
/** The same with the label at the end, or between the second pixel and the third. */
const LAST = ROWS.map((row) => row.replace(/^(\d+),(.*)$/, "$2,$1"));
const toMiddle = (row: string) => row.replace(/^(\d+),(\d+,\d+)/, "$2,$1");
/** Forty columns, as pandas names those that have no names. */
const counted = (from: number) => Array.from({ length: 40 }, (_, i) => from + i).join();
const padded = (row: string) => row.replace(/,(?=[^,]*$)/, ",0".repeat(35) + ",");
const SILENT: CsvOptions = {
  onNotice(line) {
    throw new Error(line);
  },
};
const LABELS = Uint8Array.of(3, 0, 2);
const IMAGES = Uint8Array.of(0, 10, 20, 30, 1, 11, 21, 31, 255, 12, 22, 32);

test("readCsv() takes the first or the last column for the label, whichever can be labels, and says so of the last", async () => {
  const notices: string[] = [];
  const onNotice = (line: string) => notices.push(line);
  const data = await read(ROWS.join("\n"), SILENT);
  assertEquals(data, {
    name: data.name,
    width: 2,
    height: 2,
    classes: 4,
    images: IMAGES,
    labels: LABELS,
    trainRows: 2,
    publishedSplit: false,
    source: { dataset: data.name, label: "first" },
  });
  const last = await read(LAST.join("\n"), { onNotice });
  assertEquals([last.labels, last.images], [LABELS, IMAGES]);
  assertEquals(last.source?.label, "last");
  assertEquals(notices, [
    `${last.name}: the labels are taken from its last column; --label overrides this`,
  ]);
});

test("readCsv() takes no column for the label that always has the same value", async () => {
  // The corner of an image is empty, as it is in MNIST, and the labels skip most numbers.
  const rows = Array.from({ length: 30 }, (_, i) => [0, i % 7, 2 * i, 9 * (i % 3), [0, 1][i % 2]]);
  const data = await read(rows.map((row) => row.join()).join("\n"));
  assertEquals([...data.labels.subarray(0, 4)], [0, 1, 0, 1]);
});

test("readCsv() finds the label by its usual names, wherever it stands, and says nothing", async () => {
  for (const name of ["label", "Class", '"label"', "TARGET", "y", " digit "]) {
    const data = await read([`${name},1x1,1x2,2x1,2x2`, ...ROWS].join("\r\n") + "\r\n", SILENT);
    assertEquals([data.labels, data.images], [LABELS, IMAGES], name);
    const middle = [`a,b,${name},c,d`, ...ROWS.map(toMiddle)];
    const moved = await read(middle.join("\n"), SILENT);
    assertEquals([moved.labels, moved.images], [LABELS, IMAGES], name);
  }
});

test("readCsv() finds the label by a name that is no pixel's, if it can be labels", async () => {
  for (const names of ["p0,p1,kind,p2,p3", "0,1,kind,2,3", "1x1,1x2,kind,2x1,2x2"]) {
    const notices: string[] = [];
    const onNotice = (line: string) => notices.push(line);
    const data = await read([names, ...ROWS.map(toMiddle)].join("\n"), { onNotice });
    assertEquals([data.labels, data.images], [LABELS, IMAGES], names);
    assertEquals(notices.map((line) => /taken from column 3 \(kind\)/.test(line)), [true]);
  }
});

test("readCsv() takes the label from where it is told", async () => {
  const header = "p1,p2,p3,p4,kind";
  for (
    const [text, label] of [
      [ROWS, "first"],
      [LAST, "last"],
      [[header, ...LAST], "last"],
      [[header, ...LAST], "kind"],
      [[header, ...LAST], "KIND"],
      [["y,0,1,2,3", ...ROWS], "y"],
      [["kind,0,1,2,3", ...ROWS], "kind"],
      [["0,1,label,3,4", ...ROWS.map(toMiddle)], "label"],
      [[counted(0), ...ROWS.map(padded)], "0"],
      [[counted(1), ...LAST.map(padded)], "last"],
    ] as const
  ) {
    const { labels, images } = await read(text.join("\n"), { ...SILENT, label, width: 1 });
    assertEquals(labels, LABELS, text[0]);
    if (images.length === IMAGES.length) assertEquals(images, IMAGES, text[0]);
  }
});

test("readCsv() asks for the label if its column is ambiguous", async () => {
  const cases: [string[], string][] = [
    [["0,0,5,1", "1,5,0,0"], "as it could be the first or the last: give --label first or last"],
    [["9,0,5,9", "9,5,0,9"], "the column of the labels is ambiguous: give --label first"],
    [["40,0,5,90", "7,5,0,9"], "the column of the labels is ambiguous: give --label"],
    [["p0,p1,p2,kind", "0,0,5,9", "1,5,0,9"], "give --label NAME: column 4 is kind"],
    [
      ["p0,p1,p2,p3,kind,weight", "0,0,5,1,1,1", "1,5,0,1,0,0"],
      "--label NAME, as its header names none label, labels, class, target, y, digit: column 5 is kind, column 6 is weight",
    ],
    [["label,class,p0", "0,0,5", "1,1,0"], "--label NAME: column 1 is label, column 2 is class"],
  ];
  for (const [text, message] of cases) {
    await assertRejects(() => read(text.join("\n"), { width: 1 }), DataError, message);
  }
});

test("readCsv() tells a file that has no labels", async () => {
  const pixels = ["0,255,12,1", "1,0,14,0", "0,7,7,1"];
  for (const header of [[], ["pixel0,pixel1,pixel2,pixel3"], ["1x1,1x2,2x1,2x2"], [counted(0)]]) {
    const rows = header[0]?.length > 50 ? pixels.map((row) => `${row},`.repeat(3) + row) : pixels;
    const text = [...header.map((line) => line.split(",").slice(0, 16).join()), ...rows];
    await assertRejects(
      () => read(text.join("\n")),
      DataError,
      "it has no column of labels, as its",
    );
  }
  await assertRejects(
    () => read(["id,pixel0,pixel1,pixel2", "1,0,255,1", "2,9,0,0"].join("\n")),
    DataError,
    "it has no column of labels, as its 3 columns are all pixels",
  );
});

test("readCsv() passes over columns of row numbers and empty ones", async () => {
  const numbered = ROWS.map((row, i) => `${i},${row}`);
  for (
    const text of [
      [",label,a,b,c,d", ...numbered],
      ["Unnamed: 0,label,a,b,c,d", ...numbered],
      ["Unnamed: 0.1,Unnamed: 0,label,a,b,c,d", ...numbered.map((row) => `7${row[0]},${row}`)],
      ["id,label,a,b,c,d", ...ROWS.map((row, i) => `img_${i}.png,${row}`)],
      ["label,a,b,c,d,filename", ...ROWS.map((row, i) => `${row},img_${i}.png`)],
      ["label,a,b,c,d,", ...ROWS.map((row) => `${row},`)],
      ["label,a,b,c,d", ...ROWS.map((row) => `${row},`)],
      ["label,a,b,c,d", ...ROWS.map((row, i) => `"${i + 1}",${row}`)],
      ROWS.map((row) => `${row},`),
    ]
  ) {
    const data = await read(text.join("\n"));
    assertEquals([data.labels, data.images], [LABELS, IMAGES], text[0]);
  }
  assertEquals((await read(numbered.join("\n"), { label: "first" })).images, IMAGES);
  // The number of a row is no label.
  const many = Array.from({ length: 40 }, (_, i) => `${i},${i % 3},0,9,0`);
  await assertRejects(
    () => read(many.join("\n")),
    DataError,
    "the column of the labels is ambiguous",
  );
});

test("readCsv() reads fields divided by other marks than commas, in quotes, and packed", async () => {
  const named = ["label,a,b,c,d", ...ROWS];
  const comma = named.join("\n");
  const utf16 = new Uint8Array(Uint16Array.from("\uFEFF" + comma, (c) => c.charCodeAt(0)).buffer);
  const contents: (string | Uint8Array<ArrayBuffer>)[] = [
    ...[";", "\t", "|", " "].map((mark) => comma.replaceAll(",", mark)),
    "label,a,b,c,d\n" + ROWS.join("\n").replaceAll(",", ";"),
    "sep=;\r\n" + comma.replaceAll(",", ";"),
    comma.replaceAll(/[^,\n]+/g, '"$&"'),
    named.join("\r"),
    "\uFEFF" + comma,
    utf16,
    gzip(new TextEncoder().encode(comma)),
  ];
  for (const content of contents) {
    const data = await read(content);
    assertEquals([data.labels, data.images], [LABELS, IMAGES], String(content));
  }
});

test("readCsv() reads pixels from 0 to 1 as parts of 255, and says so", async () => {
  const cases: [string[], number[], string?][] = [
    [["1,0,0.5", "0,1,1.0"], [0, 128, 255, 255]],
    [["1,0,1", "0,1,0.2"], [0, 255, 255, 51]], // only the last pixel shows it
    [["1,0,1", "0,1,0"], [0, 255, 255, 0]],
    [["1;0;0,2", "0;1;0"], [0, 51, 255, 0]],
    [["1,0,1.0000000e+00", "0,0.0,0.4"], [0, 255, 0, 102]],
    [["1,0,2.0", "0,1,255.0"], [0, 2, 1, 255]],
  ];
  for (const [text, images] of cases) {
    const notices: string[] = [];
    const onNotice = (line: string) => notices.push(line);
    const data = await read(text.join("\n"), { label: "first", width: 1, onNotice });
    assertEquals(data.images, Uint8Array.from(images), text.join());
    const isUnit = !images.includes(2);
    assertEquals(notices.length, isUnit ? 1 : 0, notices.join());
  }
});

test("readCsv() reads words as labels: letters by the alphabet, others sorted", async () => {
  const letters = await read("label,a\nC,1\nA,2\nC,3\n");
  assertEquals([...letters.labels], [2, 0, 2]);
  assertEquals(letters.classNames, ["A", "B", "C"]);
  assertEquals(letters.classes, 3);
  const y = await read("Y,1\nX,2\nY,3\n"); // no header, though a column of labels may be called so
  assertEquals([...y.labels], [24, 23, 24]);
  const words = await read("1,dress\n2,shirt\n3,ankle boot\n4,shirt\n");
  assertEquals([...words.labels], [1, 2, 0, 2]);
  assertEquals(words.classNames, ["ankle boot", "dress", "shirt"]);
  const hostile = await read("label,a\n\x1b[2J,1\nb,2\n");
  assertEquals(hostile.classNames, ["\\u{1b}[2J", "b"]);
});

test("readCsv() takes test rows from a second file, laid out alike", async () => {
  using files = folder();
  const path = `${files.path}/train data.csv`;
  const second = `${files.path}/test data.csv`;
  const header = "label,a,b,c,d";
  async function readBoth(
    train: string[],
    tested: string[],
    options?: CsvOptions,
  ): Promise<Dataset> {
    await Deno.writeTextFile(path, train.join("\n"));
    await Deno.writeTextFile(second, tested.join("\n"));
    return await readCsv(path, { ...options, test: second });
  }
  const [first, ...others] = ROWS;
  const expected = { labels: LABELS, images: IMAGES, trainRows: 2 };
  for (
    const [train, tested] of [
      [[header, ROWS[0], ROWS[1]], [header, ROWS[2]]],
      [[ROWS[0], ROWS[1]], [ROWS[2]]], // of one row nobody could tell the label
      [["a,b,c,d,label", LAST[0], LAST[1]], [header, ROWS[2]]],
      [[header, ROWS[0], ROWS[1]], ["y,p0,p1,p2,p3", ROWS[2]]],
    ]
  ) {
    const { labels, images, trainRows, publishedSplit, source } = await readBoth(train, tested);
    assertEquals({ labels, images, trainRows }, expected);
    const again = await readCsv(source!.dataset, source);
    assertEquals({ labels: again.labels, images: again.images, trainRows }, expected);
    assertEquals(publishedSplit, undefined); // by default there is one
  }
  const mixed = await readBoth(["label,a", "0,255"], ["label,a", "1,0.2"]);
  assertEquals(mixed.images, Uint8Array.of(255, 51));
  const letters = await readBoth(["label,a", "x,1", "y,2"], ["label,a", "y,3", "z,4"]);
  assertEquals(letters.classNames!.slice(-3), ["x", "y", "z"]);
  assertEquals([...letters.labels], [23, 24, 24, 25]);

  const cases: [string[], string[], string][] = [
    [
      [header, first],
      ["a,b,c,d", "1,2,3,4"],
      `Cannot read ${second} as a CSV file of images: it has`,
    ],
    [[header, first], [header.replace("a,b", "b,a"), ...others], "it has b where that file has a"],
    [["label,a,b", "1,2,3", "0,1,1"], [header, first], "it must have 2 pixels per row like"],
    [
      [header, first],
      [header, "A,0,7,0,1"],
      `${second} as a CSV file of images: line 2: labels must`,
    ],
    [[header, ...ROWS], [header], `${second} as a CSV file of images: it has no rows`],
  ];
  for (const [train, tested, message] of cases) {
    await assertRejects(() => readBoth(train, tested, { width: 1 }), DataError, message);
  }
  await assertRejects(
    () => readCsv(path, { test: "/nowhere/test.csv" }),
    DataError,
    "Cannot read /nowhere/test.csv as a CSV file of images: there is no such file",
  );
});

test("readCsv() makes images as wide as it is told", async () => {
  const { width, height } = await read(ROWS.join("\n"), { width: 4 });
  assertEquals([width, height], [4, 1]);
});

test("readCsv() takes the first six sevenths of the rows as train rows, rounded down", async () => {
  for (const [rows, trainRows] of [[2, 1], [7, 6], [13, 11], [14, 12]]) {
    assertEquals((await read("label,a\n" + "1,5\n".repeat(rows))).trainRows, trainRows);
  }
});

test("readCsv() takes up to 256 classes, empty lines and a byte order mark", async () => {
  const data = await read("\uFEFF\n255,5\n\n0,6\n\n", { label: "first" });
  assertEquals([data.classes, data.labels], [256, Uint8Array.of(255, 0)]);
});

test("readCsv() says in one line which line and column are wrong, and what is wrong", async () => {
  const [first, second, third] = ROWS;
  const cases: [string, CsvOptions, string][] = [
    ["", {}, "it has no rows"],
    ["label,a\n", {}, "it has no rows"],
    ["label,a\n1,2", {}, "it must have at least two rows: it has one"],
    ["1\n2\n3", {}, "it must have a label and pixels in each row"],
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
    [
      [first, "-1,1,11,21,31"].join("\n"),
      { label: "first" },
      "line 2: column 1 must be a label, a whole number from 0 to 255 or a word: current value is -1",
    ],
    [
      [first, "A,1,11,21,31"].join("\n"),
      { label: "first" },
      "line 2: labels must be all numbers or all words: the first is 3, this one A",
    ],
    [[first, ",1,11,21,31"].join("\n"), { label: "first" }, "line 2: column 1 must be a label"],
    [[first, "0,1,-11,21,31"].join("\n"), {}, "line 2, column 3 must be a whole number from 0"],
    ["label,a\n1,0\n0,1\n1,0.5\n0,1.5", {}, "line 5, column 2 must be a number from 0 to 1, like"],
    ["label,a\n1,0\n0,-0.5", {}, "whole number from 0 to 255, or all pixels from 0 to 1: current"],
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
      "line 2 must have 5 fields like the first row: it has 6",
    ],
    [[first, "0,1,11"].join("\n"), {}, "line 2 must have 5 fields like the first row: it has 3"],
    [[first, '0,1,"11,21,31'].join("\n"), {}, "line 2 has unbalanced quotation marks"],
    [
      "label,a,b,c\n1,2,3,4\n0,2,3,4",
      {},
      "its 3 pixels per row do not make a square: give --image-width",
    ],
    [
      ROWS.join("\n"),
      { width: 3 },
      "its 4 pixels per row must be a multiple of the width: current value is 3",
    ],
    [
      ROWS.join("\n"),
      { label: "kind" },
      "it has no header that could name a column kind: give --label first or last",
    ],
    [
      ["a,b", "1,2", "1,2"].join("\n"),
      { label: "kind" },
      "its header names no column kind: column 1 is a, column 2 is b",
    ],
    [
      `label,a\x1b[2J${"b".repeat(1e7)}\n1,2`,
      { label: "kind" },
      "column 1 is label, column 2 is a\\u{1b}[2j" + "b".repeat(15) + "...",
    ],
    ["label,a\n0,1\n1,\x1b]0;x\x07", {}, "current value is \\u{1b}]0;x\\u{7}"],
    ["a,b\0\n1,2", {}, "it is not text: its first bytes are a,b\\u{0}\\u{a}1,2"],
  ];
  for (const [text, options, message] of cases) {
    const error = await assertRejects(() => read(text, options), DataError, message);
    assertEquals(error.message.includes("\n"), false);
  }
});

test("readCsv() says that there is no such file", async () => {
  await assertRejects(
    () => readCsv("/nowhere/digits.csv"),
    DataError,
    "Cannot read /nowhere/digits.csv as a CSV file of images: there is no such file",
  );
});

test("readCsv() stops decompressing a file that is too large to be images", async () => {
  const line = new TextEncoder().encode("1" + ",0".repeat(784) + "\n");
  const bytes = new Uint8Array(line.length * 12_000);
  for (let at = 0; at < bytes.length; at += line.length) bytes.set(line, at);
  await assertRejects(
    () => read(gzip(bytes)),
    DataError,
    "it decompresses to more than 50 times its",
  );
  await assertRejects(
    () => read("0".repeat(17 * 2 ** 20)),
    DataError,
    "line 1: a line must be at most 16777216 characters long: it is longer",
  );
  const cut = gzip(new TextEncoder().encode(ROWS.join("\n"))).slice(0, -9);
  await assertRejects(() => read(cut), DataError, "it cannot be decompressed: ");
});
