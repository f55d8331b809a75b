/**
 * Returns the number of processor cores, or 1 where it is unknown: Node.js before version 21 has no
 * `navigator`, and browsers that hide the number leave it undefined.
 */
export function coreCount(): number {
  return globalThis.navigator?.hardwareConcurrency ?? 1;
}
