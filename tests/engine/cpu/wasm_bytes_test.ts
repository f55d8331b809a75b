import { assert } from "@std/assert";
import { buildWasm } from "../../../lib/engine/cpu/build_wasm.ts";
import { test } from "../../requirements.ts";

test("wasm_bytes.ts is what the sources compile to", async () => {
  const committed = await Deno.readTextFile(
    new URL("../../../lib/engine/cpu/wasm_bytes.ts", import.meta.url),
  );
  assert(committed === await buildWasm(), "run `deno task build:wasm` and commit what it writes");
});
