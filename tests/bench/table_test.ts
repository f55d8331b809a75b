import { assertEquals } from "@std/assert";
import { markdownTable } from "../../bench/table.ts";

Deno.test("markdownTable() aligns text to the left and numbers to the right", () => {
  const columns = [
    { head: "", of: ({ name }: { name: string }) => name },
    { head: "ms", of: ({ ms }: { ms: number }) => ms, digits: 2 },
  ];
  assertEquals(markdownTable(columns, [{ name: "ours", ms: 1 }, { name: "a peer", ms: 27.683 }]), [
    "|        |    ms |",
    "| ------ | ----: |",
    "| ours   |  1.00 |",
    "| a peer | 27.68 |",
  ]);
});

Deno.test("markdownTable() shows a dash for a number that is not finite", () => {
  const columns = [{ head: "GFLOP/s", of: (value: number) => value }];
  assertEquals(markdownTable(columns, [NaN, 12]), [
    "| GFLOP/s |",
    "| ------: |",
    "|       - |",
    "|      12 |",
  ]);
});

Deno.test("markdownTable() returns only a heading if there are no rows", () => {
  assertEquals(markdownTable([{ head: "word", of: String }], []), ["| word |", "| ---- |"]);
});
