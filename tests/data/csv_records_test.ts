import { assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../lib/data/errors.ts";
import { test } from "../requirements.ts";
import { IMAGES, LABELS, readCsv, readText, ROWS } from "./csv_files.ts";
import { gzip } from "./idx_files.ts";

test("readCsv() reads common separators, quotation marks, encodings and gzip", async () => {
  const named = ["label,a,b,c,d", ...ROWS];
  const comma = named.join("\n");
  const utf16 = (text: string, isLittleEndian: boolean) => {
    const bytes = new Uint8Array(2 * text.length);
    const view = new DataView(bytes.buffer);
    for (let i = 0; i < text.length; i++) view.setUint16(2 * i, text.charCodeAt(i), isLittleEndian);
    return bytes;
  };
  const contents: (string | Uint8Array<ArrayBuffer>)[] = [
    ...[";", "\t", "|", " "].map((mark) => comma.replaceAll(",", mark)),
    "label,a,b,c,d\n" + ROWS.join("\n").replaceAll(",", ";"),
    "sep=;\r\n" + comma.replaceAll(",", ";"),
    comma.replaceAll(/[^,\n]+/g, '"$&"'),
    named.join("\r"),
    "\uFEFF" + comma,
    ...[comma, "\uFEFF" + comma].flatMap((text) => [utf16(text, true), utf16(text, false)]),
    gzip(new TextEncoder().encode(comma)),
  ];
  for (const content of contents) {
    const data = await readText(content);
    assertEquals([data.labels, data.images], [LABELS, IMAGES], String(content));
  }
});

test("readCsv() takes no file for text because some of its bytes are zero", async () => {
  for (const start of [[1, 2, 0, 3], [1, 0, 0, 2], [0, 0, 1, 0], [0, 1, 2, 3], [1, 0, 2, 3]]) {
    const bytes = Uint8Array.from([...start, ...new TextEncoder().encode(ROWS.join("\n"))]);
    await assertRejects(() => readText(bytes), DataError, "not text");
  }
});

test("readCsv() rejects a file that does not exist", async () => {
  await assertRejects(
    () => readCsv("/nowhere/digits.csv"),
    DataError,
    "/nowhere/digits.csv",
  );
});

test("readCsv() stops decompressing a file that is too large for images", async () => {
  const line = new TextEncoder().encode("1," + "0".repeat(1567) + "\n");
  const bytes = new Uint8Array(line.length * 12_000);
  for (let at = 0; at < bytes.length; at += line.length) bytes.set(line, at);
  await assertRejects(
    () => readText(gzip(bytes)),
    DataError,
    "more than 16777216 bytes",
  );
  await assertRejects(
    () => readText("0".repeat(17 * 2 ** 20)),
    DataError,
    "line 1: a line must be at most 16777216",
  );
  const cut = gzip(new TextEncoder().encode(ROWS.join("\n"))).slice(0, -9);
  await assertRejects(() => readText(cut), DataError, "it cannot be decompressed: ");
});
