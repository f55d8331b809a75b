import { assert, assertEquals, assertRejects } from "@std/assert";
import { ModelError } from "../../lib/model/errors.ts";
import { loadModel } from "../../lib/model/load_model.ts";
import { saveModel } from "../../lib/model/save_model.ts";
import { test } from "../requirements.ts";
import { initializedModel } from "../training/small_model.ts";

test("loadModel() reads a net from a server, and says which status it answered otherwise", async () => {
  const folder = await Deno.makeTempDir();
  const file = `${folder}/net.safetensors`;
  await saveModel(file, initializedModel());
  const bytes = await Deno.readFile(file);
  await Deno.remove(folder, { recursive: true });
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    ({ url }) =>
      new URL(url).pathname === "/net.safetensors"
        ? new Response(bytes)
        // Servers send pages with their errors; here it is even a net.
        : new Response(bytes, { status: 404 }),
  );
  const base = `http://127.0.0.1:${server.addr.port}`;
  const { parameters } = await loadModel(new URL(`${base}/net.safetensors`));
  assertEquals(parameters, initializedModel().parameters);
  const error = await assertRejects(() => loadModel(new URL(`${base}/absent`)), ModelError, "404");
  assertEquals(error.message.includes(`${base}/absent`), true, error.message);
});

test("loadModel() refuses settings that contradict the file, in one short line", async () => {
  const file = await Deno.makeTempFile({ suffix: ".safetensors" });
  await saveModel(file, initializedModel());
  for (const settings of [{ mean: Array(784).fill(0.5) }, { std: 0.5 }, { invert: true }]) {
    const error = await assertRejects(() => loadModel(file, settings), Error);
    const [name] = Object.keys(settings);
    assert(error.message.includes(`its ${name} `) && error.message.length < 200, error.message);
  }
  await loadModel(file, { mean: 0, std: 1, invert: false });
  await Deno.remove(file);
});

/** The first bytes of files that `torch.save` of PyTorch 2.15 writes, given what its pickle begins with. */
const torchFile = (pickle: string) =>
  Uint8Array.from(
    `PK\x03\x04${"\0".repeat(26)}net/data.pklFB\x12\0${"Z".repeat(18)}\x80\x02${pickle}`,
    (letter) => letter.charCodeAt(0),
  );

test("loadModel() gives the command that converts a file of PyTorch, whatever it holds", async () => {
  const cases = [
    ["ccollections\nOrderedDict\nq\0", "weights_only=True"],
    ["}q\0(X\x10\0\0\0model_state_dict", "d.get('model_state_dict', d)"],
    ["ctorch.nn.modules.container\nSequential\nq\0", "m.state_dict()"],
    ["c__main__\nNet\nq\0", "weights_only=False"],
  ];
  for (const [pickle, command] of cases) {
    const file = await Deno.makeTempFile({ suffix: ".pth" });
    await Deno.writeFile(file, torchFile(pickle));
    await assertRejects(() => loadModel(file), ModelError, command);
    await Deno.remove(file);
  }
});
