import { assert, assertEquals } from "@std/assert";
import { tryLock } from "../../lib/files/lock.ts";
import { test } from "../requirements.ts";
import { start } from "../processes.ts";

test("tryLock() returns one lock at a time, and leaves no file", async () => {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/lock`;
  for (let round = 0; round < 3; round++) {
    using lock = await tryLock(path);
    assert(lock);
    assertEquals(await tryLock(path), undefined);
  }
  assertEquals([...Deno.readDirSync(folder)], []);
  await Deno.remove(folder);
});

test("tryLock() returns a lock after its process was killed", async () => {
  const path = `${await Deno.makeTempDir()}/lock`;
  const module = new URL("../../lib/files/lock.ts", import.meta.url);
  const program = `import { tryLock } from ${JSON.stringify(module.href)};
    const lock = await tryLock(${JSON.stringify(path)});
    console.log(lock !== undefined);
    await new Promise(() => setInterval(() => lock, 1000));`;
  await using child = start(Deno.execPath(), { args: ["eval", program], stderr: "null" });
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  assertEquals((await reader.read()).value, "true\n");
  assertEquals(await tryLock(path), undefined);
  child.kill("SIGKILL");
  await child.status;
  await reader.cancel();
  assert((await Deno.stat(path)).isFile, "the file must remain after the process");
  using lock = await tryLock(path);
  assert(lock);
});
