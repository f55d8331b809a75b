import process from "node:process";
import { crc32 } from "node:zlib";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { zipSync } from "fflate";
import { NpzError, openNpz } from "../../lib/files/npz.ts";

const encoder = new TextEncoder();

/** Encodes an array of three bytes as a .npy file of a version of the format. */
function npy(version: 1 | 2): Uint8Array<ArrayBuffer> {
  // Padded beyond what two bytes can count, which is what version 2 is for.
  const padding = " ".repeat(version === 1 ? 10 : 70_000);
  const text = `{'descr': '|u1', 'fortran_order': False, 'shape': (3,), }${padding}\n`;
  const header = encoder.encode(text);
  const start = new Uint8Array(version === 1 ? 10 : 12);
  start.set([0x93, ...encoder.encode("NUMPY"), version, 0]);
  const view = new DataView(start.buffer);
  if (version === 1) view.setUint16(8, header.length, true);
  else view.setUint32(8, header.length, true);
  return new Uint8Array([...start, ...header, 7, 8, 9]);
}

/**
 * Encodes a ZIP archive without compression; each entry of its directory has extra fields and a
 * comment, as some programs write them.
 */
function zip(
  files: Record<string, Uint8Array>,
  { extra = 0, comment = 0 } = {},
): Uint8Array<ArrayBuffer> {
  const bytes: number[] = [];
  const directory: number[] = [];
  const word = (value: number, size: 2 | 4) =>
    Array.from({ length: size }, (_, i) => value >>> 8 * i & 255);
  for (const [name, content] of Object.entries(files)) {
    const encoded = [...encoder.encode(name)];
    const sizes = [
      ...word(crc32(content), 4),
      ...word(content.length, 4),
      ...word(content.length, 4),
    ];
    const times = [...word(0, 2), ...word(0, 2), ...word(0, 2), ...word(0, 2)];
    const lengths = [...word(encoded.length, 2), ...word(extra, 2)];
    directory.push(...[0x50, 0x4b, 1, 2], ...word(20, 2), ...word(20, 2), ...times, ...sizes);
    directory.push(...lengths, ...word(comment, 2), ...word(0, 2), ...word(0, 2), ...word(0, 4));
    directory.push(...word(bytes.length, 4), ...encoded, ...Array(extra + comment).fill(1));
    bytes.push(...[0x50, 0x4b, 3, 4], ...word(20, 2), ...times, ...sizes, ...lengths);
    bytes.push(...encoded, ...Array(extra).fill(1));
    for (const byte of content) bytes.push(byte);
  }
  const count = word(Object.keys(files).length, 2);
  const end = [...[0x50, 0x4b, 5, 6], ...word(0, 2), ...word(0, 2), ...count, ...count];
  end.push(...word(directory.length, 4), ...word(bytes.length, 4), ...word(0, 2));
  return Uint8Array.from([...bytes, ...directory, ...end]);
}

async function contents(archive: Uint8Array<ArrayBuffer>): Promise<unknown> {
  const arrays = await openNpz(new Blob([archive]));
  return await Promise.all(arrays.map(async (array) => [array.shape, [...await array.read()]]));
}

Deno.test("openNpz() reads version 2 of the format, whose headers may be longer", async () => {
  for (const version of [1, 2] as const) {
    assertEquals(await contents(zip({ "x.npy": npy(version) })), [[[3], [7, 8, 9]]]);
  }
});

Deno.test("openNpz() passes over extra fields and comments of the archive's entries", async () => {
  for (const sizes of [{ extra: 5 }, { comment: 300 }, { extra: 258, comment: 3 }]) {
    const archive = zip(
      { "x.npy": npy(1), "note.txt": encoder.encode("hi"), "y.npy": npy(1) },
      sizes,
    );
    assertEquals(await contents(archive), [[[3], [7, 8, 9]], [[3], [7, 8, 9]]]);
  }
});

