/** Starting from a net's parameters: `train --init-from FILE`. */
import type { SavedModel } from "../model/saved_model.ts";
import { OptionError, type TrainingOptions } from "../training/options.ts";
import { type FlagValues, UsageError } from "./flags.ts";
import { loadNet } from "./model_flag.ts";
import type { TRAINING_FLAGS } from "./training_flags.ts";

/** A net to start from, and the options that fit it. */
export interface InitialNet {
  model: SavedModel;
  options: Partial<TrainingOptions>;
}

/**
 * Reads a net to start from. The net decides the options that say what a net is; a preset's
 * `hidden` gives way to it.
 *
 * @param file Where it is
 * @param chosen Options as flags and presets give them; for another program's net they say how it
 *   computes
 * @param flags What was given
 * @throws {UsageError} If more must be known of the net, or `--init` says how to draw another
 * @throws {OptionError} If a flag asks for another net
 * @throws {Error} If the file is missing, damaged or another kind of file
 */
export async function openInitialNet(
  file: string,
  chosen: Partial<TrainingOptions>,
  flags: FlagValues<typeof TRAINING_FLAGS>,
): Promise<InitialNet> {
  if (flags.init !== undefined) {
    throw new UsageError("--init-from takes the parameters that --init would draw: leave one out");
  }
  const model = await loadNet("deno task train --init-from", file, chosen);
  const { architecture: { hidden, activation, head }, scale } = model;
  if (flags.hidden !== undefined && String(flags.hidden) !== String(hidden)) {
    throw new OptionError("hidden", `the net's ${hidden}`, flags.hidden);
  }
  return { model, options: { ...chosen, hidden, activation, head, scale } };
}
