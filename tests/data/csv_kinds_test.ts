import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { DataError } from "../../lib/data/errors.ts";
import { test } from "../requirements.ts";
import { type CsvOptions, readText } from "./csv_files.ts";
import { folder, gzip } from "./idx_files.ts";

async function read(
  lines: string[] | Uint8Array<ArrayBuffer>,
  options: CsvOptions = {},
): Promise<{ data: Dataset; notices: string[] }> {
  const notices: string[] = [];
  const onNotice = (line: string) => notices.push(line);
  const data = await readText(Array.isArray(lines) ? lines.join("\n") : lines, {
    onNotice,
    ...options,
  });
  return { data, notices };
}

/** Rows of 16 pixels that differ, with the label where the template has L. */
const rows = (labels: (string | number)[], template = "L,P") =>
  labels.map((label, i) => {
    const pixels = Array.from({ length: 16 }, (_, pixel) => (i * 53 + pixel * 31) % 256);
    return template.replace("L", String(label)).replace("P", pixels.join());
  });

test("readCsv() reads a mixture of digits and letters as words, and says so", async () => {
  const { data, notices } = await read(rows([5, "A", 0, "A"]), { label: "first" });
  assertEquals([data.classNames, [...data.labels]], [["0", "5", "A"], [1, 2, 0, 2]]);
  assert(notices.some((line) => line.includes("all are taken as words: 0, 5, A")), notices.join());
  for (const missing of ["", "nan", "?", "N/A"]) {
    await assertRejects(
      () => read(rows([5, "A", missing, 7]), { label: "first" }),
      DataError,
      "line 3, column 1 must be a label",
    );
  }
});

test("readCsv() accepts a second file that holds some of the words, and names its rows", async () => {
  using files = folder();
  const test = `${files.path}/test.csv`;
  const readBoth = async (labels: (string | number)[]) => {
    await Deno.writeTextFile(test, rows(labels).join("\n"));
    return await read(rows([5, "A", 0, "A"]), { label: "first", test });
  };
  assertEquals([...(await readBoth([5, 0])).data.labels], [1, 2, 0, 2, 1, 0]);
  await assertRejects(() => readBoth([5, "nan", "A"]), DataError, `${test}, line 2, column 1 must`);
});

test("readCsv() uses rows for validation as test rows if there are no others", async () => {
  const marked = (...uses: string[]) => [
    `label,split,${Array.from({ length: 16 }, (_, i) => `p${i}`).join()}`,
    ...uses.map((use, i) => rows([i % 2], `L,${use},P`)[0].replace("P", "9")),
  ];
  const { data } = await read(marked("val", "train", "train", "val", "train"));
  assertEquals([[...data.labels], data.trainRows, data.validationRows], [
    [1, 0, 0, 0, 1],
    3,
    undefined,
  ]);
  const { data: untrained } = await read(marked("test", "test", "test"));
  assertEquals([untrained.labels.length, untrained.publishedSplit], [3, false]);
  await assertRejects(
    () =>
      read(marked("test", "train", "test").with(3, marked("", "", "test")[3].replace(/^0/, "nan"))),
    DataError,
    "line 4, column 1 must be a label",
  );
});

test("readCsv() takes no column with more than 62 different numbers for labels by its values", async () => {
  const many = Array.from(
    { length: 140 },
    (_, i) => [i % 70, ...Array(15).fill(i % 200), 0].join(),
  );
  await assertRejects(() => read(many), DataError, "ambiguous: give `label` first or last");
  assertEquals((await read(many, { label: "first" })).data.classes, 70);
});

test("readCsv() refuses to guess between a pixel and a label", async () => {
  const label38 = Array.from({ length: 60 }, (_, i) => i % 2 === 0 ? 3 : 8);
  // Pixels 0 to 16 in the first column look like 17 classes.
  const dark = label38.map((label, i) =>
    [...Array.from({ length: 16 }, (_, pixel) => (i * 5 + pixel * 3) % 17), label].join()
  );
  for (const lines of [dark, rows(label38, "P,L")]) {
    await assertRejects(() => read(lines), DataError, "ambiguous: give `label` first or last");
    assertEquals((await read(lines, { label: "last" })).data.labels[1], 8);
  }
});

