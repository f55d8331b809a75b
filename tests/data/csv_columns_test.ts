import { assertEquals, assertRejects } from "@std/assert";
import { rowInHeader } from "../../lib/data/csv_columns.ts";
import { DataError } from "../../lib/data/errors.ts";
import { BYTE_PIXELS } from "../../lib/data/pixels.ts";
import { test } from "../requirements.ts";
import { assertMentions } from "../mentions.ts";
import { IMAGES, LABEL_LAST, LABELS, NO_NOTICE, readText, ROWS } from "./csv_files.ts";

const toMiddle = (row: string) => row.replace(/^(\d+),(\d+,\d+)/, "$2,$1");
/** The names that pandas gives to 40 columns without names. */
const counted = (from: number) => Array.from({ length: 40 }, (_, i) => from + i).join();
const padded = (row: string) => row.replace(/,(?=[^,]*$)/, ",0".repeat(35) + ",");

test("readCsv() uses the first or last column as the label, whichever can hold labels, and reports the last", async () => {
  const notices: string[] = [];
  const onNotice = (line: string) => notices.push(line);
  const data = await readText(ROWS.join("\n"), NO_NOTICE);
  assertEquals(data, {
    name: data.name,
    width: 2,
    height: 2,
    classes: 4,
    images: IMAGES,
    labels: LABELS,
    trainRows: 2,
    publishedSplit: false,
    pixels: { ...BYTE_PIXELS },
    source: { dataset: data.name, label: "first" },
  });
  const last = await readText(LABEL_LAST.join("\n"), { onNotice });
  assertEquals([last.labels, last.images], [LABELS, IMAGES]);
  assertEquals(last.source?.label, "last");
  assertEquals(notices, [
    `${last.name}: the labels are taken from its last column; \`label\` overrides this`,
  ]);
});

test("readCsv() does not use a column with a constant value as the label", async () => {
  // As in MNIST, the corners of the images are empty. The labels skip most numbers.
  const rows = Array.from({ length: 30 }, (_, i) => [0, i % 7, 2 * i, 9 * (i % 3), [0, 1][i % 2]]);
  const data = await readText(rows.map((row) => row.join()).join("\n"));
  assertEquals([...data.labels.subarray(0, 4)], [0, 1, 0, 1]);
});

test("readCsv() uses words as the label, as pixels are never words", async () => {
  const rows = ["0,10,20,30,cat", "1,11,21,31,dog", "0,12,22,32,cat"];
  for (const text of [rows, rows.map((row) => row.replace(/^(.*),(\w+)$/, "$2,$1"))]) {
    const data = await readText(text.join("\n"));
    assertEquals([[...data.labels], data.classNames], [[0, 1, 0], ["cat", "dog"]]);
    assertEquals([...data.images.subarray(0, 8)], [0, 10, 20, 30, 1, 11, 21, 31]);
  }
});

test("readCsv() finds the label under a header that only counts the columns", async () => {
  for (const [header, rows] of [[counted(0), ROWS], [counted(1), LABEL_LAST]] as const) {
    const data = await readText([header, ...rows.map(padded)].join("\n"), { width: 1 });
    assertEquals(data.labels, LABELS);
  }
});

test("readCsv() finds the label by common names in any column, without a notice", async () => {
  for (const name of ["label", "Class", '"label"', "TARGET", "y", " digit "]) {
    const data = await readText(
      [`${name},1x1,1x2,2x1,2x2`, ...ROWS].join("\r\n") + "\r\n",
      NO_NOTICE,
    );
    assertEquals([data.labels, data.images], [LABELS, IMAGES], name);
    const middle = [`a,b,${name},c,d`, ...ROWS.map(toMiddle)];
    const moved = await readText(middle.join("\n"), NO_NOTICE);
    assertEquals([moved.labels, moved.images], [LABELS, IMAGES], name);
  }
});

test("readCsv() finds the label by a name unlike the pixels' names, and reports it", async () => {
  for (const names of ["p0,p1,kind,p2,p3", "0,1,kind,2,3", "1x1,1x2,kind,2x1,2x2"]) {
    const notices: string[] = [];
    const onNotice = (line: string) => notices.push(line);
    const data = await readText([names, ...ROWS.map(toMiddle)].join("\n"), { onNotice });
    assertEquals([data.labels, data.images], [LABELS, IMAGES], names);
    assertEquals(notices.map((line) => /taken from column 3 \(kind\)/.test(line)), [true]);
  }
});

