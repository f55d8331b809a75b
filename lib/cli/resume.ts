/** Going on from a checkpoint: `train --resume FILE`. */
import type { DeviceDescription } from "../engine/engine.ts";
import { linkTarget } from "../files/write_file.ts";
import { type Checkpoint, decodeCheckpoint } from "../model/checkpoint.ts";
import { decodeFile } from "../model/load_parameters.ts";
import { OptionError, resolveOptions, type TrainingOptions } from "../training/options.ts";

/** A checkpoint, the file that it is in, and the options to go on with. */
export interface Resumed {
  file: string;
  checkpoint: Checkpoint;
  options: TrainingOptions;
}

/**
 * Reads a checkpoint.
 *
 * @param file Where it is
 * @param given Options as flags give them; they may make the run longer, and not differ otherwise
 * @returns What to go on from, and how
 * @throws {OptionError} If an option differs
 * @throws {Error} If the file is missing, damaged or no checkpoint
 */
export async function openCheckpoint(
  file: string,
  given: Partial<TrainingOptions>,
): Promise<Resumed> {
  const checkpoint = await decodeFile(file, decodeCheckpoint);
  const { options } = checkpoint.run;
  for (const name of Object.keys(given) as (keyof TrainingOptions)[]) {
    // Under the linear schedule the length of the run decides the rate of every step.
    const mayGrow = options.schedule === "step" && (name === "iterations" || name === "epochs");
    if (mayGrow || given[name] === undefined) continue;
    if (String(given[name]) !== String(options[name])) {
      throw new OptionError(name, `the checkpoint's ${options[name]}`, given[name]);
    }
  }
  const { iterations = options.iterations, epochs = options.epochs } = given;
  return {
    // The run's folder is where the file is, not where a link to it is.
    file: await linkTarget(file),
    checkpoint,
    options: resolveOptions({ ...options, iterations, epochs }),
  };
}

/**
 * Says so if the device is another than the checkpoint's.
 *
 * @param resumed What to go on from
 * @param device Where to go on
 * @param onNotice Is told of another device
 */
export function compareDevices(
  { checkpoint: { run } }: Resumed,
  device: DeviceDescription,
  onNotice: (line: string) => void,
): void {
  if (device.backend === run.backend && device.name === run.device) return;
  onNotice(
    `The checkpoint was made on ${run.device} (${run.backend}), this is ${device.name} ` +
      `(${device.backend}): the last bits may differ from those of a run without a break.`,
  );
}
