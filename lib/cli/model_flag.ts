/** The flags that name a trained net, for all tasks that use one. */
import { isNpy } from "../files/npz.ts";
import { printable } from "../files/printable.ts";
import { MissingSettingsError, type NetSettings, SETTING_WORDS } from "../model/foreign_model.ts";
import { loadModel } from "../model/load_model.ts";
import { decodeNpy } from "../model/read_npz.ts";
import type { SavedModel } from "../model/saved_model.ts";
import { parseNumber } from "../training/option_table.ts";
import {
  type Flag,
  flagName,
  type FlagTable,
  type FlagValues,
  inGroup,
  oneOf,
  path,
  toggle,
  UsageError,
} from "./flags.ts";
import { shownPath, typedPath } from "./paths.ts";

/** A number, or the path of a file with one number per pixel. */
function numbers(help: string): Flag<number | string> {
  return {
    placeholder: "N|FILE",
    help,
    expects: "a number or the path of a file",
    parse: (text) => text === "" ? undefined : parseNumber(text) ?? typedPath(text),
  };
}

/** Settings that the files of other programs do not contain. */
const SETTING_FLAGS = inGroup("A net of another program:", {
  activation: oneOf(SETTING_WORDS.activation, "activation of its hidden layers"),
  head: oneOf(SETTING_WORDS.head, "its output function: tanh then softmax (notebook), or softmax"),
  scale: oneOf(
    SETTING_WORDS.scale,
    "what it expects of pixels: divided by the image's L2 norm, by 255 (unit), or 0 to 255 (raw)",
  ),
  mean: numbers("what was then subtracted; a file (.npy or text) has one number per pixel"),
  std: numbers("what that was divided by; PyTorch's usual values are --mean 0.1307 --std 0.3081"),
  invert: toggle("it was trained on black ink on white paper: 1 - x"),
});

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
 * @throws {UsageError} If `--model` is missing, or settings that the file does not contain
 * @throws {Error} If the file is missing, corrupt or another kind of file
 */
export async function loadNamedModel(
  task: string,
  { model: file, ...settings }: FlagValues<typeof MODEL_FLAGS>,
): Promise<NamedModel> {
  if (file === undefined) {
    throw new UsageError(
      "--model FILE is needed: a trained net, such as runs/NAME/model.safetensors",
    );
  }
  return { file, model: await loadNet(`deno task ${task} --model`, file, settings) };
}

/** What is said about a net of another program on the command line. */
export type TypedSettings =
  & Pick<Partial<NetSettings>, "activation" | "head" | "scale" | "invert">
  & {
    mean?: number | string;
    std?: number | string;
  };

/**
 * Reads a net, and asks for what its file does not say.
 *
 * @param command What is typed before the file's name
 * @throws {UsageError} If more must be known
 */
export async function loadNet(
  command: string,
  file: string,
  { activation, head, scale, mean, std, invert }: TypedSettings,
): Promise<SavedModel> {
  const words = { activation, head, scale };
  const settings = { ...words, mean: await readNumbers(mean), std: await readNumbers(std) };
  try {
    return await loadModel(file, { ...settings, invert });
  } catch (error) {
    const { cause } = error as Error;
    if (!(cause instanceof MissingSettingsError)) throw error;
    const choices = cause.missing.map((name) =>
      `${flagName(name)} ${SETTING_WORDS[name].join("|")}`
    );
    const usual = { activation: "relu", head: "softmax", scale: "unit", ...defined(words) };
    const example = Object.entries(usual).map(([name, word]) => `${flagName(name)} ${word}`);
    throw new UsageError(
      `${shownPath(file)} does not say how its net computes, so ${choices.join(", ")} must be ` +
        `given; for example: ${command} ${shownPath(file)} ${example.join(" ")}` +
        (mean === undefined && std === undefined
          ? " (with --mean 0.1307 --std 0.3081 if its pixels were normalized as in PyTorch's " +
            "example, --mean 0.5 --std 0.5 if they were -1 to 1)"
          : ""),
    );
  }
}

/** Reads the numbers of a .npy file, or of a text; a number stands for itself. */
async function readNumbers(
  given: number | string | undefined,
): Promise<number | number[] | undefined> {
  if (typeof given !== "string") return given;
  let bytes;
  try {
    bytes = await Deno.readFile(given);
  } catch (error) {
    throw new Error(`Cannot read ${given}: ${(error as Error).message}`);
  }
  if (isNpy(bytes)) {
    const array = await decodeNpy(bytes).catch((error) => {
      throw new Error(`Cannot read ${given}: ${error.message}`);
    });
    if (!array) throw new Error(`Cannot read ${given} as it must hold floating-point numbers`);
    return [...array.data];
  }
  const words = new TextDecoder().decode(bytes).split(/[\s,;]+/).filter((word) => word !== "");
  const bad = words.find((word) => !Number.isFinite(Number(word)));
  if (words.length === 0 || bad !== undefined) {
    throw new Error(
      `Cannot read ${given} as it must hold numbers: current value is ${
        printable(bad ?? "nothing")
      }`,
    );
  }
  return words.map(Number);
}

function defined(settings: TypedSettings): TypedSettings {
  return Object.fromEntries(Object.entries(settings).filter(([, word]) => word !== undefined));
}
