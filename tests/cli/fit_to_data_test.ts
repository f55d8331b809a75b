import { assert, assertEquals } from "@std/assert";
import { fitToData } from "../../lib/cli/training_flags.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";

const data = { name: "mine", trainRows: 5000, labels: { length: 8000 } };

/** Fits the notebook's options to data; returns the split, the validation rows and the notices. */
function fit(facts: Parameters<typeof fitToData>[1], flags: Parameters<typeof fitToData>[2] = {}) {
  const notices: string[] = [];
  const options = fitToData(NOTEBOOK, facts, flags, (line) => notices.push(line));
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
  assertEquals(fit({ ...named, validationRows: 700 }, { split: "original" }).validation, 700);
  assertEquals(fit({ ...named, validationRows: 700 }, { validation: 0 }).validation, 0);
});

Deno.test("fitToData() says that test rows are drawn if the data do not name them", () => {
  const [notice] = fit({ ...data, publishedSplit: false }).notices;
  assert(
    notice.includes("are drawn at random, with rows of each class in both parts where possible"),
    notice,
  );
});
