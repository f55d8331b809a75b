/** Saves a run of `train()` so that it can be resumed. */
import { recordDataset } from "../data/record.ts";
import { writeFileAtomically } from "../files/write_file.ts";
import type { TrainingEvent } from "../training/events.ts";
import { optionsOf, type TrainArguments } from "../training/train.ts";
import { engineOptions } from "../training/engine_options.ts";
import { type Checkpoint, encodeCheckpoint } from "./checkpoint.ts";

/**
 * Writes the latest checkpoint of a run as a safetensors file, which `decodeCheckpoint` and
 * `deno task train --resume` read. Readers of the file see either the old or the new content,
 * complete, at any moment.
 *
 * @param path The file; replaced if it exists
 * @param run The arguments of `train()`. If the run was itself resumed from a `Checkpoint`, its
 *   evaluations and time are saved too
 * @param events The run's events so far, from the first to a `checkpoint`
 * @throws {RangeError} If there is no `started` or `checkpoint` event
 * @throws {Error} If the file cannot be written
 *
 * @example
 * ```ts
 * import { saveCheckpoint } from "./save_checkpoint.ts";
 * import { decodeCheckpoint } from "./checkpoint.ts";
 * import { syntheticDigits } from "../data/synthetic.ts";
 * import { train, trainModel } from "../training/train.ts";
 * import type { TrainingEvent } from "../training/events.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const data = syntheticDigits({ trainRows: 60, testRows: 10 });
 * const run = { data, backend: "cpu", iterations: 6, batchSize: 5, saveEvery: 4 } as const;
 * const path = await Deno.makeTempFile();
 * const events: TrainingEvent[] = [];
 * for await (const event of train(run)) {
 *   events.push(event);
 *   if (event.type === "checkpoint") await saveCheckpoint(path, run, events);
 * }
 *
 * const resume = decodeCheckpoint(await Deno.readFile(path));
 * assertEquals(resume.iteration, 4);
 * assertEquals((await trainModel({ ...run, resume })).iterations, 6);
 * await Deno.remove(path);
 * ```
 */
export async function saveCheckpoint(
  path: string,
  run: TrainArguments,
  events: readonly TrainingEvent[],
): Promise<void> {
  const started = events.find((event) => event.type === "started");
  const last = events.findLast((event) => event.type === "checkpoint");
  if (!started || !last) {
    throw new RangeError(
      "Cannot save a checkpoint as the events must include `started` and `checkpoint`: " +
        `current value is ${events.map(({ type }) => type).join(", ") || "no event"}`,
    );
  }
  const options = optionsOf(run);
  const { dataset, device, backend } = started;
  const before: Partial<Checkpoint> = run.resume ?? {};
  const secondsBefore = before.seconds ?? 0;
  const until = events.slice(0, events.indexOf(last));
  const evaluated = until.filter((event) => event.type === "evaluated");
  const progress = until.findLast((event) => event.type === "progress");
  const { type: _, ...state } = last;
  const bytes = encodeCheckpoint({
    run: { dataset, device, backend, options, data: await recordDataset(run.data) },
    architecture: engineOptions(options, run.data).architecture,
    seconds: secondsBefore + (progress?.seconds ?? 0),
    curve: [
      ...before.curve ?? [],
      ...evaluated.map(({ type: _, seconds, ...point }) => ({
        ...point,
        seconds: secondsBefore + seconds,
      })),
    ],
    ...state,
  });
  await writeFileAtomically(path, bytes);
}
