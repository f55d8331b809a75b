/** `deno task devices`: what could train here. */
import { listDevices } from "../engine/create.ts";
import { type FlagValues, type Task, toggle } from "./flags.ts";
import { print } from "./output.ts";
import { runTask } from "./run_task.ts";

const FLAGS = { json: toggle("print one JSON object a line, one a device") };

const TASK: Task<typeof FLAGS> = {
  name: "devices",
  summary: "Lists the devices that can train; --backend auto takes the one with the arrow.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, devicesTask);

async function devicesTask({ json }: FlagValues<typeof FLAGS>): Promise<void> {
  for (const device of await listDevices()) {
    const { chosen, backend, name, software } = device;
    const kind = backend === "webgpu" && software ? "webgpu, in software" : backend;
    print(json ? JSON.stringify(device) : `${chosen ? "->" : "  "} ${name} (${kind})`);
  }
}
