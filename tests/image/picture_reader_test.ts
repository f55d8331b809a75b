import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { Picture } from "../../lib/image/decode.ts";
import { type PictureNet, pictureReader } from "../../lib/image/picture_reader.ts";

/** Returns a net of images of the given size, trained on the given data. */
function net(inputs: number, data: Record<string, unknown> = {}): PictureNet {
  return { architecture: { inputs }, run: { dataset: "x", data } };
}

/** Returns a gray picture. */
function gray(row: ArrayLike<number>, width: number): Picture {
  const pixels = Uint8Array.from(
    { length: 4 * row.length },
    (_, i) => i % 4 < 3 ? row[i >> 2] : 255,
  );
  return { width, height: row.length / width, pixels };
}

const CLOTHES = { classNames: ["shirt", "shoe"] };

Deno.test("pictureReader() takes pictures as they are for nets that are not of 28 x 28 digits", () => {
  const row = Uint8Array.from({ length: 784 }, (_, i) => i % 251);
  assertEquals(pictureReader(net(784, CLOTHES), {}).read(gray(row, 28)), row);
  const fashion = { ...net(784), run: { dataset: "fashion" } };
  assertEquals(pictureReader(fashion, {}).read(gray(row, 28)), row);
  const small = pictureReader(net(4), {});
  assertEquals(small.way, "as-is");
  const quarters = gray([1, 3, 50, 50, 1, 3, 50, 50, 8, 8, 9, 9, 8, 8, 9, 9], 4);
  assertEquals(small.read(quarters), Uint8Array.of(2, 50, 8, 9));
  const wide = pictureReader(net(8, { width: 4 }), {});
  assertEquals([wide.width, wide.height], [4, 2]);
});

Deno.test("pictureReader() exchanges dark and bright where the net's data or the user say it", () => {
  const inverted = net(4, { pixels: { inverted: true, brightBackground: 0 } });
  const picture = gray([0, 1, 2, 255], 2);
  assertEquals(pictureReader(inverted, {}).read(picture), Uint8Array.of(255, 254, 253, 0));
  assertEquals(pictureReader(net(4), { invert: true }).read(picture)[3], 0);
  assertEquals(pictureReader(net(4), {}).read(picture)[3], 255);
});

Deno.test("pictureReader() finds the digit for nets of digits, but not in MNIST's own images", () => {
  const reader = pictureReader(net(784), {});
  // A stroke in a corner is moved to the middle, the same stroke in the middle stays.
  const at = (left: number, top: number) => {
    const row = new Uint8Array(784);
    for (let y = top; y < top + 20; y++) row.fill(255, 28 * y + left, 28 * y + left + 3);
    return row;
  };
  const corner = reader.read(gray(at(2, 3), 28));
  assertEquals([reader.way, corner[28 * 14 + 14], corner[28 * 14 + 3]], ["photo", 255, 0]);
  const middle = at(12, 4);
  middle[28 * 14 + 13] = 77;
  assertEquals(reader.read(gray(middle, 28)), middle);
  // Ink at any border is not in MNIST's images, even if its mass is in the middle.
  for (const border of [14, 28 * 27 + 14, 28 * 14, 28 * 14 + 27]) {
    const touching = at(12, 4);
    touching[border] = 255;
    assertNotEquals(reader.read(gray(touching, 28)), touching, `pixel ${border}`);
  }
  assertEquals(pictureReader(net(784), { way: "as-is" }).read(gray(at(2, 3), 28)), at(2, 3));
  // A net of dark ink on white paper sees the digit so.
  const paper = net(784, { pixels: { inverted: false, brightBackground: 1 } });
  const dark = pictureReader(paper, {}).read(gray(at(2, 3), 28));
  assertEquals([dark[28 * 14 + 14], dark[28 * 14 + 3]], [0, 255]);
});

Deno.test("pictureReader() needs a size that fits the net", () => {
  assertThrows(() => pictureReader(net(8), {}), RangeError, "must divide its 8 pixels");
  assertThrows(() => pictureReader(net(4), { way: "photo" }), RangeError, "28 x 28");
});
