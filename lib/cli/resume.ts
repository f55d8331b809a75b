/** Going on from a checkpoint: `train --resume FILE`. */
import type { Dataset } from "../data/dataset.ts";
import type { Engine } from "../engine/engine.ts";
import { type Checkpoint, decodeCheckpoint } from "../model/checkpoint.ts";
import { decodeFile } from "../model/load_parameters.ts";
import type { Architecture } from "../net/architecture.ts";
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
  return { file, checkpoint, options: resolveOptions({ ...options, iterations, epochs }) };
}

/**
 * Refuses to go on with other data than the checkpoint's; says so if the device is another.
 *
 * @param resumed What to go on from
 * @param data What to go on with
 * @param engine Where to go on
 * @param onNotice Is told of another device
 * @throws {Error} If the data's name or shape is not the checkpoint's
 */
export function checkResumed(
  { checkpoint: { run, architecture } }: Resumed,
  data: Dataset,
  engine: Engine,
  onNotice: (line: string) => void,
): void {
  const wanted = described(run.dataset, architecture);
  const found = described(data.name, engine.options.architecture);
  if (found !== wanted) {
    throw new Error(
      `Cannot resume as the data must be the checkpoint's ${wanted}: current value is ${found}`,
    );
  }
  if (engine.device.name !== run.device) {
    onNotice(`The checkpoint was made on ${run.device}; the last bits may differ here.`);
  }
}

function described(name: string, { inputs, classes }: Architecture): string {
  return `${name} (${inputs} pixels, ${classes} classes)`;
}
