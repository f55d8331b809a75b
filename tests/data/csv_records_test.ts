import { assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../lib/data/errors.ts";
import { test } from "../requirements.ts";
import { IMAGES, LABELS, readCsv, readText, ROWS } from "./csv_files.ts";
import { gzip } from "./idx_files.ts";

test("readCsv() reads common separators, quotation marks, encodings and gzip", async () => {
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
    const data = await readText(content);
    assertEquals([data.labels, data.images], [LABELS, IMAGES], String(content));
  }
});

test("readCsv() rejects a file that does not exist", async () => {
  await assertRejects(
    () => readCsv("/nowhere/digits.csv"),
    DataError,
    "Cannot read /nowhere/digits.csv as a CSV file of images: there is no such file",
  );
});

test("readCsv() stops decompressing a file that is too large for images", async () => {
  const line = new TextEncoder().encode("1" + ",0".repeat(784) + "\n");
  const bytes = new Uint8Array(line.length * 12_000);
  for (let at = 0; at < bytes.length; at += line.length) bytes.set(line, at);
  await assertRejects(
    () => readText(gzip(bytes)),
    DataError,
    "it decompresses to more than 16777216 bytes, too many for images",
  );
  await assertRejects(
    () => readText("0".repeat(17 * 2 ** 20)),
    DataError,
    "line 1: a line must be at most 16777216 characters long: it is longer",
  );
  const cut = gzip(new TextEncoder().encode(ROWS.join("\n"))).slice(0, -9);
  await assertRejects(() => readText(cut), DataError, "it cannot be decompressed: ");
});
