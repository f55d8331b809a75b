import { assertEquals } from "@std/assert";
import { runCli } from "../../cli/run_cli.ts";

const VARIABLES = ["DENO_WEBGPU_BACKEND", "LP_NUM_THREADS"];

/** What the drivers find in the environment of a process on such a machine. */
async function told(
  { cores = 2, os = "linux", permission = `--allow-env=${VARIABLES}`, env = {} }: {
    cores?: number;
    os?: string;
    permission?: string;
    env?: Record<string, string>;
  } = {},
): Promise<string[]> {
  const drivers = new URL("../../../lib/engine/webgpu/drivers.ts", import.meta.url);
  const script = `
    Object.defineProperty(navigator, "hardwareConcurrency", { value: ${cores} });
    Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "${os}" } });
    const { tellDrivers } = await import("${drivers}");
    tellDrivers();
    for (const variable of ${JSON.stringify(VARIABLES)}) {
      const { state } = Deno.permissions.querySync({ name: "env", variable });
      console.log(state === "granted" ? Deno.env.get(variable) : state);
    }
  `;
  const process = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "--allow-read", permission, "-"],
    // What an adapter was found with in this process is not the child's.
    env: { PATH: Deno.env.get("PATH") ?? "", ...env },
    clearEnv: true,
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { code, stdout } = await process.output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout).trim().split("\n");
}

Deno.test("tellDrivers() leaves OpenGL out on Linux, and other systems to Deno", async () => {
  assertEquals((await told())[0], "vulkan");
  assertEquals((await told({ os: "darwin" }))[0], "undefined");
  assertEquals((await told({ os: "windows" }))[0], "undefined");
});

Deno.test("tellDrivers() asks lavapipe for four threads on two cores, and leaves other machines alone", async () => {
  assertEquals((await told())[1], "4");
  assertEquals((await told({ cores: 1 }))[1], "undefined");
  assertEquals((await told({ cores: 8 }))[1], "undefined");
});

Deno.test("tellDrivers() leaves what was chosen before", async () => {
  const env = { DENO_WEBGPU_BACKEND: "opengl", LP_NUM_THREADS: "3" };
  assertEquals(await told({ env }), ["opengl", "3"]);
});

Deno.test("tellDrivers() does nothing where it may not", async () => {
  assertEquals(await told({ permission: "--deny-env" }), ["denied", "denied"]);
});

Deno.test({
  name: "an OpenGL adapter is none",
  // Elsewhere Deno comes to one only if it is told to.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { code, stdout } = await runCli("devices", [], { DENO_WEBGPU_BACKEND: "opengl" });
    assertEquals(code, 0);
    assertEquals(stdout, "-> one CPU core (cpu)\n");
  },
});
