/** Writes models to files. */
import { encodeModel, type SavedModel } from "./saved_model.ts";
import { writeFileAtomically } from "../files/write_file.ts";

/**
 * Writes a model as a safetensors file. Readers of the file see either the old or the new content,
 * complete, at any moment.
 *
 * @param path The file; replaced if it exists
 * @param model A trained net
 * @throws {Error} If the file cannot be written
 *
 * @example
 * ```ts
 * import { saveModel } from "./save_model.ts";
 * import { loadModel } from "./load_model.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const model = {
 *   architecture: {
 *     inputs: 2, hidden: [1, 1], classes: 2, activation: "tanh", head: "notebook",
 *   },
 *   parameters: {
 *     w0: Float32Array.of(1, 2), b0: Float32Array.of(3), w1: Float32Array.of(4),
 *     b1: Float32Array.of(5), w2: Float32Array.of(6, 7), b2: Float32Array.of(8, 9),
 *   },
 *   scale: "l2",
 * } as const;
 * const path = await Deno.makeTempFile();
 * await saveModel(path, model);
 * assertEquals(await loadModel(path), model);
 * await Deno.remove(path);
 * ```
 */
export async function saveModel(path: string, model: SavedModel): Promise<void> {
  await writeFileAtomically(path, encodeModel(model));
}
