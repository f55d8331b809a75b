/** Reads the golden files of random numbers. */
import { createHash } from "node:crypto";

/** Returns the SHA-256 of an array's bytes in hexadecimal. */
export function sha256(array: Uint8Array | Uint32Array | Float32Array): string {
  return createHash("sha256").update(array).digest("hex");
}

/** Decodes uint32 values from base64. */
export function words(base64: string): Uint32Array<ArrayBuffer> {
  return new Uint32Array(Uint8Array.fromBase64(base64).buffer);
}

/** Decodes float32 values from base64. */
export function floats(base64: string): Float32Array<ArrayBuffer> {
  return new Float32Array(Uint8Array.fromBase64(base64).buffer);
}

/** Returns the largest difference of two arrays' elements in units in the last place (ulp). */
export function largestUlpDifference(actual: Float32Array, expected: Float32Array): number {
  if (actual.length !== expected.length) return Infinity;
  const [a, b] = [actual, expected].map((array) => new Int32Array(array.slice().buffer));
  // The bits of negative numbers increase away from zero. Reverse them, so that neighbors differ by 1.
  const order = (bits: number) => bits < 0 ? -(bits & 0x7fffffff) : bits;
  return a.reduce((largest, bits, i) => Math.max(largest, Math.abs(order(bits) - order(b[i]))), 0);
}
