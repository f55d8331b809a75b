import { assertEquals } from "@std/assert";
import { toFloats } from "../../lib/files/numbers.ts";

Deno.test("toFloats() converts every kind of binary16: normal, subnormal, zero, infinite, NaN", () => {
  // https://en.wikipedia.org/wiki/Half-precision_floating-point_format#Half_precision_examples
  const examples: [number, number][] = [
    [0x0000, 0],
    [0x8000, -0],
    [0x0001, 2 ** -24],
    [0x03ff, 1023 * 2 ** -24],
    [0x0400, 2 ** -14],
    [0x3555, 1365 * 2 ** -12],
    [0x3c01, 1 + 2 ** -10],
    [0xc000, -2],
    [0x7bff, 65504],
    [0x7c00, Infinity],
    [0xfc00, -Infinity],
    [0x7e00, NaN],
  ];
  for (const littleEndian of [true, false]) {
    const view = new DataView(new ArrayBuffer(2 * examples.length));
    examples.forEach(([bits], i) => view.setUint16(2 * i, bits, littleEndian));
    assertEquals(
      toFloats(new Uint8Array(view.buffer), "f2", littleEndian),
      Float32Array.from(examples, ([, value]) => value),
    );
  }
});

Deno.test("toFloats() reads all types from bytes at any offset", () => {
  const bytes = new Uint8Array(1 + 8);
  const view = new DataView(bytes.buffer, 1);
  view.setFloat64(0, 0.1, true);
  assertEquals(toFloats(bytes.subarray(1), "f8", true), Float32Array.of(0.1));
  view.setFloat32(0, -0.25, false);
  view.setFloat32(4, 3, false);
  assertEquals(toFloats(bytes.subarray(1), "f4", false), Float32Array.of(-0.25, 3));
  // The upper half of a 32-bit float.
  assertEquals(toFloats(Uint8Array.of(0xc0, 0x40), "bf16", false), Float32Array.of(-3));
});