Deno.test("openNpz() rejects an archive that is cut off, or whose directory lacks entries", async () => {
  const archive = zip({ "x.npy": npy(1) });
  for (const length of [0, 10, archive.length - 40, archive.length - 1]) {
    await assertRejects(() => openNpz(new Blob([archive.slice(0, length)])), NpzError);
  }
  const two = archive.slice();
  new DataView(two.buffer).setUint16(two.length - 12, 2, true);
  await assertRejects(() => openNpz(new Blob([two])), NpzError);
});

Deno.test("openNpz() reads sizes and offsets of 64 bits", async () => {
  const archive = zip({ "x.npy": npy(1), "y.npy": npy(1) }, { extra: 28 });
  const view = new DataView(archive.buffer);
  const end = archive.length - 22;
  let at = view.getUint32(end + 16, true);
  for (let entry = 0; entry < 2; entry++) {
    const extra = at + 46 + "x.npy".length;
    view.setUint16(extra, 1, true);
    view.setUint16(extra + 2, 24, true);
    for (const [i, field] of [24, 20, 42].entries()) { // size, compressed size, offset
      view.setBigUint64(extra + 4 + 8 * i, BigInt(view.getUint32(at + field, true)), true);
      view.setUint32(at + field, 2 ** 32 - 1, true);
    }
    at = extra + 28;
  }
  // The directory's end is preceded by a record of 56 bytes and its locator of 20.
  const record = new DataView(new ArrayBuffer(76));
  record.setUint32(0, 0x06064b50, true);
  record.setBigUint64(32, 2n, true);
  record.setBigUint64(48, BigInt(view.getUint32(end + 16, true)), true);
  record.setUint32(56, 0x07064b50, true);
  record.setBigUint64(64, BigInt(end), true);
  view.setUint32(end + 16, 2 ** 32 - 1, true);
  const long = new Blob([archive.slice(0, end), record.buffer, archive.slice(end)]);
  const arrays = await openNpz(long);
  assertEquals(await Promise.all(arrays.map(async (array) => [...await array.read()])), [
    [7, 8, 9],
    [7, 8, 9],
  ]);
});

Deno.test("open() reads an array in parts, and rejects one that is shorter or longer than it says", async () => {
  const plain = npy(1);
  const packed = zipSync({ "x.npy": plain }, { level: 9 });
  for (const archive of [zip({ "x.npy": plain }), packed]) {
    const [array] = await openNpz(new Blob([archive as Uint8Array<ArrayBuffer>]));
    const items = array.open();
    assertEquals([...await items.take(2)], [7, 8]);
    assertEquals([...await items.take(1)], [9]);
    await items.close();
  }
  const sizeAt = packed.length - 22 - "x.npy".length - 46 + 24;
  for (const change of [-1, 1]) {
    // The header's shape changes with the directory's size.
    const header = String.fromCharCode(...plain).replace("(3,)", `(${3 + change},)`);
    const file = Uint8Array.from(header, (letter) => letter.charCodeAt(0));
    const wrong = zipSync({ "x.npy": file }, { level: 9 });
    new DataView(wrong.buffer).setUint32(
      sizeAt + wrong.length - packed.length,
      plain.length + change,
      true,
    );
    const [array] = await openNpz(new Blob([wrong]));
    await assertRejects(() => array.read(), NpzError, change < 0 ? "larger than" : "smaller than");
  }
});

Deno.test("read() rejects an array of which a bit was lost, with and without Node's checksums", async () => {
  const archive = zip({ "x.npy": npy(1) });
  const original = process.getBuiltinModule;
  for (const isBrowser of [false, true]) {
    try {
      if (isBrowser) process.getBuiltinModule = (() => undefined) as typeof original;
      assertEquals(await contents(archive), [[[3], [7, 8, 9]]]);
      const damaged = archive.slice();
      damaged[archive.indexOf(9, 100)] ^= 1;
      const error = await assertRejects(() => contents(damaged), NpzError, "CRC-32");
      const expected = crc32(npy(1)).toString(16).padStart(8, "0"); // as unzip -v shows it
      assert(error.message.includes(expected), `${expected} in: ${error.message}`);
    } finally {
      process.getBuiltinModule = original;
    }
  }
});
