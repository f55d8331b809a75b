/** Reads the net from which `train --init-from FILE` starts. */
import type { SavedModel } from "../model/saved_model.ts";
import { isTrainable } from "../net/architecture.ts";
import { OPTIONS, type OptionValues } from "../training/option_table.ts";
import { OptionError } from "../training/options.ts";
import { exclude, type FlagValues, UsageError } from "./flags.ts";
import { loadNet } from "./model_flag.ts";
import type { TRAINING_FLAGS } from "./training_flags.ts";

/** A net to start from, and the training options with its architecture. */
export interface InitialNet {
  model: SavedModel;
  options: Partial<OptionValues>;
}

/**
 * Reads a net to start from. Its architecture overrides the options of the preset.
 *
 * @param chosen The options from flags and presets; the net's own override those of the preset
 * @param flags The flags given; for another program's net they say what its file does not
 * @returns The net, and the options with its architecture
 * @throws {UsageError} If the file does not say enough and flags are missing, or `--init` is given
 * @throws {OptionError} If `--hidden` contradicts the net
 * @throws {Error} If the file is missing, corrupt or another kind of file
 */
export async function openInitialNet(
  file: string,
  chosen: Partial<OptionValues>,
  flags: FlagValues<typeof TRAINING_FLAGS>,
): Promise<InitialNet> {
  exclude({ initFrom: file, ...flags }, "initFrom", "init");
  const model = await loadNet("deno task train --init-from", file, flags);
  const { architecture, scale } = model;
  if (!isTrainable(architecture)) {
    throw new UsageError(
      `${file}: only nets with two hidden layers of ${
        OPTIONS.activation.words.join(" or ")
      } can be ` +
        "trained; evaluate, predict and export read this one",
    );
  }
  const { hidden, activation, head } = architecture;
  if (flags.hidden !== undefined && String(flags.hidden) !== String(hidden)) {
    throw new OptionError("hidden", `the net's ${hidden}`, flags.hidden);
  }
  return { model, options: { ...chosen, hidden, activation, head, scale } };
}
