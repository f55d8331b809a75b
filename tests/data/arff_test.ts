import { assertEquals, assertRejects } from "@std/assert";
import { readArff } from "../../lib/data/arff.ts";
import { DataError } from "../../lib/data/errors.ts";

const HEADER = `% A comment
@RELATION digits

@ATTRIBUTE pixel1 real
@attribute 'pixel 2' numeric
@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}

@DATA
`;

/** Reads a text that arrives in pieces of a given number of bytes. */
async function read(text: string, pieceLength = 1000): Promise<[number[], number[]]> {
  const bytes = new TextEncoder().encode(text);
  const starts = Array.from(
    { length: Math.ceil(bytes.length / pieceLength) },
    (_, i) => i * pieceLength,
  );
  const pieces = starts.map((start) => bytes.subarray(start, start + pieceLength));
  const { pixels, labels } = await readArff(ReadableStream.from(pieces), 3, 3);
  return [[...pixels], [...labels]];
}

Deno.test("readArff() returns the same pixels and labels for pieces of any length", async () => {
  const text = HEADER + "0,255,7\n12,3,0\n% a comment\n\n1,2,9";
  for (let pieceLength = 1; pieceLength <= text.length; pieceLength++) {
    assertEquals(await read(text, pieceLength), [[0, 255, 12, 3, 1, 2], [7, 0, 9]]);
  }
  assertEquals(
    await read(text.replaceAll("\n", "\r\n") + "\r\n"),
    [[0, 255, 12, 3, 1, 2], [7, 0, 9]],
  );
});

Deno.test("readArff() names the faulty line and column", async () => {
  const cases: [string, string][] = [
    ["", "it must have 3 rows: it ends after 0"],
    [HEADER + "1,2,3\n1,2,3\n", "it must have 3 rows: it ends after 2"],
    [HEADER + "1,2,3\n".repeat(4), "it must have 3 rows: it has more"],
    [HEADER.replace("@ATTRIBUTE pixel1 real\n", ""), "it must have 3 attributes: it has 2"],
    [
      HEADER + "1,2,3\n1,256,3\n",
      "line 10, column 2: must be a whole number from 0 to 255: current value is 256",
    ],
    [HEADER + "1,2.5,3\n", "line 9, column 2: must be a whole number"],
    [HEADER + "-1,2,3\n", "line 9, column 1: must be a whole number"],
    [HEADER + "1,,3\n", "line 9, column 2: must be a whole number"],
    [
      HEADER + "1,2,x\n",
      "line 9, column 3: must be a whole number from 0 to 255: current value is x",
    ],
    [HEADER + "1,2\n", "line 9: must have 3 values: it has 2"],
    [HEADER + "1,2,3,4\n", "line 9: must have 3 values: it has 4"],
    [HEADER + "<html>\n", "line 9: must have 3 values: it has 1"],
  ];
  for (const [text, message] of cases) {
    await assertRejects(() => read(text), DataError, message);
  }
});
