/** `deno task devices`: lists, checks and times the devices. */
import { findDevices } from "../engine/create.ts";
import type { DeviceDescription } from "../engine/engine.ts";
import { checkDevice, type CheckResult, timeStep } from "../engine/self_check.ts";
import { type FlagValues, type Task, toggle } from "./flags.ts";
import { print, printError } from "./output.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {
  check: toggle("compare each device's results with float64"),
  time: toggle("time the notebook's step on each device"),
  json: toggle("print one JSON object per device"),
};

const TASK: Task<typeof FLAGS> = {
  name: "devices",
  summary: "Lists the devices that can train; --backend auto uses the one with the arrow.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, devicesTask);

/** What is found out about a device. */
interface Findings {
  /** Of `--check`. */
  checks?: CheckResult[];
  /** Of `--time`: milliseconds of the notebook's step. */
  milliseconds?: number;
  /** Why neither could be had. */
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
    if (!isRight(findings)) wrong++;
    print(
      json
        ? JSON.stringify({ ...device, chosen, ...findings })
        : `${chosen ? "->" : "  "} ${words(device)}${findingsText(findings)}`,
    );
  }
  if (fastest && !fastest.chosen) {
    printError(`The fastest is ${words(fastest.device)}: --backend ${fastest.device.backend}`);
  }
  if (wrong > 0) throw new Error(`${wrong} of the devices must not be trusted: see above`);
}

function words({ name, backend, software }: DeviceDescription): string {
  return `${name} (${backend === "webgpu" && software ? "webgpu, in software" : backend})`;
}

function isRight({ checks = [], failure }: Findings): boolean {
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
      `${isRight(findings) ? "correct" : "WRONG RESULTS"} (${list.join("; ")})`,
    );
  }
  if (milliseconds !== undefined) parts.push(`${milliseconds.toFixed(3)} ms per step`);
  return parts.length > 0 ? `: ${parts.join(", ")}` : "";
}
