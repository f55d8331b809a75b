/** The kernels have the same numbers for functions, heads and optimizers as the tables in lib/net. */
import { assertEquals } from "@std/assert";
import { ACTIVATIONS, IDENTITY } from "../../lib/net/activations.ts";
import { HEADS } from "../../lib/net/heads.ts";
import { OPTIMIZERS } from "../../lib/net/optimizers.ts";
import { test } from "../requirements.ts";

for (
  const [name, table] of [
    ["activation", { ...ACTIVATIONS, identity: IDENTITY }],
    ["head", HEADS],
    ["optimizer", OPTIMIZERS],
  ] as const
) {
  test(`the kernels' ${name} files declare the code of every entry, and no other`, async () => {
    const codes = Object.entries(table).map(([word, { code }]) => [word.toUpperCase(), code]);
    for (const file of [`shaders/functions/${name}.wgsl`, `lib/engine/cpu/assembly/${name}.ts`]) {
      const text = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
      // The word after `const` in capitals: not `HEAD` and `OPTIMIZER`, which the host sets.
      const constants = [...text.matchAll(/^const ([A-Z]+): u32 = (\d+);/gm)]
        .filter(([, word]) => word !== name.toUpperCase());
      assertEquals(constants.map(([, word, code]) => [word, Number(code)]), codes, file);
    }
  });
}
