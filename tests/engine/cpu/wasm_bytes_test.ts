import { assert } from "@std/assert";
import { test } from "../../requirements.ts";

test("wasm_bytes.ts is what the sources compile to", async () => {
  // The compiler looks at environment variables as soon as it is imported.
  const { buildWasm } = await import("../../../lib/engine/cpu/build_wasm.ts");
  const committed = await Deno.readTextFile(
    new URL("../../../lib/engine/cpu/wasm_bytes.ts", import.meta.url),
  );
  assert(committed === await buildWasm(), "run `deno task build:wasm` and commit what it writes");
});
