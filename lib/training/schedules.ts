/** The schedules of the learning rate. */
import type { TrainingOptions } from "./options.ts";

/**
 * How the learning rate changes during training: `step` multiplies it by `decay` after every
 * `decayEvery`-th step, as the notebook does; `linear` decreases it linearly to 0 over the whole
 * run.
 */
export type Schedule = "step" | "linear";

/** What a schedule does. */
interface ScheduleRule {
  /**
   * Returns the learning rate of a step.
   *
   * @param iteration The number of the step; the first is 1
   * @param options The run's options
   * @param iterations The number of steps of the run
   */
  rate(
    iteration: number,
    options: Pick<TrainingOptions, "learningRate" | "decay" | "decayEvery">,
    iterations: number,
  ): number;
  /** Whether a resumed run may take more steps: they must not change the rates of those done. */
  mayGrow: boolean;
  /** What it does, for the help. */
  help: string;
}

/** The schedules by name. */
export const SCHEDULES: Readonly<Record<Schedule, ScheduleRule>> = {
  step: {
    rate: (iteration, { learningRate, decay, decayEvery }) =>
      learningRate * decay ** Math.floor((iteration - 1) / decayEvery),
    mayGrow: true,
    help: "by --decay",
  },
  linear: {
    rate: (iteration, { learningRate }, iterations) =>
      learningRate * (1 - (iteration - 1) / iterations),
    mayGrow: false,
    help: "linearly to 0",
  },
};
