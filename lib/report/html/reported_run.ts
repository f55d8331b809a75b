/** What pages say of a finished run. */
import type { EvaluatedEvent } from "../../training/events.ts";
import type { TrainingOptions } from "../../training/options.ts";

/** A run's own records: all that a page needs but for the pictures. */
export interface ReportedRun {
  /** What a person calls it: its folder's name. */
  name: string;
  /** The data set's name. */
  dataset: string;
  /** The device's name. */
  device: string;
  /** The kind of engine. */
  backend: string;
  /** All that chose the run's numbers. */
  options: TrainingOptions;
  /** What was evaluated on the way, in order. */
  curve: readonly Omit<EvaluatedEvent, "event">[];
  /** Steps done. */
  iterations: number;
  /** Of the training loop, evaluations included. */
  seconds: number;
  /** Over all test rows: a fraction, 0 to 1. */
  accuracy: number;
  /** Mean over all test rows. */
  loss: number;
}
