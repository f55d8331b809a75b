import { assertEquals, assertRejects } from "@std/assert";
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
    const sizes = [...word(0, 4), ...word(content.length, 4), ...word(content.length, 4)];
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
