/** Reads the checkpoint from which `train --resume` resumes. */
import { join } from "node:path";
import type { DeviceDescription } from "../engine/engine.ts";
import { isFolder, linkTarget } from "../files/write_file.ts";
import { type Checkpoint, decodeCheckpoint } from "../model/checkpoint.ts";
import { decodeFile } from "../model/load_model.ts";
import { CHECKPOINT } from "../runs/run_directory.ts";
import { OPTION_NAMES, OPTIONS, type OptionValues } from "../training/option_table.ts";
import { OptionError, resolveOptions, type TrainingOptions } from "../training/options.ts";
import { SCHEDULES } from "../training/schedules.ts";

/** A checkpoint, its file, and the options of the resumed run. */
export interface Resumed {
  file: string;
  checkpoint: Checkpoint;
  options: TrainingOptions;
}

/**
 * Reads a checkpoint.
 *
 * @param path The checkpoint, or the folder of its run
 * @param given The options given as flags; they may make the run longer, but must not differ
 *   otherwise
 * @throws {OptionError} If an option differs
 * @throws {Error} If the file is missing, corrupt or not a checkpoint
 */
export async function openCheckpoint(
  path: string,
  given: Partial<OptionValues>,
): Promise<Resumed> {
  const isRun = await isFolder(path);
  const file = isRun ? join(path, CHECKPOINT) : path;
  if (isRun && !await exists(file)) {
    throw new Error(
      `Cannot resume as ${path} has no ${CHECKPOINT}: a run saves one with --save-every, or when it ` +
        "is interrupted",
    );
  }
  const checkpoint = await decodeFile(file, decodeCheckpoint);
  const { options } = checkpoint.run;
  for (const name of OPTION_NAMES) {
    const mayGrow = OPTIONS[name].mayGrow && SCHEDULES[options.schedule].mayGrow;
    if (mayGrow || given[name] === undefined) continue;
    if (String(given[name]) !== String(options[name])) {
      throw new OptionError(name, `the checkpoint's ${options[name]}`, given[name]);
    }
  }
  const { iterations = options.iterations, epochs = options.epochs } = given;
  return {
    // If the path is a link, the run's folder is that of the link's target.
    file: await linkTarget(file),
    checkpoint,
    options: resolveOptions({ ...options, iterations, epochs }),
  };
}

async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/**
 * Reports if the device differs from the checkpoint's.
 *
 * @param device The device of the resumed run
 * @param onNotice Called with a message if they differ
 */
export function compareDevices(
  { checkpoint: { run } }: Resumed,
  device: DeviceDescription,
  onNotice: (line: string) => void,
): void {
  if (device.backend === run.backend && device.name === run.device) return;
  onNotice(
    `The checkpoint was saved on ${run.device} (${run.backend}); this device is ${device.name} ` +
      `(${device.backend}), so the last bits may differ from those of an uninterrupted run.`,
  );
}
