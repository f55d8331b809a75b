/** The nets that `deno task bench:peers` compares: those of presets, without augmentation. */
import { resolveOptions, type TrainingOptions } from "../lib/training/options.ts";
import { type Preset, PRESET_NAMES, PRESETS } from "../lib/training/presets.ts";

/** The names of the nets, which are the names of their presets. */
export const PEER_NETS: readonly Preset[] = PRESET_NAMES;

/** One of these names. */
export type PeerNet = Preset;

/**
 * Returns the options with which all implementations train a net.
 *
 * @param net Its name
 * @param augment Whether to distort images as the preset does; only our implementation can
 */
export function peerOptions(net: PeerNet, augment = false): TrainingOptions {
  return resolveOptions({ ...PRESETS[net], ...augment ? {} : { augment: "none" } });
}
