import { assertEquals, assertThrows } from "@std/assert";
import { ModelError } from "../../lib/model/errors.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lib/model/safetensors.ts";
import files from "../golden/model_files.json" with { type: "json" };
import { assertMentions } from "../mentions.ts";

/** Encodes a file with the given header, valid or not, and a number of data bytes. */
function fileOf(header: unknown, dataBytes: number): Uint8Array<ArrayBuffer> {
  const json = new TextEncoder().encode(
    typeof header === "string" ? header : JSON.stringify(header),
  );
  const bytes = new Uint8Array(8 + json.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(json.length), true);
  bytes.set(json, 8);
  return bytes;
}

const PAIR = { dtype: "F32", shape: [2], data_offsets: [0, 8] };

const THREE = {
  tensors: new Map([
    ["matrix", { shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) }],
    ["key", { shape: [2], data: Uint32Array.of(7, 2 ** 32 - 1) }],
    ["empty", { shape: [0, 4], data: new Float32Array(0) }],
  ]),
  metadata: { dataset: "mnist" },
};

Deno.test("decodeSafetensors() reads a file of Python's safetensors", () => {
  assertEquals(decodeSafetensors(Uint8Array.fromBase64(files["three.safetensors"])), THREE);
});

Deno.test("decodeSafetensors() returns the tensors in the order of their data, whatever the header's", () => {
  const second = { dtype: "F32", shape: [1], data_offsets: [8, 12] };
  const empty = { dtype: "F32", shape: [0], data_offsets: [8, 8] };
  const { tensors } = decodeSafetensors(fileOf({ second, empty, first: PAIR }, 12));
  assertEquals([...tensors.keys()], ["first", "empty", "second"]);
});

Deno.test("decodeSafetensors() reads back what encodeSafetensors() wrote, at any offset in memory", () => {
  const file = encodeSafetensors(THREE);
  const shifted = new Uint8Array(file.length + 1);
  shifted.set(file, 1);
  assertEquals(decodeSafetensors(shifted.subarray(1)), THREE);
});

Deno.test("encodeSafetensors() aligns the numbers to 8 bytes for headers of any length", () => {
  for (let length = 1; length <= 16; length++) {
    const file = encodeSafetensors({ tensors: new Map(), metadata: { name: "x".repeat(length) } });
    assertEquals(file.length % 8, 0, `with ${length} letters of metadata`);
    assertEquals(decodeSafetensors(file).metadata.name.length, length);
  }
});

Deno.test("encodeSafetensors() rejects a shape that does not match the data", () => {
  assertThrows(
    () =>
      encodeSafetensors({
        tensors: new Map([["w0", { shape: [2, 3], data: new Float32Array(5) }]]),
        metadata: {},
      }),
    TypeError,
    "Cannot store w0 as its data must have 6 elements for shape [2,3]: current value is 5",
  );
});

const corrupt: [string, Uint8Array, (string | number)[]][] = [
  ["of 7 bytes", new Uint8Array(7), [8, 7]],
  ["whose header is longer than the file", fileOf("{}", 0).with(0, 3), ["header", 2, 3]],
  [
    "whose header is longer than any file",
    new Uint8Array(16).fill(255),
    ["header", 8, "18446744073709552000"],
  ],
  ["whose header is not JSON", fileOf("{oops", 0), ["header", "JSON"]],
  ["whose header is not UTF-8", fileOf("{}", 0).with(9, 255), ["header", "JSON"]],
  ["whose header is a list", fileOf([], 0), ["header", "object"]],
  [
    "with a number in its metadata",
    fileOf({ __metadata__: { seed: 1 } }, 0),
    ["seed", "string", 1],
  ],
  ["with a tensor that is not an object", fileOf({ w: 5 }, 0), ["w", "object", 5]],
  [
    "of whole numbers",
    fileOf({ w: { ...PAIR, dtype: "I64" } }, 8),
    ["w", "F64", "F32", "F16", "BF16", "U32", "I64"],
  ],
  [
    "whose element type is the name of an inherited property",
    fileOf({ w: { ...PAIR, dtype: "toString" } }, 8),
    ["w", "F32", "toString"],
  ],
  ["with a negative size", fileOf({ w: { ...PAIR, shape: [-2] } }, 8), ["w", "shape", "[-2]"]],
  ["without offsets", fileOf({ w: { dtype: "F32", shape: [2] } }, 8), ["w", "data_offsets"]],
  [
    "with a tensor that takes fewer bytes than its shape says",
    fileOf({ w: { ...PAIR, shape: [3] } }, 8),
    ["w", 12, "[3]", 8],
  ],
  [
    "with a tensor that ends before it begins",
    fileOf({ w: { ...PAIR, data_offsets: [8, 0] } }, 8),
    ["w", 8, "[2]", -8],
  ],
  ["that is truncated", fileOf({ w: PAIR }, 7), ["w", 7, 8]],
  ["with trailing bytes", fileOf({ w: PAIR }, 9), [9, 8]],
  ["with two tensors in the same place", fileOf({ v: PAIR, w: PAIR }, 8), ["w", 8, 0]],
  [
    "with a gap between two tensors",
    fileOf({ v: PAIR, w: { ...PAIR, data_offsets: [12, 20] } }, 20),
    ["w", 8, 12],
  ],
];

for (const [what, bytes, words] of corrupt) {
  Deno.test(`decodeSafetensors() rejects a file ${what}`, () => {
    const { message } = assertThrows(() => decodeSafetensors(bytes), ModelError);
    assertMentions(message, words);
  });
}

Deno.test("decodeSafetensors() rejects a file truncated at any length with a ModelError", () => {
  const file = encodeSafetensors(THREE);
  for (let length = 0; length < file.length; length++) {
    assertThrows(() => decodeSafetensors(file.slice(0, length)), ModelError, "Cannot read");
  }
});