test("readCsv() reads the row that pandas made the header", async () => {
  const { data, notices } = await read([
    "5,0,0.1,0.2,255,0.3,255.1,0.4,9,9.1",
    "1,1,2,3,4,5,6,7,8,9",
  ], {
    label: "first",
    width: 3,
  });
  assertEquals([...data.images.subarray(0, 9)], [0, 0, 0, 255, 0, 255, 0, 9, 9]);
  assertEquals([...data.labels], [5, 1]);
  assert(
    notices.some((line) => line.includes("pandas took its first row for names")),
    notices.join(),
  );
  const { data: floats } = await read(
    ["5,0.0,0.0.1,0.25,0.0.2,0.25.1,1.0,0.0.3,0.0.4,1.0.1", "1,1,0,1,0,1,0,1,0,0.5"],
    { label: "first", width: 3 },
  );
  assertEquals([...floats.images.subarray(0, 9)], [0, 0, 64, 0, 64, 255, 0, 0, 255]);
});

test("readCsv() reads one-hot labels, with and without a header", async () => {
  const pixels = Array.from({ length: 16 }, (_, i) => `p${i}`).join();
  const hot = ["0,1,0", "0,0,1", "1,0,0", "0,1,0"];
  const bodies = rows(hot, "P,L");
  const cases: [string[], number[], string[]?][] = [
    [[`${pixels},label_0,label_1,label_2`, ...bodies], [1, 2, 0, 1]],
    [[`${pixels},kind_cat,kind_dog,kind_ant`, ...bodies], [2, 0, 1, 2], ["ant", "cat", "dog"]],
    [[`${pixels},0,1,2`.replaceAll("p", ""), ...bodies].slice(1), [1, 2, 0, 1]],
    [rows(hot, "L,P"), [1, 2, 0, 1]],
    [[`${pixels},a_0,a_1,a_2`, ...rows(["False,True,False", "True,False,False"], "P,L")], [1, 0]],
  ];
  for (const [lines, labels, classNames] of cases) {
    const { data, notices } = await read(lines);
    assertEquals(
      [[...data.labels], data.classNames, data.width],
      [labels, classNames, 4],
      lines[0],
    );
    assert(notices.some((line) => line.includes("one-hot label of 3 classes")), notices.join());
  }
  const { data } = await read([`${pixels},is_cat,is_dog`, ...rows(["0,1", "1,0", "0,1"], "P,L")]);
  assertEquals([[...data.labels], data.classNames], [[1, 0, 1], ["cat", "dog"]]);
  await assertRejects(
    () => read([`${pixels},label_0,label_1,label_2`, ...bodies, ...rows(["1,1,0"], "P,L")]),
    DataError,
    "line 6: exactly one of the columns 17 to 19 must be 1",
  );
});

test("readCsv() reads all pixels from one column, and what each row is for from another", async () => {
  const packed = (label: number, value: number, use: string) =>
    `${label},${`${value} `.repeat(16).trim()},${use}`;
  const { data } = await read([
    "emotion,pixels,Usage",
    packed(0, 10, "PrivateTest"),
    packed(1, 20, "Training"),
    packed(0, 30, "PublicTest"),
    packed(2, 240, "Training"),
  ]);
  assertEquals([...data.labels], [1, 2, 0, 0]);
  assertEquals([0, 16, 32, 48].map((at) => data.images[at]), [20, 240, 30, 10]);
  assertEquals([data.trainRows, data.validationRows, data.hasNamedTest], [3, 1, true]);
  const { data: bracketed } = await read([
    "label,image",
    `1,"[${Array(16).fill(7).join(", ")}]"`,
    `0,"[${Array(16).fill(9).join(", ")}]"`,
  ]);
  assertEquals([bracketed.images[0], bracketed.images[16]], [7, 9]);
  await assertRejects(
    () => read(["label,pixels,split", packed(0, 1, "train"), packed(1, 2, "maybe")]),
    DataError,
    "line 3, column 18 must say what the row is for",
  );
});