test("readCsv() uses the column that the option names as the label", async () => {
  const header = "p1,p2,p3,p4,kind";
  for (
    const [text, label] of [
      [ROWS, "first"],
      [LABEL_LAST, "last"],
      [[header, ...LABEL_LAST], "last"],
      [[header, ...LABEL_LAST], "kind"],
      [[header, ...LABEL_LAST], "KIND"],
      [["y,0,1,2,3", ...ROWS], "y"],
      [["kind,0,1,2,3", ...ROWS], "kind"],
      [["0,1,label,3,4", ...ROWS.map(toMiddle)], "label"],
      [[counted(0), ...ROWS.map(padded)], "0"],
      [[counted(1), ...LABEL_LAST.map(padded)], "last"],
    ] as const
  ) {
    const { labels, images } = await readText(text.join("\n"), { ...NO_NOTICE, label, width: 1 });
    assertEquals(labels, LABELS, text[0]);
    if (images.length === IMAGES.length) assertEquals(images, IMAGES, text[0]);
  }
});

test("readCsv() rejects a file whose label column is ambiguous", async () => {
  const cases: [string[], string[]][] = [
    [["0,0,5,1", "1,5,0,0"], ["could be", "`label` first or last"]],
    [["9,0,5,9", "9,5,0,9"], ["ambiguous", "`label` first"]],
    [["40,0,5,90", "7,5,0,9"], ["ambiguous", "`label`"]],
    [["p0,p1,p2,kind", "0,0,5,9", "1,5,0,9"], ["`label` NAME", "column 4 is kind"]],
    [
      ["p0,p1,p2,p3,kind,weight", "0,0,5,1,1,1", "1,5,0,1,0,0"],
      ["`label` NAME", "column 5 is kind", "column 6 is weight"],
    ],
    [["label,class,p0", "0,0,5", "1,1,0"], [
      "`label` NAME",
      "column 1 is label",
      "column 2 is class",
    ]],
  ];
  for (const [text, words] of cases) {
    const { message } = await assertRejects(
      () => readText(text.join("\n"), { width: 1 }),
      DataError,
    );
    assertMentions(message, words);
  }
});

test("readCsv() rejects a file of pixels without labels", async () => {
  const pixels = ["0,255,12,1", "1,0,14,0", "0,7,7,1"];
  for (const header of [[], ["pixel0,pixel1,pixel2,pixel3"], ["1x1,1x2,2x1,2x2"], [counted(0)]]) {
    const rows = header[0]?.length > 50 ? pixels.map((row) => `${row},`.repeat(3) + row) : pixels;
    const text = [...header.map((line) => line.split(",").slice(0, 16).join()), ...rows];
    await assertRejects(() => readText(text.join("\n")), DataError, "it has no labels, as its");
  }
  await assertRejects(
    () => readText(["id,pixel0,pixel1,pixel2", "1,0,255,1", "2,9,0,0"].join("\n")),
    DataError,
    "it has no labels, as its 3 columns are all pixels",
  );
});

test("readCsv() ignores empty columns and columns of row numbers", async () => {
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
    const data = await readText(text.join("\n"));
    assertEquals([data.labels, data.images], [LABELS, IMAGES], text[0]);
  }
  assertEquals((await readText(numbered.join("\n"), { label: "first" })).images, IMAGES);
  // Row numbers are no labels.
  const many = Array.from({ length: 40 }, (_, i) => `${i},${i % 3},0,9,0`);
  await assertRejects(
    () => readText(many.join("\n")),
    DataError,
    "the column of the labels is ambiguous",
  );
});

Deno.test("rowInHeader() recovers the row that pandas took for names, if enough of them repeat", () => {
  const header = ["5", "0", "0.1", "0.2", "0.3", "7", "254", "0.4"];
  assertEquals(rowInHeader(header), ["5", "0", "0", "0", "0", "7", "254", "0"]);
  // Two repetitions may be chance.
  assertEquals(rowInHeader(["5", "0", "0.1", "0.2", "7"]), undefined);
  // So may three among many.
  const many = Array.from({ length: 20 }, (_, i) => String(i));
  assertEquals(rowInHeader([...many, "3.1", "3.2", "3.3"]), undefined);
  assertEquals(rowInHeader(["label", "0.1", "0.2", "0.3"]), undefined);
});

test("readCsv() takes a first row with decimal commas for a row, not for names", async () => {
  const rows = ["3;0,25;0,000;0,500;1,0", "0;0,000;0,75;0,000;0,5", "2;1,0;0,000;0,25;0,000"];
  const { labels } = await readText(rows.join("\n"));
  assertEquals([...labels], [3, 0, 2]);
  assertEquals(rowInHeader(rows[0].split(";")), undefined);
});
