import { assertEquals, assertMatch } from "@std/assert";
import { runCli } from "../../cli/run_cli.ts";
import { onUnix } from "../../requirements.ts";

const VARIABLE = "DENO_WEBGPU_BACKEND";

/** What a process finds in that variable afterwards, on such a machine. */
async function told(
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
  return new TextDecoder().decode(stdout).trim();
}

onUnix("avoidOpenGl() leaves OpenGL out on Linux, and other systems to Deno", async () => {
  assertEquals(await told(), "vulkan");
  assertEquals(await told({ os: "darwin" }), "undefined");
  assertEquals(await told({ os: "windows" }), "undefined");
});

onUnix("avoidOpenGl() leaves what was chosen before", async () => {
  assertEquals(await told({ env: { [VARIABLE]: "opengl" } }), "opengl");
});

onUnix("avoidOpenGl() does nothing where it may not", async () => {
  assertEquals(await told({ permission: "--deny-env" }), "denied");
});

onUnix({
  name: "an OpenGL adapter is none",
  // Elsewhere Deno comes to one only if it is told to.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { code, stdout } = await runCli("devices", [], { DENO_WEBGPU_BACKEND: "opengl" });
    assertEquals(code, 0);
    assertMatch(stdout, /^-> CPU [(].*[)] [(]cpu[)]\n$/);
  },
});