test("readCsv() skips comments, but not a header after a mark", async () => {
  const header = `label,${Array.from({ length: 16 }, (_, i) => `p${i}`).join()}`;
  const body = rows([3, 1, 2]);
  for (
    const lines of [
      ["# made by a script, in 2026", header, ...body],
      ["# made by a script", ...body],
      ["% made by MATLAB", ...body],
      [`# ${header}`, ...body],
      ["# one", "", "# two", header, body[0], "# three", ...body.slice(1)],
    ]
  ) {
    const { data } = await read(lines);
    assertEquals([[...data.labels], data.width], [[3, 1, 2], 4], lines[0]);
  }
});

test("readCsv() rejects color images, and names their size", async () => {
  const wide = (columns: number) =>
    [0, 1].map((label) => [label, ...Array(columns).fill(9)].join());
  for (const [columns, options] of [[192, {}], [192, { width: 8 }], [256, { width: 8 }]] as const) {
    await assertRejects(
      () => read(wide(columns), { label: "first", ...options }),
      DataError,
      `its ${columns} pixels per row seem to be ${columns / 64} colors of 8 x 8`,
    );
  }
  assertEquals((await read(wide(192), { label: "first", width: 12 })).data.height, 16);
});

test("readCsv() never reads text that is not UTF-8 as labels", async () => {
  const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  const body = rows(["sept", "d\xe9s", "sept"]).join("\n");
  await assertRejects(() => read(latin1(body)), DataError, "it is not UTF-8 text");
  const utf8 = new TextEncoder().encode(body);
  assertEquals((await read(utf8)).data.classNames, ["d\xe9s", "sept"]);
  const utf16 = new Uint8Array(Uint16Array.from(body, (letter) => letter.charCodeAt(0)).buffer);
  assertEquals((await read(utf16)).data.classNames, ["d\xe9s", "sept"]);
});

test("readCsv() reads several gzip files one after the other", async () => {
  const [first, ...others] = rows([3, 1, 2]).map((row) => new TextEncoder().encode(`${row}\n`));
  const bytes = new Uint8Array([...gzip(first), ...others.flatMap((part) => [...gzip(part)])]);
  assertEquals([...(await read(bytes)).data.labels], [3, 1, 2]);
});

test("readCsv() reads LIBSVM's format", async () => {
  const { data } = await read(["+1 2:0.5 16:1", "0 1:0.25 # a comment", "", "1"].concat("0 3:1"));
  assertEquals([[...data.labels], data.width], [[1, 0, 1, 0], 4]);
  assertEquals([...data.images.subarray(0, 3), data.images[15], data.images[16]], [
    0,
    128,
    0,
    255,
    64,
  ]);
  const single = await read(["-1 1:9 4:255", "1 2:200"].map((line) => line.replace("-1", "2")));
  assertEquals([[...single.data.labels], single.data.width], [[2, 1], 2]);
  await assertRejects(() => read(["1 1:2 2:3", "0 5:x 4:1"]), DataError, "line 2");
});

test("readCsv() ignores columns whose names are unlike the pixels' names, and says so", async () => {
  const names = Array.from({ length: 16 }, (_, i) => `pixel${i}`).join();
  const body = rows([3, 1, 2], "L,7,P,bob");
  const { data, notices } = await read([`digit,age,${names},writer`, ...body]);
  assertEquals([[...data.labels], data.width, data.images[0]], [[3, 1, 2], 4, 0]);
  assert(notices.some((line) => line.endsWith("are ignored: age, writer")), notices.join());
});

test("readCsv() rejects a header that lacks the name of a column that holds no row names", async () => {
  const names = Array.from({ length: 16 }, (_, i) => `pixel${i}`).join();
  const body = rows([3, 1, 2], "L,P,9");
  await assertRejects(
    () => read([`label,${names}`, ...body]),
    DataError,
    "its header has 17 fields, but its first row 18",
  );
});
