/** How tests read the golden files of random numbers. */
import { createHash } from "node:crypto";

/** The SHA-256 of an array's bytes. */
export function sha256(array: Uint8Array | Uint32Array | Float32Array): string {
  return createHash("sha256").update(array).digest("hex");
}

/** The uint32 values behind a base64 string. */
export function words(base64: string): Uint32Array<ArrayBuffer> {
  return new Uint32Array(Uint8Array.fromBase64(base64).buffer);
}

/** The float32 values behind a base64 string. */
export function floats(base64: string): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint8Array.fromBase64(base64).buffer);
}

/** How many float32 numbers lie between two arrays' elements at most. */
export function largestUlpDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  const [a, b] = [actual, expected].map((array) => new Int32Array(array.slice().buffer));
  // Negative numbers' bits count up away from zero: turn them round, so that neighbors differ by one.
  const order = (bits: number) => bits < 0 ? -(bits & 0x7fffffff) : bits;
  return a.reduce((most, bits, i) => Math.max(most, Math.abs(order(bits) - order(b[i]))), 0);
}
