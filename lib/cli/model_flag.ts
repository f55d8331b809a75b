/** The flag that names a trained net: of every task that uses one. */
import { loadParameters } from "../model/load_parameters.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { path, UsageError } from "./flags.ts";

export const MODEL_FLAG = {
  model: path("FILE", "the trained net: a run's model.safetensors or checkpoint.safetensors"),
};

/** A trained net, and the file that it is in. */
export interface NamedModel {
  file: string;
  model: SavedModel;
}

/**
 * Reads the net that the flag names.
 *
 * @param flags With `--model`
 * @returns The net
 * @throws {UsageError} If the flag was not given
 * @throws {Error} If the file is missing, damaged or another kind of file
 */
export async function loadNamedModel({ model: file }: { model?: string }): Promise<NamedModel> {
  if (file === undefined) throw new UsageError("--model FILE is needed: the net to use");
  return { file, model: await loadParameters(file) };
}
