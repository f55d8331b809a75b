import { assert } from "@std/assert";
import { needs } from "../../requirements.ts";

const slow = await needs("time");
Deno.test("wasm_bytes.ts equals what the AssemblyScript sources compile to", slow, async () => {
  // The compiler reads environment variables when it is imported, which needs a permission.
  const { buildWasm } = await import("../../../lib/engine/cpu/build_wasm.ts");
  const committed = await Deno.readTextFile(
    new URL("../../../lib/engine/cpu/wasm_bytes.ts", import.meta.url),
  );
  assert(committed === await buildWasm(), "run `deno task build:wasm` and commit the file");
});
