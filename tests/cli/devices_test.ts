import { assert, assertEquals, assertMatch } from "@std/assert";
import { needs, test } from "../requirements.ts";
import type { DeviceListing } from "../../lib/engine/create.ts";
import { runCli } from "./run_cli.ts";

test("devices lists the CPU engine, and marks the device that auto uses", async () => {
  const { code, stdout } = await runCli("devices", []);
  assertEquals(code, 0);
  const lines = stdout.trimEnd().split("\n");
  assertEquals(lines.filter((line) => line.startsWith("-> ")).length, 1, stdout);
  assert(lines.some((line) => line.endsWith("(cpu)")), stdout);
});

test({
  name: "devices --json marks a hardware adapter if there is one, otherwise the CPU engine",
  ...await needs("webgpu"),
  async fn() {
    const { code, stdout } = await runCli("devices", ["--json"]);
    assertEquals(code, 0);
    const devices = stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    const [chosen] = devices.filter((device) => device.chosen);
    const isHardware = ({ backend, software }: DeviceListing) => backend === "webgpu" && !software;
    assertEquals(chosen.backend, devices.some(isHardware) ? "webgpu" : "cpu");
    assertEquals(chosen.software, false);
    assertMatch(chosen.name, /./);
    assertEquals(devices.filter(({ backend }) => backend === "cpu").length, 1);
  },
});

/** The output of `devices --check` for a device that computes correctly. */
const CORRECT = /: correct \(gradient .* off by .*; rows drawn exact; .*\)$/;

/** No adapter, so only the CPU engine is left: kernels take long to compile, and have the contract. */
const WITHOUT_ADAPTER = { DENO_WEBGPU_BACKEND: "noop" };

test("devices --check --time reports whether a device computes correctly, and its speed", async () => {
  const { code, stdout } = await runCli("devices", ["--check", "--time"], WITHOUT_ADAPTER);
  assertEquals(code, 0);
  const [, checked] = stdout.match(/^(.*), \d+\.\d+ ms per step\n$/)!;
  assertMatch(checked, CORRECT);
});

Deno.test("devices --time reports the speed of each device", await needs("time"), async () => {
  const { code, stdout } = await runCli("devices", ["--time"]);
  assertEquals(code, 0);
  for (const line of stdout.trimEnd().split("\n")) assertMatch(line, /: \d+\.\d+ ms per step$/);
});
