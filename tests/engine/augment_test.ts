import { assert, assertEquals } from "@std/assert";
import {
  augmentImage,
  LARGEST_SHIFT,
  SHIFT_COUNTER,
  shiftOfRow,
} from "../../lib/engine/augment.ts";
import { prngKey, threefry2x32 } from "../../lib/random/threefry.ts";

Deno.test("shiftOfRow() reduces the two words of a threefry block modulo 5", () => {
  for (let position = 0; position < 50; position++) {
    const [x0, x1] = threefry2x32(prngKey(3), SHIFT_COUNTER, position);
    assertEquals(shiftOfRow(prngKey(3), position), { dx: x0 % 5 - 2, dy: x1 % 5 - 2 });
  }
});

Deno.test("shiftOfRow() returns each of the 25 shifts equally often", () => {
  const counts = new Map<string, number>();
  const draws = 25_000;
  for (let i = 0; i < draws; i++) {
    const { dx, dy } = shiftOfRow(prngKey(i % 100), Math.floor(i / 100));
    assert(Math.abs(dx) <= LARGEST_SHIFT && Math.abs(dy) <= LARGEST_SHIFT);
    counts.set(`${dx} ${dy}`, (counts.get(`${dx} ${dy}`) ?? 0) + 1);
  }
  assertEquals(counts.size, 25);
  // The expected count is 1000, and 160 are five standard deviations.
  for (const [shift, count] of counts) assert(Math.abs(count - 1000) < 160, `${shift}: ${count}`);
});

Deno.test("augmentImage() shifts an image by whole pixels, and fills its edges with zeros", () => {
  const [width, height] = [5, 4];
  const image = Uint8Array.from({ length: width * height }, (_, i) => i + 1);
  const key = prngKey(7);
  const seen = new Set<string>();
  for (let position = 0; position < 200; position++) {
    const { dx, dy } = shiftOfRow(key, position);
    seen.add(`${Math.sign(dx)} ${Math.sign(dy)}`);
    const shifted = augmentImage(image, { width, height }, "shift", { key, position });
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++) {
        const [fromX, fromY] = [x - dx, y - dy];
        const isInside = fromX >= 0 && fromX < width && fromY >= 0 && fromY < height;
        const expected = isInside ? 1 + width * fromY + fromX : 0;
        assertEquals(shifted[width * y + x], expected, `(${x}, ${y}) shifted by (${dx}, ${dy})`);
      }
    }
  }
  assertEquals(seen.size, 9, "the shifts must be to all sides");
});
