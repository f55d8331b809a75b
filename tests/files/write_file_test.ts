import { assert, assertEquals, assertRejects } from "@std/assert";
import { decodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { writeFileAtomically } from "../../lib/files/write_file.ts";
import { readUntil, runToEnd, start } from "../processes.ts";
import { onUnix, test } from "../requirements.ts";

async function inFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name);
}

test("writeFileAtomically() replaces a file and leaves nothing else behind", () =>
  inFolder(async (folder) => {
    await writeFileAtomically(`${folder}/options.json`, "a longer text than the next");
    await writeFileAtomically(`${folder}/options.json`, "{}");
    assertEquals(await Deno.readTextFile(`${folder}/options.json`), "{}");
    assertEquals(names(folder), ["options.json"]);
  }));

test({
  name: "writeFileAtomically() closes its files, also if it fails",
  sanitizeResources: true,
  fn: () =>
    inFolder(async (folder) => {
      await writeFileAtomically(`${folder}/file`, "");
      await assertRejects(() => writeFileAtomically(folder, "a folder has this name"));
    }),
});

test("writeFileAtomically() changes nothing if it fails", () =>
  inFolder(async (folder) => {
    await Deno.mkdir(`${folder}/taken/inside`, { recursive: true });
    await assertRejects(
      () => writeFileAtomically(`${folder}/taken`, "a folder has this name"),
      Error,
      `Cannot write ${folder}/taken: `,
    );
    await assertRejects(
      () => writeFileAtomically(`${folder}/absent/file`, ""),
      Error,
      `Cannot write ${folder}/absent/file: `,
    );
    assertEquals(names(folder), ["taken"]);
  }));

onUnix(
  "writeFileAtomically() writes the target of a symbolic link",
  () =>
    inFolder(async (folder) => {
      await Deno.mkdir(`${folder}/deep`);
      await Deno.symlink("deep/file", `${folder}/link`);
      await Deno.symlink(`${folder}/link`, `${folder}/deep/link to link`);
      for (const text of ["new", "replaced"]) {
        await writeFileAtomically(`${folder}/deep/link to link`, text);
        assertEquals(await Deno.readTextFile(`${folder}/deep/file`), text);
      }
      assert((await Deno.lstat(`${folder}/link`)).isSymlink);
      assertEquals(names(`${folder}/deep`).sort(), ["file", "link to link"]);
    }),
);

test("a process that exits while it writes a file leaves nothing behind", () =>
  inFolder(async (folder) => {
    const program = `
import { writeFileAtomically } from "./lib/files/write_file.ts";
writeFileAtomically(Deno.args[0] + "/large", new Uint8Array(50e6));
while ([...Deno.readDirSync(Deno.args[0])].length === 0) await new Promise((r) => setTimeout(r));
Deno.exit(130);`;
    const { code } = await runToEnd(Deno.execPath(), { args: ["eval", program, folder] });
    assertEquals([code, names(folder)], [130, []]);
  }));

for (const [signal, exitCode] of [["SIGTERM", 143], ["SIGINT", 130], ["SIGHUP", 129]] as const) {
  onUnix(
    `a task that ends on ${signal} while it writes a file leaves nothing behind`,
    () =>
      inFolder(async (folder) => {
        const program = `
import { runTask } from "./lib/cli/run_task.ts";
import { AtomicFile } from "./lib/files/write_file.ts";
await runTask({ name: "export", summary: "", flags: {} }, async () => {
  using file = await AtomicFile.create(${JSON.stringify(folder)} + "/net.onnx");
  await file.write("half of it");
  console.log("writing");
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});`;
        await using task = start(Deno.execPath(), { args: ["eval", program] });
        const reader = task.stdout.pipeThrough(new TextDecoderStream()).getReader();
        await readUntil(reader, "writing");
        assertEquals(names(folder).length, 1);
        task.kill(signal);
        assertEquals([(await task.status).code, names(folder)], [exitCode, []]);
        await Promise.all([reader.cancel(), task.stderr.cancel()]);
      }),
  );
}

test("a process killed while it writes checkpoints leaves a complete one or none", () =>
  inFolder(async (folder) => {
    const path = `${folder}/checkpoint.safetensors`;
    let [absent, complete, interrupted] = [0, 0, 0];
    for (let run = 0; run < 10; run++) {
      await killWriter(path, run * 7);
      interrupted += names(folder).filter((name) => name.endsWith(".part")).length;
      if (names(folder).includes("checkpoint.safetensors")) {
        const { iteration, state } = decodeCheckpoint(await Deno.readFile(path));
        assert(
          state.parameters.every((value) => value === iteration),
          "a mixture of two checkpoints",
        );
        complete++;
      } else absent++;
      for (const name of names(folder)) await Deno.remove(`${folder}/${name}`);
    }
    // The test is meaningless unless the writer was killed during a write at least once.
    assert(interrupted > 0, `never killed during a write: ${complete} complete, ${absent} absent`);
  }));

/** Starts the endless writer and kills it the given time after its first write began. */
async function killWriter(path: string, milliseconds: number): Promise<void> {
  const script = import.meta.resolve("./endless_writer.ts");
  const folder = path.slice(0, path.lastIndexOf("/"));
  await using process = start(Deno.execPath(), {
    // Renaming also requires permission to read.
    args: ["run", "--no-check", `-R=${folder}`, `-W=${folder}`, script, path],
    stderr: "null",
  });
  const reader = process.stdout.getReader();
  assert(!(await reader.read()).done, "the writer did not start");
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  process.kill("SIGKILL");
  await process.status;
  await reader.cancel();
}
