/** Uses the library by URL from an empty folder, without this project's configuration. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import * as library from "../mod.ts";
import { mnistDirectory, needs, test } from "./requirements.ts";
import { runToEnd } from "./processes.ts";

/** Serves the repository like a plain web server. */
function serveRepository(): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const path = decodeURIComponent(new URL(request.url).pathname);
    if (path.includes("..")) return new Response(null, { status: 400 });
    try {
      return new Response(await Deno.readFile(`.${path}`), {
        headers: { "content-type": path.endsWith(".ts") ? "text/typescript" : "text/plain" },
      });
    } catch {
      return new Response(null, { status: 404 });
    }
  });
}

Deno.test({
  name: "mod.ts runs by URL from an empty folder with permission only to import and read the data",
  ...await needs("mnist"),
  async fn() {
    await using server = serveRepository();
    const { port } = server.addr;
    const mnist = await Deno.realPath(mnistDirectory());
    const folder = await Deno.makeTempDir();
    try {
      const program = `import { loadMnist, train } from "http://127.0.0.1:${port}/mod.ts";
const data = await loadMnist({ directory: ${JSON.stringify(mnist)} });
for await (const event of train({ data, iterations: 20, evalEvery: 10 })) console.log(event.type);
`;
      await Deno.writeTextFile(`${folder}/main.ts`, program);
      const deno = async (...args: string[]) => {
        const { code, stdout, stderr } = await runToEnd(Deno.execPath(), {
          args,
          cwd: folder,
          env: { DENO_DIR: `${folder}/deno`, NO_COLOR: "1" },
        });
        assertEquals(code, 0, stderr);
        return stdout;
      };
      const imports = `--allow-import=127.0.0.1:${port}`;
      const read = `--allow-read=${mnist}`;
      const output = await deno("run", "--no-prompt", "--no-config", imports, read, "main.ts");
      const evaluations = ["evaluated", "evaluated", "evaluated"];
      assertEquals(output.trim().split("\n").filter((line) => line !== "progress"), [
        ...["started", "sample", ...evaluations, "finished"],
      ]);
      // The types must be complete without this project's configuration too.
      await deno("check", "--no-config", imports, "main.ts");
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
});

test("mod.ts can save a run in a file and resume it with the same result", async () => {
  const path = await Deno.makeTempFile();
  try {
    const data = library.syntheticDigits({ trainRows: 60, testRows: 10 });
    const run = { data, backend: "cpu", iterations: 9, batchSize: 5, evalEvery: 3 } as const;
    const whole = await Array.fromAsync(library.train({ ...run, saveEvery: 3 }));
    const saved = async (run: library.TrainArguments, events: library.TrainingEvent[]) => {
      await library.saveCheckpoint(path, run, events);
      return library.decodeCheckpoint(await Deno.readFile(path));
    };
    const upTo = (events: library.TrainingEvent[], iteration: number) =>
      events.slice(
        0,
        1 +
          events.findIndex((event) => event.type === "checkpoint" && event.iteration === iteration),
      );
    const first = await saved(run, upTo(whole, 3));
    const resumed = await Array.fromAsync(library.train({ ...run, saveEvery: 3, resume: first }));
    const second = await saved({ ...run, resume: first }, upTo(resumed, 6));
    assertEquals([first, second].map(({ iteration }) => iteration), [3, 6]);
    assertEquals(second.curve.map(({ iteration }) => iteration), [0, 3, 6]);
    assert(second.seconds > first.seconds);
    assertEquals(second.run.options.evalSize, 10);
    const model = await library.trainModel({ ...run, resume: second });
    const end = whole.findLast((event) => event.type === "finished");
    assertEquals(model.parameters, end?.parameters);
    await assertRejects(() => library.saveCheckpoint(path, run, []), RangeError, "no event");
    const cut = (await Deno.readFile(path)).subarray(0, 900);
    assertThrows(() => library.decodeCheckpoint(cut), library.ModelError);
  } finally {
    await Deno.remove(path);
  }
});
