/**
 * Encodes the part of protobuf's wire format that an ONNX file needs: whole numbers, text, bytes and
 * nested messages.
 *
 * Source: https://protobuf.dev/programming-guides/encoding/
 */

/** A nonnegative number, text, or bytes; a nested message is passed as bytes. */
type FieldValue = number | string | Uint8Array;

/**
 * Encodes a message.
 *
 * @param fields Field numbers and values, in order. Several values with the same number form a
 *   repeated field
 */
export function message(...fields: (readonly [number, FieldValue])[]): Uint8Array<ArrayBuffer> {
  const parts: ArrayLike<number>[] = [];
  for (const [field, value] of fields) {
    if (typeof value === "number") {
      parts.push(varint(field << 3), varint(value));
    } else {
      const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
      parts.push(varint(field << 3 | 2), varint(bytes.length), bytes);
    }
  }
  const result = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let position = 0;
  for (const part of parts) {
    result.set(part, position);
    position += part.length;
  }
  return result;
}

/** Encodes a number with seven bits per byte, lowest first. A set top bit means that more bytes follow. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  for (; value > 127; value = Math.floor(value / 128)) bytes.push(value % 128 | 128);
  return [...bytes, value];
}
