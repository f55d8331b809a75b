/** `deno task devices`: lists, checks and times the devices. */
import { findDevices } from "../engine/create.ts";
import type { DeviceDescription } from "../engine/engine.ts";
import { checkDevice, type CheckResult, timeStep } from "../engine/self_check.ts";
import { type FlagValues, type Task, toggle } from "./flags.ts";
import { print, printError } from "./output.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {
  check: toggle("compare each device's results with float64 calculations"),
  time: toggle("time a training step of the notebook's net on each device"),
  json: toggle("print one JSON object per device"),
};

const TASK: Task<typeof FLAGS> = {
  name: "devices",
  summary: "Lists the devices that can train. The arrow marks the one that --backend auto uses.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, devicesTask);

/** The results of checking and timing a device. */
interface Findings {
  /** The results of `--check`. */
  checks?: CheckResult[];
  /** The result of `--time`: milliseconds per training step of the notebook's net. */
  milliseconds?: number;
  /** The error message, if the device failed. */
  failure?: string;
}

async function devicesTask({ check, time, json }: FlagValues<typeof FLAGS>): Promise<void> {
  let fastest: { milliseconds: number; device: DeviceDescription; chosen: boolean } | undefined;
  let wrong = 0;
  for (const { device, chosen, makeEngine } of await findDevices()) {
    const findings: Findings = {};
    try {
      if (check) findings.checks = await checkDevice(makeEngine);
      if (time) findings.milliseconds = await timeStep(makeEngine);
    } catch (error) {
      findings.failure = (error as Error).message;
    }
    const { milliseconds = Infinity } = findings;
    if (milliseconds < (fastest?.milliseconds ?? Infinity)) {
      fastest = { milliseconds, device, chosen };
    }
    if (!isCorrect(findings)) wrong++;
    print(
      json
        ? JSON.stringify({ ...device, chosen, ...findings })
        : `${chosen ? "->" : "  "} ${deviceText(device)}${findingsText(findings)}`,
    );
  }
  if (fastest && !fastest.chosen) {
    printError(
      `The fastest is ${deviceText(fastest.device)}: use --backend ${fastest.device.backend}`,
    );
  }
  if (wrong > 0) {
    throw new Error(`${wrong} of the devices failed or computed wrong results: see above`);
  }
}

function deviceText({ name, backend, software }: DeviceDescription): string {
  return `${name} (${backend === "webgpu" && software ? "webgpu, in software" : backend})`;
}

function isCorrect({ checks = [], failure }: Findings): boolean {
  return failure === undefined && checks.every(({ error, tolerance }) => error <= tolerance);
}

function findingsText(findings: Findings): string {
  const { checks, milliseconds, failure } = findings;
  if (failure !== undefined) return `: fails: ${failure}`;
  const parts: string[] = [];
  if (checks) {
    const list = checks.map(({ what, error, tolerance }) =>
      `${what} ${error === 0 ? "exact" : `off by ${error.toExponential(1)}`}` +
      (error <= tolerance ? "" : `, more than ${tolerance}`)
    );
    parts.push(
      `${isCorrect(findings) ? "correct" : "WRONG RESULTS"} (${list.join("; ")})`,
    );
  }
  if (milliseconds !== undefined) parts.push(`${milliseconds.toFixed(3)} ms per step`);
  return parts.length > 0 ? `: ${parts.join(", ")}` : "";
}
