/** The flags that name a trained net, for all tasks that use one. */
import { MissingSettingsError, type NetSettings } from "../model/foreign_model.ts";
import { loadModel } from "../model/load_model.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { OPTIONS } from "../training/option_table.ts";
import { flagName, type FlagTable, type FlagValues, oneOf, path, UsageError } from "./flags.ts";
import { shownPath } from "./paths.ts";

/** Settings that the files of other programs do not contain. */
const SETTING_FLAGS = {
  activation: oneOf(
    OPTIONS.activation.words,
    "activation of the hidden layers, if the file does not say it",
  ),
  head: oneOf(
    OPTIONS.head.words,
    "output function: tanh then softmax (notebook), or softmax, if the file does not say it",
  ),
  scale: oneOf(
    OPTIONS.scale.words,
    "pixel scaling: by the image's L2 norm, or by 255 (unit), if the file does not say it",
  ),
} satisfies FlagTable;

export const MODEL_FLAGS = {
  model: path(
    "FILE",
    "trained net: a run's model.safetensors or checkpoint.safetensors, or a .safetensors or .npz file from PyTorch, JAX or Keras",
  ),
  ...SETTING_FLAGS,
} satisfies FlagTable;

/** A trained net and its file. */
export interface NamedModel {
  file: string;
  model: SavedModel;
}

/**
 * Reads the net that the flag names.
 *
 * @param task The task's name, for the command that a message shows
 * @param flags The values of `MODEL_FLAGS`
 * @returns The net
 * @throws {UsageError} If `--model` is missing, or settings that the file does not contain
 * @throws {Error} If the file is missing, corrupt or another kind of file
 */
export async function loadNamedModel(
  task: string,
  { model: file, ...facts }: FlagValues<typeof MODEL_FLAGS>,
): Promise<NamedModel> {
  if (file === undefined) {
    throw new UsageError(
      "--model FILE is needed: a trained net, such as runs/NAME/model.safetensors",
    );
  }
  return { file, model: await loadNet(`deno task ${task} --model`, file, facts) };
}

/**
 * Reads a net, and asks for what its file does not say.
 *
 * @param command What is typed before the file's name
 * @param file Its path
 * @param facts What is known of it
 * @throws {UsageError} If more must be known
 */
export async function loadNet(
  command: string,
  file: string,
  { activation, head, scale }: Partial<NetSettings>,
): Promise<SavedModel> {
  const facts = { activation, head, scale };
  try {
    return await loadModel(file, facts);
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof MissingSettingsError)) throw error;
    const choices = cause.missing.map((fact) =>
      `${flagName(fact)} ${OPTIONS[fact].words.join("|")}`
    );
    const words = { activation: "relu", head: "softmax", scale: "unit", ...defined(facts) };
    const example = Object.entries(words).map(([name, word]) => `${flagName(name)} ${word}`);
    throw new UsageError(
      `${shownPath(file)} does not say how its net computes, so ${choices.join(", ")} must be ` +
        `given; for example: ${command} ${shownPath(file)} ${example.join(" ")}`,
    );
  }
}

function defined(facts: Partial<NetSettings>): Partial<NetSettings> {
  return Object.fromEntries(Object.entries(facts).filter(([, word]) => word !== undefined));
}
