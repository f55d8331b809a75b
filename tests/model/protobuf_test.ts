import { assertEquals } from "@std/assert";
import { message } from "../../lib/model/protobuf.ts";

Deno.test("message() writes seven bits of a number per byte, lowest first", () => {
  const examples: [number, number[]][] = [
    [0, [0]],
    [127, [0x7f]],
    [128, [0x80, 0x01]],
    [129, [0x81, 0x01]],
    [16_383, [0xff, 0x7f]],
    [16_384, [0x80, 0x80, 0x01]],
    [2 ** 40 + 1, [0x81, 0x80, 0x80, 0x80, 0x80, 0x20]],
  ];
  for (const [value, bytes] of examples) {
    assertEquals([...message([1, value])], [0x08, ...bytes], `${value}`);
  }
});

Deno.test("message() writes the length before text and bytes, also one of 128", () => {
  const bytes = new Uint8Array(128).fill(7);
  assertEquals([...message([2, bytes])], [0x12, 0x80, 0x01, ...bytes]);
  assertEquals([...message([2, "é"], [2, ""])], [0x12, 2, 0xc3, 0xa9, 0x12, 0]);
});
