/** Reads the arrays of nets from NumPy's .npz files. */
import { type NpzArray, NpzError, openNpy, openNpz } from "../files/npz.ts";
import { byRows, type NumberType, toFloats } from "../files/numbers.ts";
import { ModelError } from "./errors.ts";
import type { Tensor } from "./safetensors.ts";

/** Floating-point types by NumPy's names. NumPy stores bfloat16 as two bytes without a type (V2). */
const TYPES: Record<string, NumberType> = { f8: "f8", f4: "f4", f2: "f2", V2: "bf16" };

/** Maximum number of parameters: 128 MiB as 32-bit floats. */
const MAX_NUMBERS = 2 ** 25;

/**
 * Reads the floating-point arrays of an .npz file; ignores others.
 *
 * @param bytes A file written by `numpy.savez` or `numpy.savez_compressed`
 * @returns The arrays by name, row-major
 * @throws {ModelError} If the file is corrupt, or another kind of archive
 */
export async function decodeNpz(bytes: Uint8Array): Promise<Map<string, Tensor>> {
  const arrays = new Map<string, Tensor>();
  try {
    const found = (await openNpz(new Blob([new Uint8Array(bytes)]))).filter(({ type }) =>
      Object.hasOwn(TYPES, type)
    );
    const numbers = found.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    if (numbers > MAX_NUMBERS) {
      throw new NpzError(
        `its arrays must hold at most ${MAX_NUMBERS} numbers: they hold ${numbers}`,
      );
    }
    for (const array of found) arrays.set(array.name, await tensorOf(array));
  } catch (error) {
    if (!(error instanceof NpzError)) throw error;
    throw new ModelError(`Cannot read this model as ${error.message}`);
  }
  return arrays;
}

/**
 * Reads the floating-point numbers of a .npy file.
 *
 * @param bytes A file written by `numpy.save`
 * @returns The array, row-major; undefined if it holds something else
 * @throws {NpzError} If the file is corrupt
 */
export async function decodeNpy(bytes: Uint8Array<ArrayBuffer>): Promise<Tensor | undefined> {
  const array = await openNpy("it", new Blob([bytes]));
  return Object.hasOwn(TYPES, array.type) ? await tensorOf(array) : undefined;
}

async function tensorOf(array: NpzArray): Promise<Tensor> {
  const { type, shape, isLittleEndian, isColumnMajor } = array;
  const data = toFloats(await array.read(), TYPES[type], isLittleEndian);
  return { shape, data: isColumnMajor ? byRows(data, shape) : data };
}
