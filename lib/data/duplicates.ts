/** Finds test images that are training images too. */
import type { Dataset, Split } from "./dataset.ts";

const MULTIPLIER = 0x9e3779b1;

/**
 * Counts the test rows whose image equals that of a training or validation row, byte by byte. Takes
 * less than 0.1 s for 70,000 images of 28 x 28.
 *
 * @returns The number of such test rows
 */
export function trainedTestRows(data: Dataset, { train, validation, test }: Split): number {
  const words = rowWords(data);
  const width = words.length / data.labels.length;
  const hashOf = (row: number) => {
    const end = (row + 1) * width;
    // Four independent products at a time keep the processor busy.
    let [a, b, c, d] = [1, 2, 3, 4];
    let i = row * width;
    for (; i + 3 < end; i += 4) {
      a = Math.imul(a ^ words[i], MULTIPLIER);
      b = Math.imul(b ^ words[i + 1], MULTIPLIER);
      c = Math.imul(c ^ words[i + 2], MULTIPLIER);
      d = Math.imul(d ^ words[i + 3], MULTIPLIER);
    }
    for (; i < end; i++) a = Math.imul(a ^ words[i], MULTIPLIER);
    // The high bits of a product depend on all bits of its factors, the low ones do not.
    const hash = a ^ (b >>> 7 | b << 25) ^ (c >>> 14 | c << 18) ^ (d >>> 21 | d << 11);
    return (hash ^ hash >>> 15) >>> 0;
  };
  const areEqual = (row: number, other: number) => {
    for (let i = 0; i < width; i++) {
      if (words[row * width + i] !== words[other * width + i]) return false;
    }
    return true;
  };
  // An open hash table of training rows plus 1, at most half full, and their hashes.
  const mask = 2 ** Math.ceil(Math.log2(2 * (train.length + validation.length) + 2)) - 1;
  const table = new Uint32Array(mask + 1);
  const hashes = new Uint32Array(mask + 1);
  /** Returns the slot of an equal row, or the free one for this row. */
  const slotOf = (row: number, hash: number) => {
    let slot = hash & mask;
    while (table[slot] !== 0) {
      if (hashes[slot] === hash && areEqual(table[slot] - 1, row)) break;
      slot = slot + 1 & mask;
    }
    return slot;
  };
  for (const rows of [train, validation]) {
    for (const row of rows) {
      const hash = hashOf(row);
      const slot = slotOf(row, hash);
      table[slot] = row + 1;
      hashes[slot] = hash;
    }
  }
  let count = 0;
  for (const row of test) if (table[slotOf(row, hashOf(row))] !== 0) count++;
  return count;
}

/** Views the images four bytes at a time, if rows begin at multiples of four. */
function rowWords({ images, labels }: Dataset): Uint8Array | Uint32Array {
  const width = images.length / labels.length;
  return width % 4 === 0 && images.byteOffset % 4 === 0
    ? new Uint32Array(images.buffer, images.byteOffset, images.length / 4)
    : images;
}
