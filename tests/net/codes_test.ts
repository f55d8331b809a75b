/** The kernels have the same numbers for functions, heads and optimizers as the tables in lib/net. */
import { assertEquals } from "@std/assert";
import { ACTIVATIONS, IDENTITY } from "../../lib/net/activations.ts";
import { SHIFT_CODES } from "../../lib/engine/augment.ts";
import { HEADS } from "../../lib/net/heads.ts";
import { OPTIMIZERS } from "../../lib/net/optimizers.ts";
import { THREEFRY_LAYOUTS } from "../../lib/random/threefry.ts";
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

test("the kernels know both layouts of random bits, and both shifts, by their codes", async () => {
  const codes = Object.entries(THREEFRY_LAYOUTS).map(([name, { code }]) => [name, code]);
  assertEquals(codes, [["legacy", 0], ["partitionable", 1]]);
  assertEquals(SHIFT_CODES, { none: 0, shift: 1 });
  // The word that a condition decides, and the code with which it compares; without one, it holds for 1.
  const conditions: [string, RegExp, string][] = [
    ["shaders/rows/choose_rows.wgsl", /\bTHREEFRY_LAYOUT\b[^;]*? \{/g, "THREEFRY_LAYOUT == 1u {"],
    ["shaders/rows/gather.wgsl", /\bAUGMENT\b[^;:]*? \{/g, "AUGMENT == 0u {"],
    [
      "lib/engine/cpu/assembly/keys.ts",
      /\bif \(.*isPartitionable.*\) \{/g,
      "if (isPartitionable) {",
    ],
    ["lib/engine/cpu/assembly/inputs.ts", /= .*\bisShifted\b.*;/g, "= isShifted && step.isStep;"],
  ];
  for (const [file, pattern, expected] of conditions) {
    const text = await Deno.readTextFile(new URL(`../../${file}`, import.meta.url));
    assertEquals([...new Set(text.match(pattern))], [expected], file);
  }
});
