import { assertEquals } from "@std/assert";

/** The number of threads that lavapipe is told in a process with so many cores. */
async function told(
  { cores, permission = "--allow-env=LP_NUM_THREADS", env = {} }: {
    cores: number;
    permission?: string;
    env?: Record<string, string>;
  },
): Promise<string> {
  const lavapipe = new URL("../../../lib/engine/webgpu/lavapipe.ts", import.meta.url);
  const script = `
    Object.defineProperty(navigator, "hardwareConcurrency", { value: ${cores} });
    const { tellLavapipe } = await import("${lavapipe}");
    tellLavapipe();
    const { state } = Deno.permissions.querySync({ name: "env", variable: "LP_NUM_THREADS" });
    console.log(state === "granted" ? Deno.env.get("LP_NUM_THREADS") : state);
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

Deno.test("tellLavapipe() asks for four threads on two cores, and leaves other machines alone", async () => {
  assertEquals(await told({ cores: 2 }), "4");
  assertEquals(await told({ cores: 1 }), "undefined");
  assertEquals(await told({ cores: 8 }), "undefined");
});

Deno.test("tellLavapipe() leaves a number of threads that was chosen before", async () => {
  assertEquals(await told({ cores: 2, env: { LP_NUM_THREADS: "3" } }), "3");
});

Deno.test("tellLavapipe() does nothing where it may not", async () => {
  assertEquals(await told({ cores: 2, permission: "--deny-env" }), "denied");
});
