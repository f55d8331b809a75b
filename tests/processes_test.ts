import { assertEquals, assertRejects } from "@std/assert";
import { readUntil, runToEnd, start } from "./processes.ts";
import { test } from "./requirements.ts";

const ENDLESS = "console.log('begun'); setInterval(() => {}, 1000);";

test("runToEnd() returns the exit code and the output, and throws if the process does not end", async () => {
  const program = "console.log(1); console.error(2); Deno.exit(3);";
  assertEquals(await runToEnd(Deno.execPath(), { args: ["eval", program] }), {
    code: 3,
    stdout: "1\n",
    stderr: "2\n",
  });
  await assertRejects(
    () => runToEnd(Deno.execPath(), { args: ["eval", ENDLESS] }, 1000),
    Error,
    "did not end within 1000 ms",
  );
});

test("start() starts a process that ends with the block, also one whose output is being read", async () => {
  let status: Promise<Deno.CommandStatus>;
  {
    await using child = start(Deno.execPath(), { args: ["eval", ENDLESS] });
    status = child.status;
    const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
    assertEquals(await readUntil(reader, "\n"), "begun\n");
    await reader.cancel();
    await child.stderr.cancel();
  }
  assertEquals((await status).signal, "SIGKILL");
});

test("readUntil() throws if the output ends", async () => {
  const reader = new Response("one two").body!.pipeThrough(new TextDecoderStream()).getReader();
  await assertRejects(() => readUntil(reader, "three"), Error, "one two");
});
