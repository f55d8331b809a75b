import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { writeFileAtomically } from "../../lib/files/write_file.ts";
import { folder, listing } from "../data/idx_files.ts";
import { readUntil, runToEnd, start } from "../processes.ts";
import { onUnix, test } from "../requirements.ts";

test("writeFileAtomically() replaces a file and leaves nothing else behind", async () => {
  using directory = folder();
  const { path } = directory;
  await writeFileAtomically(`${path}/options.json`, "a longer text than the next");
  await writeFileAtomically(`${path}/options.json`, "{}");
  assertEquals(await Deno.readTextFile(`${path}/options.json`), "{}");
  assertEquals(listing(path), ["options.json"]);
});

test({
  name: "writeFileAtomically() closes its files, also if it fails",
  sanitizeResources: true,
  fn: async () => {
    using directory = folder();
    const { path } = directory;
    await writeFileAtomically(`${path}/file`, "");
    await assertRejects(() => writeFileAtomically(path, "a folder has this name"));
  },
});

test("writeFileAtomically() changes nothing if it fails", async () => {
  using directory = folder();
  const { path } = directory;
  await Deno.mkdir(`${path}/taken/inside`, { recursive: true });
  await assertRejects(
    () => writeFileAtomically(`${path}/taken`, "a folder has this name"),
    Error,
    `Cannot write ${path}/taken: `,
  );
  await assertRejects(
    () => writeFileAtomically(`${path}/absent/file`, ""),
    Error,
    `Cannot write ${path}/absent/file: `,
  );
  assertEquals(listing(path), ["taken"]);
});

onUnix(
  "writeFileAtomically() writes the target of a symbolic link",
  async () => {
    using directory = folder();
    const { path } = directory;
    await Deno.mkdir(`${path}/deep`);
    await Deno.symlink("deep/file", `${path}/link`);
    await Deno.symlink(`${path}/link`, `${path}/deep/link to link`);
    for (const text of ["new", "replaced"]) {
      await writeFileAtomically(`${path}/deep/link to link`, text);
      assertEquals(await Deno.readTextFile(`${path}/deep/file`), text);
    }
    assert((await Deno.lstat(`${path}/link`)).isSymlink);
    assertEquals(listing(`${path}/deep`), ["file", "link to link"]);
  },
);

test("a process that exits while it writes a file leaves nothing behind", async () => {
  using directory = folder();
  const { path } = directory;
  const program = `
import { writeFileAtomically } from "./lib/files/write_file.ts";
writeFileAtomically(Deno.args[0] + "/large", new Uint8Array(50e6));
while ([...Deno.readDirSync(Deno.args[0])].length === 0) await new Promise((r) => setTimeout(r));
Deno.exit(130);`;
  const { code } = await runToEnd(Deno.execPath(), { args: ["eval", program, path] });
  assertEquals([code, listing(path)], [130, []]);
});

for (const [signal, exitCode] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const) {
  onUnix(
    `a task that ends on ${signal} while it writes a file leaves nothing behind`,
    async () => {
      using directory = folder();
      const { path } = directory;
      const program = `
import { runTask } from "./lib/cli/run_task.ts";
import { AtomicFile } from "./lib/files/write_file.ts";
await runTask({ name: "export", summary: "", flags: {} }, async () => {
  using file = await AtomicFile.create(${JSON.stringify(path)} + "/net.onnx");
  await file.write("half of it");
  console.log("writing");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});`;
      await using task = start(Deno.execPath(), { args: ["eval", program] });
      const reader = task.stdout.pipeThrough(new TextDecoderStream()).getReader();
      await readUntil(reader, "writing");
      assertEquals(listing(path).length, 1);
      task.kill(signal);
      assertEquals([(await task.status).code, listing(path)], [exitCode, []]);
      await Promise.all([reader.cancel(), task.stderr.cancel()]);
    },
  );
}

test("a process killed while it writes checkpoints leaves a complete one or none", async () => {
  using directory = folder();
  const { path } = directory;
  const checkpoint = `${path}/checkpoint.safetensors`;
  let [absent, complete, interrupted] = [0, 0, 0];
  for (let run = 0; run < 10; run++) {
    await killWriter(path, checkpoint, run * 7);
    interrupted += listing(path).filter((name) => name.endsWith(".part")).length;
    if (listing(path).includes("checkpoint.safetensors")) {
      const { iteration, state } = decodeCheckpoint(await Deno.readFile(checkpoint));
      assert(
        state.parameters.every((value) => value === iteration),
        "a mixture of two checkpoints",
      );
      complete++;
    } else absent++;
    for (const name of listing(path)) await Deno.remove(`${path}/${name}`);
  }
  // The test is meaningless unless the writer was killed during a write at least once.
  assert(interrupted > 0, `never killed during a write: ${complete} complete, ${absent} absent`);
});

/** Starts the endless writer and kills it the given time after its first write began. */
async function killWriter(folder: string, file: string, milliseconds: number): Promise<void> {
  const script = import.meta.resolve("./endless_writer.ts");
  await using process = start(Deno.execPath(), {
    // Renaming also requires permission to read.
    args: ["run", "--no-check", `-R=${folder}`, `-W=${folder}`, script, file],
    stderr: "null",
  });
  const reader = process.stdout.getReader();
  assert(!(await reader.read()).done, "the writer did not start");
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  process.kill("SIGKILL");
  await process.status;
  await reader.cancel();
}
