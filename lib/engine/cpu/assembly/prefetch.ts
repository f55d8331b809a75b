/**
 * Loads images into the processor's cache before they are needed. A step's rows are random, so they
 * are rarely in the cache, and its kernels would wait for each of them in turn.
 */
import { control, images, inputs } from "./memory";

/**
 * Offset in `control` at which the result is stored. Nothing reads it; it keeps the compiler from
 * dropping the loads.
 */
const PREFETCHED: usize = 60;

/**
 * Loads one byte of each cache line (64 bytes) of some images. No load depends on another, so the
 * processor fetches many lines at the same time.
 *
 * @param rows Address of the row numbers, u32 (count)
 */
export function prefetchRows(rows: usize, count: u32): void {
  let bytes: u32 = 0;
  for (const end = rows + 4 * count; rows < end; rows += 4) {
    const image = images + load<u32>(rows) * inputs;
    for (let at: u32 = 0; at < inputs; at += 64) bytes |= load<u8>(image + at);
  }
  store<u32>(control, bytes, PREFETCHED);
}
