/** What a report has to know of a run. */
import type { CurvePoint } from "../../model/checkpoint.ts";
import type { RunRecord } from "../../model/metadata.ts";
import type { RunResult } from "../../model/saved_model.ts";

/** A finished run: what was trained on what, how it ended, and its evaluations on the way. */
export interface ReportedRun extends RunRecord, RunResult {
  /** What a person calls it: its folder. */
  name: string;
  /** The evaluations on the way, in order. */
  curve: readonly CurvePoint[];
}
