import { assertEquals, assertRejects } from "@std/assert";
import { DataError } from "../../lib/data/errors.ts";
import { test } from "../requirements.ts";
import { assertMentions } from "../mentions.ts";
import { readText } from "./csv_files.ts";

const HEADER = `% A comment
@RELATION digits

@ATTRIBUTE pixel1 real
@attribute 'pixel 2' numeric
@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}

@DATA
`;

test("readCsv() reads ARFF, with comments, any line breaks and sparse rows", async () => {
  const text = HEADER + "0,255,7\n12,3,0\n% a comment\n\n1,2,9\n";
  const sparse = HEADER + "{1 255, 2 7}\n{0 12, 1 3}\n{0 1, 1 2, 2 9}\n";
  for (const file of [text, text.replaceAll("\n", "\r\n"), sparse]) {
    const { labels, images } = await readText(file, { width: 2 });
    assertEquals([labels, images], [Uint8Array.of(7, 0, 9), Uint8Array.of(0, 255, 12, 3, 1, 2)]);
  }
});

test("readCsv() reads quoted class names of ARFF", async () => {
  const header = HEADER.replace(/{.*}/, "{'T-shirt/top', \"Ankle boot\"}");
  const { classNames, labels } = await readText(
    header + "0,255,'Ankle boot'\n12,3,'T-shirt/top'\n",
    { width: 2 },
  );
  assertEquals([classNames, [...labels]], [["Ankle boot", "T-shirt/top"], [0, 1]]);
});

test("readCsv() names the faulty line of an ARFF file", async () => {
  const cases: [string, (string | number)[]][] = [
    ["% nothing but a comment\n", ["no rows"]],
    [HEADER, ["no rows"]],
    [HEADER + "1,2,3\n1,2.x,3\n", ["line 10", "column 2", "pixel", "2.x"]],
    [HEADER + "1,2,3\n1,?,3\n", ["line 10", "column 2", "pixel", "?"]],
    [HEADER + "1,2,3\n1,2,?\n", ["line 10", "column 3", "label"]],
    [HEADER + "1,2,3\n1,2\n", ["line 10", 3, 2]],
    [HEADER + "{7 3}\n", ["line 9", "pairs"]],
  ];
  for (const [text, words] of cases) {
    const { message } = await assertRejects(() => readText(text, { width: 2 }), DataError);
    assertMentions(message, words);
  }
});
