import { assertAlmostEquals, assertEquals } from "@std/assert";
import golden from "../golden/predictions.json" with { type: "json" };
import { folder } from "../data/idx_files.ts";
import { test } from "../requirements.ts";
import { call } from "./run_cli.ts";
import { jsonLines } from "./trained_nets.ts";

const files = Object.fromEntries(
  Object.entries(golden.files).map(([name, text]) => [name, Uint8Array.fromBase64(text)]),
);
const NET = ["--activation", "relu", "--head", "softmax", "--scale", "unit"];

test("predict prints NumPy's classes, probabilities and figures for all kinds of files", async () => {
  using directory = folder(files);
  const names = Object.keys(files).filter((name) => !/^net|labels/.test(name));
  assertEquals(names.length, 5);
  for (const name of names) {
    const out = `${directory.path}/${name}.predictions.csv`;
    const args = ["--model", `${directory.path}/net.npz`, ...NET, "--out", out, "--probabilities"];
    const { code, stdout, stderr } = await call`predict --json --quiet ${args}
      ${directory.path}/${name}`;
    assertEquals([code, stderr], [0, ""], name);
    const lines = jsonLines(stdout) as Record<string, unknown>[];
    const { type: _, dataset, loss, accuracy, precision, recall, ...counts } = lines.pop()!;
    const { rows, correct, confusion } = golden;
    assertEquals([dataset, counts], [`${directory.path}/${name}`, { rows, correct, confusion }]);
    const found = [loss, accuracy, precision, recall].flat() as number[];
    const expected = [golden.loss, golden.accuracy, golden.precision, golden.recall].flat();
    found.forEach((figure, i) => assertAlmostEquals(figure, expected[i], 1e-12, name));

    assertEquals(lines.map(({ label }) => label).join(""), golden.predicted, name);
    assertEquals(lines.map(({ actual }) => actual).join(""), golden.labels, name);
    const csv = (await Deno.readTextFile(out)).trimEnd().split("\n").slice(1)
      .map((line) => line.split(",").map(Number));
    assertEquals(csv.length, lines.length);
    for (const [row, { probabilities }] of lines.entries()) {
      const right = golden.probabilities[row % golden.probabilities.length];
      const [id, label, ...written] = csv[row];
      assertEquals([id, label], [row + 1, Number(golden.predicted[row])]);
      for (const found of [probabilities as number[], written]) {
        found.forEach((p, i) => assertAlmostEquals(p, right[i], 1e-7, name));
      }
    }
  }
});
