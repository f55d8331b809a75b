/** Converts numbers in files of other programs. */

/** A type of numbers: its size in bytes, and how to read one. */
interface NumberRule {
  bytes: number;
  read(view: DataView, at: number, isLittleEndian: boolean): number;
}

/** The types by NumPy's names without the byte order; `bf16` is bfloat16, for which NumPy has none. */
export const NUMBERS = {
  b1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  u1: { bytes: 1, read: (view, at) => view.getUint8(at) },
  i1: { bytes: 1, read: (view, at) => view.getInt8(at) },
  u2: { bytes: 2, read: (view, at, little) => view.getUint16(at, little) },
  i2: { bytes: 2, read: (view, at, little) => view.getInt16(at, little) },
  u4: { bytes: 4, read: (view, at, little) => view.getUint32(at, little) },
  i4: { bytes: 4, read: (view, at, little) => view.getInt32(at, little) },
  u8: { bytes: 8, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { bytes: 8, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  // Browsers before 2025 have no getFloat16().
  f2: { bytes: 2, read: (view, at, little) => half(view.getUint16(at, little)) },
  f4: { bytes: 4, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { bytes: 8, read: (view, at, little) => view.getFloat64(at, little) },
  bf16: { bytes: 2, read: (view, at, little) => float32(view.getUint16(at, little) << 16) },
} as const satisfies Readonly<Record<string, NumberRule>>;

/** A type of numbers. */
export type NumberType = keyof typeof NUMBERS;

/**
 * Converts numbers to 32-bit floats; those of 64 bits are rounded.
 *
 * @param bytes The numbers, without gaps
 */
export function toFloats(
  bytes: Uint8Array,
  type: NumberType,
  isLittleEndian: boolean,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const { bytes: size, read }: NumberRule = NUMBERS[type];
  const floats = new Float32Array(bytes.length / size);
  for (let i = 0; i < floats.length; i++) floats[i] = read(view, i * size, isLittleEndian);
  return floats;
}

/** Converts an array in which the first index varies fastest to one in which the last does. */
export function byRows<Numbers extends Uint8Array | Float32Array>(
  numbers: Numbers,
  shape: readonly number[],
): Numbers {
  const result = numbers.slice() as Numbers;
  const index = shape.map(() => 0);
  const strides = shape.map((_, axis) => shape.slice(0, axis).reduce((a, b) => a * b, 1));
  for (let i = 0; i < result.length; i++) {
    result[i] = numbers[index.reduce((at, value, axis) => at + value * strides[axis], 0)];
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis] === shape[axis]; axis--) {
      index[axis] = 0;
    }
  }
  return result;
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
