import { assert, assertEquals } from "@std/assert";
import { fitToData } from "../../lib/cli/training_flags.ts";
import type { OptionValues } from "../../lib/training/option_table.ts";
import { resolveOptions } from "../../lib/training/options.ts";

const data = { name: "mine", trainRows: 5000, labels: { length: 8000 } };

/**
 * Fits options to data; returns the split, the validation rows and the notices. In a sweep, the flags
 * are lists.
 */
function fit(
  facts: Parameters<typeof fitToData>[1],
  given: Partial<OptionValues> = {},
  flags: Parameters<typeof fitToData>[2] = given,
) {
  const notices: string[] = [];
  const options = fitToData(resolveOptions(given), facts, flags, (line) => notices.push(line));
  return { split: options.split, validation: options.validation, notices };
}

Deno.test("fitToData() uses the test and validation rows that the data name, unless flags say otherwise", () => {
  const shuffled: ReturnType<typeof fit> = { split: "shuffle", validation: 0, notices: [] };
  assertEquals(fit(data), shuffled);
  const named = { ...data, hasNamedTest: true };
  assertEquals(fit(named), { ...shuffled, split: "original" });
  assertEquals(fit(named, { split: "shuffle" }), shuffled);
  const held = fit({ ...named, validationRows: 700 });
  assertEquals([held.split, held.validation], ["original", 700]);
  assert(held.notices[0].includes("its 700 validation rows are held out"), held.notices[0]);
  const original = { split: "original" } as const;
  for (const flags of [original, { split: ["original", "shuffle"] }]) {
    assertEquals(fit({ ...named, validationRows: 700 }, original, flags).validation, 700);
  }
  assertEquals(fit({ ...named, validationRows: 700 }, { validation: 0 }).validation, 0);
});

Deno.test("fitToData() says that test rows are drawn if the data do not name them", () => {
  const [notice] = fit({ ...data, publishedSplit: false }).notices;
  assert(
    notice.includes("are drawn at random, with rows of each class in both parts where possible"),
    notice,
  );
});
