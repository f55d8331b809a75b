/**
 * Writes NumPy's file formats: one array as .npy; several by name as .npz, a ZIP archive of those.
 *
 * Source: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 */
import { zipSync } from "fflate";
import type { Tensor } from "./safetensors.ts";

/** The header of a .npy file ends at a multiple of this many bytes. */
const ALIGNMENT = 64;
/** Length of the magic string, the version, and the length of the rest of the header. */
const PREFIX_BYTES = 10;

/**
 * Encodes arrays as an .npz file for `numpy.load`. Like `numpy.savez`, it does not compress, since
 * parameters hardly shrink.
 *
 * @returns The bytes; the same input always gives the same bytes
 */
export function encodeNpz(tensors: ReadonlyMap<string, Tensor>): Uint8Array<ArrayBuffer> {
  const files = [...tensors].map(([name, tensor]) => [`${name}.npy`, encodeNpy(tensor)]);
  // The earliest date of the ZIP format (in local time), so that the bytes do not depend on the clock.
  return zipSync(Object.fromEntries(files), { level: 0, mtime: new Date(1980, 0, 1) });
}

/**
 * Encodes one array as a .npy file.
 *
 * @returns The same bytes that `numpy.save` writes
 */
export function encodeNpy({ shape, data }: Tensor): Uint8Array<ArrayBuffer> {
  const type = data instanceof Float32Array ? "<f4" : "<u4";
  // Python writes a tuple of one element with a comma: (2,).
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(", ")})`;
  const header = `{'descr': '${type}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const end = Math.ceil((PREFIX_BYTES + header.length + 1) / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(end + data.byteLength);
  bytes.set([0x93, ...new TextEncoder().encode("NUMPY"), 1, 0]);
  new DataView(bytes.buffer).setUint16(PREFIX_BYTES - 2, end - PREFIX_BYTES, true);
  bytes.set(
    new TextEncoder().encode(`${header.padEnd(end - PREFIX_BYTES - 1)}\n`),
    PREFIX_BYTES,
  );
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), end);
  return bytes;
}
