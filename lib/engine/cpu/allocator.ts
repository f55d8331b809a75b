/** Addresses in the WebAssembly memory. */

/** Allocates consecutive addresses, aligned to cache lines. */
export class Allocator {
  bytes = 0;

  take(bytes: number): number {
    const address = this.bytes;
    this.bytes += roundUp(bytes, 64);
    return address;
  }
}

/** Returns the next multiple of a number. */
export function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}
