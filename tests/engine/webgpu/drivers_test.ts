import { assertEquals, assertMatch } from "@std/assert";
import { runCli } from "../../cli/run_cli.ts";
import { onUnix } from "../../requirements.ts";
import { start } from "../../processes.ts";

const VARIABLE = "DENO_WEBGPU_BACKEND";

/** Calls avoidOpenGl() in a new process, and returns the variable's value afterwards. */
async function backendAfter(
  { os = "linux", permission = `--allow-env=${VARIABLE}`, env = {} }: {
    os?: string;
    permission?: string;
    env?: Record<string, string>;
  } = {},
): Promise<string> {
  const drivers = new URL("../../../lib/engine/webgpu/drivers.ts", import.meta.url);
  const script = `
    Object.defineProperty(Deno, "build", { value: { ...Deno.build, os: "${os}" } });
    const { avoidOpenGl } = await import("${drivers}");
    avoidOpenGl();
    const { state } = Deno.permissions.querySync({ name: "env", variable: "${VARIABLE}" });
    console.log(state === "granted" ? Deno.env.get("${VARIABLE}") : state);
  `;
  await using process = start(Deno.execPath(), {
    args: ["run", "--no-check", "--no-prompt", "--allow-read", permission, "-"],
    // The new process must not inherit the value that this process has set for itself.
    env: { PATH: Deno.env.get("PATH") ?? "", ...env },
    clearEnv: true,
    stdin: "piped",
  });
  const writer = process.stdin.getWriter();
  await writer.write(new TextEncoder().encode(script));
  await writer.close();
  const { code, stdout } = await process.output();
  assertEquals(code, 0);
  return new TextDecoder().decode(stdout).trim();
}

onUnix(
  "avoidOpenGl() restricts Deno to Vulkan on Linux, and changes nothing on other systems",
  async () => {
    assertEquals(await backendAfter(), "vulkan");
    assertEquals(await backendAfter({ os: "darwin" }), "undefined");
    assertEquals(await backendAfter({ os: "windows" }), "undefined");
  },
);

onUnix("avoidOpenGl() keeps a backend that is already chosen", async () => {
  assertEquals(await backendAfter({ env: { [VARIABLE]: "opengl" } }), "opengl");
});

onUnix("avoidOpenGl() does nothing without permission for the variable", async () => {
  assertEquals(await backendAfter({ permission: "--deny-env" }), "denied");
});

onUnix({
  name: "the devices task does not list an OpenGL adapter",
  // Only Linux has OpenGL adapters in Deno.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { code, stdout } = await runCli("devices", [], { DENO_WEBGPU_BACKEND: "opengl" });
    assertEquals(code, 0);
    assertMatch(stdout, /^-> CPU [(].*[)] [(]cpu[)]\n$/);
  },
});
