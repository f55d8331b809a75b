/** Brings rows into the processor's caches before they are needed: rows drawn at random are rarely there. */
import { control, images, inputs } from "./memory";

/** Where the result goes, so that the compiler keeps the loads; nothing reads it. */
const TOUCHED: usize = 60;

/**
 * Loads a byte of every cache line of some rows: the processor fetches lines that do not wait for each
 * other at the same time.
 *
 * @param rows Address of their numbers, u32 (count)
 */
export function touchRows(rows: usize, count: u32): void {
  let touched: u32 = 0;
  for (const end = rows + 4 * count; rows < end; rows += 4) {
    const image = images + load<u32>(rows) * inputs;
    for (let at: u32 = 0; at < inputs; at += 64) touched |= load<u8>(image + at);
  }
  store<u32>(control, touched, TOUCHED);
}
