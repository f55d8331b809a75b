/** The data of a run that reports show. */
import type { CurvePoint } from "../../model/checkpoint.ts";
import type { RunRecord } from "../../model/metadata.ts";
import type { RunResult } from "../../model/saved_model.ts";

/** A finished run: its record, its result, and its evaluations during training. */
export interface ReportedRun extends RunRecord, RunResult {
  /** The run's name: that of its folder. */
  name: string;
  /** The evaluations during training, in order. */
  curve: readonly CurvePoint[];
}
