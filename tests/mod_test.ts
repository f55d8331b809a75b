/** Uses the library by URL from an empty folder, without this project's configuration. */
import { assertEquals, assertThrows } from "@std/assert";
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

test("mod.ts can save a run as bytes and resume it with the same result", async () => {
  const data = library.syntheticDigits({ trainRows: 60, testRows: 10 });
  const given = { iterations: 6, batchSize: 5, evalEvery: 3, hidden: [4, 4] } as const;
  const run = { data, backend: "cpu", ...given } as const;
  const whole = await Array.fromAsync(library.train({ ...run, saveEvery: 3 }));
  const checkpoint = whole.find((event) => event.type === "checkpoint")!;
  const bytes = library.encodeCheckpoint({
    ...checkpoint,
    run: {
      dataset: data.name,
      device: "any",
      backend: "cpu",
      options: library.resolveOptions({ ...given, evalSize: 10 }),
    },
    architecture: {
      inputs: 784,
      hidden: [4, 4],
      classes: 10,
      activation: "tanh",
      head: "notebook",
    },
    seconds: 0,
    curve: [],
  });
  const resume = library.decodeCheckpoint(bytes);
  const rest = await Array.fromAsync(library.train({ ...run, resume }));
  const [end, resumed] = [whole, rest].map((events) =>
    events.find((event) => event.type === "finished")?.parameters
  );
  assertEquals(resumed, end);
  assertThrows(() => library.decodeCheckpoint(bytes.subarray(0, 900)), library.ModelError);
});
