import { assertEquals, assertRejects } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { DataError } from "../../lib/data/errors.ts";
import { test } from "../requirements.ts";
import {
  type CsvOptions,
  IMAGES,
  LABEL_LAST,
  LABELS,
  readCsv,
  readText,
  ROWS,
} from "./csv_files.ts";
import { assertMentions } from "../mentions.ts";
import { folder } from "./idx_files.ts";

test("readCsv() multiplies pixels from 0 to 1 by 255, and reports it", async () => {
  const cases: [string[], number[], string?][] = [
    [["1,0,0.5", "0,1,1.0"], [0, 128, 255, 255]],
    [["1,0,1", "0,1,0.2"], [0, 255, 255, 51]], // only the last pixel is a fraction
    [["1,0,1", "0,1,0"], [0, 255, 255, 0]],
    [["1;0;0,2", "0;1;0"], [0, 51, 255, 0]],
    [["1,0,1.0000000e+00", "0,0.0,0.4"], [0, 255, 0, 102]],
    [["1,0,2.0", "0,1,255.0"], [0, 2, 1, 255]],
  ];
  for (const [text, images] of cases) {
    const notices: string[] = [];
    const onNotice = (line: string) => notices.push(line);
    const data = await readText(text.join("\n"), { label: "first", width: 1, onNotice });
    assertEquals(data.images, Uint8Array.from(images), text.join());
    const isUnit = !images.includes(2);
    assertEquals(notices.length, isUnit ? 1 : 0, notices.join());
  }
});

test("readCsv() numbers letters by the alphabet, and other words in sorted order", async () => {
  const letters = await readText("label,a\nC,1\nA,2\nC,3\n");
  assertEquals([...letters.labels], [2, 0, 2]);
  assertEquals(letters.classNames, ["A", "B", "C"]);
  assertEquals(letters.classes, 3);
  const y = await readText("Y,1\nX,2\nY,3\n"); // a label, not a header
  assertEquals([...y.labels], [24, 23, 24]);
  const words = await readText("1,dress\n2,shirt\n3,ankle boot\n4,shirt\n");
  assertEquals([...words.labels], [1, 2, 0, 2]);
  assertEquals(words.classNames, ["ankle boot", "dress", "shirt"]);
  const hostile = await readText("label,a\n\x1b[2J,1\nb,2\n");
  assertEquals(hostile.classNames, ["\\u{1b}[2J", "b"]);
});

test("readCsv() reads test rows from a second file with the same layout", async () => {
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
      [[ROWS[0], ROWS[1]], [ROWS[2]]], // a single row does not reveal the label
      [["a,b,c,d,label", LABEL_LAST[0], LABEL_LAST[1]], [header, ROWS[2]]],
      [[header, ROWS[0], ROWS[1]], ["y,p0,p1,p2,p3", ROWS[2]]],
    ]
  ) {
    const { labels, images, trainRows, publishedSplit, source } = await readBoth(train, tested);
    assertEquals({ labels, images, trainRows }, expected);
    const again = await readCsv(source!.dataset, source);
    assertEquals({ labels: again.labels, images: again.images, trainRows }, expected);
    assertEquals(publishedSplit, undefined); // true by default
  }
  const fractions = await readBoth(["label,a", "0,255"], ["label,a", "1,0.2"]);
  assertEquals(fractions.images, Uint8Array.of(255, 51));
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
      `labels must be all numbers or all words: those of ${second} include A, those of ${path} 3`,
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

test("readCsv() gives images the width of the option", async () => {
  const { width, height } = await readText(ROWS.join("\n"), { width: 4 });
  assertEquals([width, height], [4, 1]);
});

test("readCsv() makes six sevenths of the rows training rows, rounded down", async () => {
  for (const [rows, trainRows] of [[2, 1], [7, 6], [13, 11], [14, 12]]) {
    assertEquals((await readText("label,a\n" + "1,5\n".repeat(rows))).trainRows, trainRows);
  }
});

test("readCsv() accepts 256 classes, empty lines and a byte order mark", async () => {
  const data = await readText("\uFEFF\n255,5\n\n0,6\n\n", { label: "first" });
  assertEquals([data.classes, data.labels], [256, Uint8Array.of(255, 0)]);
});

test("readCsv() names the faulty line and column in an error of one line", async () => {
  const [first, second, third] = ROWS;
  const cases: [string, CsvOptions, (string | number)[]][] = [
    ["", {}, ["no rows"]],
    ["label,a\n", {}, ["no rows"]],
    ["label,a\n1,2", {}, ["two rows"]],
    ["1\n2\n3", {}, ["label", "pixels"]],
    [[first, "0,1,11,x,31", third].join("\n"), {}, ["line 2", "column 4", "pixel", "x"]],
    [
      ["label,a,b,c,d", first, "", "0,1,11,256,31"].join("\n"),
      {},
      ["0 to 256", "line 4", "column 4", "maxPixel"],
    ],
    [
      [first, "-1,1,11,21,31"].join("\n"),
      { label: "first" },
      ["line 2", "column 1", "label", "0 to 255", -1],
    ],
    [[first, ",1,11,21,31"].join("\n"), { label: "first" }, ["line 2", "column 1", "label"]],
    [[first, "0,1,-11,21,31"].join("\n"), {}, ["-11 to 31", "line 2", "column 3", "standardized"]],
    ["label,a\n1,0\n0,-0.7", {}, ["-0.7 to 0", "line 3", "column 2", "standardized"]],
    [[first, "0,1,,21,31"].join("\n"), {}, ["column 3", "pixel", "empty"]],
    [["3,0,ten,20,30", second].join("\n"), {}, ["line 1", "column 3", "pixel", "ten"]],
    [[first, second + ",9"].join("\n"), {}, ["line 2", 5, 6]],
    [[first, "0,1,11"].join("\n"), {}, ["line 2", 5, 3]],
    [[first, '0,1,"11,21,31'].join("\n"), {}, ["line 2", "quotation marks"]],
    ["label,a,b,c\n1,2,3,4\n0,2,3,4", {}, [3, "square", "width"]],
    [ROWS.join("\n"), { width: 3 }, [4, "width", 3]],
    [ROWS.join("\n"), { label: "kind" }, ["kind", "no header", "label"]],
    [
      ["a,b", "1,2", "1,2"].join("\n"),
      { label: "kind" },
      ["kind", "column 1 is a", "column 2 is b"],
    ],
    [
      `label,a\x1b[2J${"b".repeat(1e5)}\n1,2`,
      { label: "kind" },
      ["column 1 is label", "column 2 is a\\u{1b}[2j" + "b".repeat(15) + "..."],
    ],
    ["label,a\n0,1\n1,\x1b]0;x\x07", {}, ["current value is \\u{1b}]0;x\\u{7}"]],
    ["a,b\0\n1,2", {}, ["not text", "a,b\\u{0}\\u{a}1,2"]],
  ];
  for (const [text, options, words] of cases) {
    const { message } = await assertRejects(() => readText(text, options), DataError);
    assertMentions(message, words);
    assertEquals(message.includes("\n"), false);
  }
});
