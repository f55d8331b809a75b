import { assert, assertEquals } from "@std/assert";
import { gzipSync } from "node:zlib";
import { foreignKind } from "../../lib/files/kinds.ts";

const ascii = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));

Deno.test("foreignKind() names common kinds of wrong files, and says what to do", () => {
  const cases: [Uint8Array, RegExp][] = [
    [ascii("version https://git-lfs.github.com/spec/v1\noid sha256:ab12\n"), /LFS .* git lfs pull/],
    [ascii("<!DOCTYPE html>\n<html>"), /a web page: download/],
    [ascii("\n  <html lang=en>"), /a web page/],
    [ascii('\xef\xbb\xbf<?xml version="1.0"?><Error>'), /XML/],
    [ascii("PK\x03\x04\x14\0"), /ZIP archive.*: unpack it/],
    [ascii("PK\x03\x04" + "\0".repeat(26) + "x_test.npy"), /NumPy archive: save it as CSV/],
    [ascii("PK\x03\x04" + "\0".repeat(26) + "[Content_Types].xml"), /Excel workbook: save it/],
    [ascii("\0".repeat(257) + "ustar\0"), /tar archive/],
    [ascii("\0\0\x08\x03\0\0\xea\x60"), /IDX data set: name the folder/],
    [ascii("% 1. Title\n"), /ARFF/],
    [ascii("PAR1\x15\x04"), /Parquet/],
    [ascii("\x93NUMPY\x01\0"), /NumPy/],
    [ascii("\x80\x04\x95"), /pickle/],
    [ascii("\0\0\0\x24ftypheic\0\0\0\0"), /HEIC picture: save it as PNG or JPEG/],
    [ascii("RIFF\x24\0\0\0WEBPVP8 "), /WebP picture: save it as PNG or JPEG/],
    [ascii("GIF89a"), /GIF picture: save it as PNG or JPEG/],
    [ascii("\xff\xd8\xff\xe0"), /JPEG/],
  ];
  for (const [start, words] of cases) {
    const kind = foreignKind(start);
    assert(kind !== undefined && words.test(kind), `${start}: ${kind}`);
  }
});

Deno.test("foreignKind() returns undefined for files that the program reads", () => {
  const own = [
    ascii(""),
    ascii("label,pixel0\n1,2\n"),
    ascii("5,0,0,0"),
    ascii("<1>,2"),
    gzipSync("label"),
    ascii('\x40\0\0\0\0\0\0\0{"w0":{}}'),
  ];
  for (const start of own) assertEquals(foreignKind(start), undefined);
});
