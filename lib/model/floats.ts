/** Converts floating-point numbers in files of other programs to 32-bit floats. */

/** The sizes of the supported floating-point types in bytes, by safetensors' names. */
export const FLOAT_BYTES = { F64: 8, F32: 4, F16: 2, BF16: 2 } as const;

/** A type of floating-point number. */
export type FloatType = keyof typeof FLOAT_BYTES;

/**
 * Converts numbers to 32-bit floats. 64-bit numbers are rounded.
 *
 * @param bytes The numbers, without gaps
 * @returns The same numbers as 32-bit floats
 */
export function toFloats(
  bytes: Uint8Array,
  type: FloatType,
  littleEndian: boolean,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const size = FLOAT_BYTES[type];
  const read: Record<FloatType, (at: number) => number> = {
    F64: (at) => view.getFloat64(at, littleEndian),
    F32: (at) => view.getFloat32(at, littleEndian),
    F16: (at) => half(view.getUint16(at, littleEndian)),
    BF16: (at) => float32(view.getUint16(at, littleEndian) << 16),
  };
  const number = read[type];
  const floats = new Float32Array(bytes.length / size);
  for (let i = 0; i < floats.length; i++) floats[i] = number(i * size);
  return floats;
}

const word = new DataView(new ArrayBuffer(4));

/** Returns the 32-bit float with the given bits. */
function float32(bits: number): number {
  word.setInt32(0, bits);
  return word.getFloat32(0);
}

/** Returns the value of an IEEE 754 binary16: 1 sign bit, 5 exponent bits, 10 fraction bits. */
function half(bits: number): number {
  const sign = bits >> 15 === 1 ? -1 : 1;
  const [exponent, fraction] = [bits >> 10 & 31, bits & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction : 1024 + fraction) * 2 ** (Math.max(exponent, 1) - 25);
}
