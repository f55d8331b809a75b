import { assertEquals } from "@std/assert";
import { unzipSync } from "fflate";
import { encodeNpy, encodeNpz } from "../../lib/model/npz.ts";
import files from "../golden/model_files.json" with { type: "json" };

const matrix = { shape: [2, 3], data: Float32Array.of(0, 0.25, 0.5, 0.75, 1, 1.25) };
const vector = { shape: [2], data: Float32Array.of(1.5, -2) };

Deno.test("encodeNpy() writes the same bytes as numpy.save", () => {
  assertEquals(encodeNpy(matrix), Uint8Array.fromBase64(files["matrix.npy"]));
  assertEquals(encodeNpy(vector), Uint8Array.fromBase64(files["vector.npy"]));
});

Deno.test("encodeNpy() writes a part of a larger array", () => {
  const data = Float32Array.of(9, 1.5, -2, 9).subarray(1, 3);
  assertEquals(encodeNpy({ shape: [2], data }), encodeNpy(vector));
});

Deno.test("encodeNpz() stores one .npy file per array, with a fixed date", () => {
  const bytes = encodeNpz(new Map([["w0", matrix], ["b0", vector]]));
  assertEquals(unzipSync(bytes), { "w0.npy": encodeNpy(matrix), "b0.npy": encodeNpy(vector) });
  const firstOfJanuary1980 = 1 << 21 | 1 << 16;
  assertEquals(new DataView(bytes.buffer).getUint32(10, true), firstOfJanuary1980);
});
