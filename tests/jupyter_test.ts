/** Tests the Jupyter notebook: the stored file, its code, and a run. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { runCli } from "./cli/run_cli.ts";
import { mnistDirectory, needs, notebookPython, test } from "./requirements.ts";
import { runToEnd } from "./processes.ts";

const ROOT = new URL("../", import.meta.url);
const NOTEBOOK = new URL("notebook/solving_mnist_with_webgpu.ipynb", ROOT);
/** Maximum number of characters of a picture, as SVG or as PNG in Base64. */
const MAX_PICTURE = 50_000;

/** The parts of a notebook that these tests read (https://nbformat.readthedocs.io). */
interface Notebook {
  cells: Cell[];
}

type Text = string | string[];

interface Cell {
  cell_type: "code" | "markdown";
  source: Text;
  execution_count?: number | null;
  outputs?: { output_type: string; name?: string; text?: Text; data?: Record<string, Text> }[];
}

const joined = (text: Text) => [text].flat().join("");

async function codeCells(path: URL | string): Promise<Cell[]> {
  const { cells }: Notebook = JSON.parse(await Deno.readTextFile(path));
  return cells.filter(({ cell_type }) => cell_type === "code");
}

/** Returns the lines that cells printed. */
function printed(cells: Cell[]): string[] {
  return cells.flatMap(({ outputs = [] }) =>
    outputs.flatMap(({ text }) => text === undefined ? [] : joined(text).trimEnd().split("\n"))
  );
}

/** Returns the lines of the published notebook's log: the digit, eleven accuracies, the final one. */
function logOf(lines: string[]): string[] {
  const answer = lines.findIndex((line) => line.startsWith("Sample answer:"));
  return [
    ...lines.slice(lines.indexOf("Sample image:"), answer + 1).filter((line) => line.trim()),
    ...lines.filter((line) => /^(Initial|\(\d+\)) Accuracy: |^Final accuracy /.test(line)),
  ];
}

/** Runs after the notebook's own, whose log is compared, and what is enough of them. */
const SHORTER = [
  ["of [0, 1, 2, 3, 4]", "of [0]"],
  ["{ data, evalEvery: 100 }", "{ data, evalEvery: 100, iterations: 500 }"],
  ["...PRESETS.accurate, evalEvery: 67 }", "...PRESETS.accurate, evalEvery: 67, epochs: 1 }"],
];

/** Returns the notebook with these runs shortened. */
async function shortened(): Promise<string> {
  const notebook: Notebook = JSON.parse(await Deno.readTextFile(NOTEBOOK));
  for (const [long, short] of SHORTER) {
    const cell = notebook.cells.find(({ source }) => joined(source).includes(long));
    assert(cell, `no cell has ${long}`);
    cell.source = joined(cell.source).replace(long, short);
  }
  return JSON.stringify(notebook);
}

test("the notebook is stored with the output of one run from top to bottom, with small pictures", async () => {
  const cells = await codeCells(NOTEBOOK);
  assertEquals(cells.map((cell) => cell.execution_count), cells.map((_, i) => i + 1));
  let pictures = 0;
  for (const { data = {}, output_type, name } of cells.flatMap(({ outputs = [] }) => outputs)) {
    assert(output_type !== "error" && name !== "stderr", `${output_type} ${name}`);
    for (const [type, content] of Object.entries(data)) {
      if (!type.startsWith("image/")) continue;
      pictures++;
      assert(joined(content).length <= MAX_PICTURE, `${type} of ${joined(content).length}`);
    }
  }
  assert(pictures >= 4, `${pictures} pictures`);
  // The digit, and the accuracies after 0, 500, ..., 5000 steps and at the end.
  const log = logOf(printed(cells));
  assertEquals(log.filter((line) => line.includes("ccuracy")).length, 12, log.join("\n"));
  assert(log.includes("Sample answer: 8"));
});

test("the notebook's code has no type errors and passes the linter", async () => {
  const code = (await codeCells(NOTEBOOK)).map(({ source }) => joined(source)).join("\n");
  const file = await Deno.makeTempFile({ suffix: ".ts" });
  await Deno.writeTextFile(file, code.replaceAll('from "../', `from "${ROOT}`));
  for (const command of [["check"], ["lint"]]) {
    const { code, stderr } = await runToEnd(Deno.execPath(), {
      args: [...command, `--config=${new URL("deno.json", ROOT).pathname}`, file],
      env: { NO_COLOR: "1" },
    });
    assert(code === 0, stderr);
  }
  await Deno.remove(file);
});

Deno.test("the notebook, run in Deno's kernel, prints what the command line prints", {
  ...await needs("time", "mnist", "notebook"),
}, async () => {
  const MNIST_DIR = await Deno.realPath(mnistDirectory());
  const folder = await Deno.makeTempDir();
  // Installs a kernel like `deno jupyter --install`, but in a temporary folder and with this Deno.
  await Deno.mkdir(`${folder}/kernels/deno`, { recursive: true });
  await Deno.writeTextFile(
    `${folder}/kernels/deno/kernel.json`,
    JSON.stringify({
      argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
      display_name: "Deno",
      language: "typescript",
    }),
  );
  await Deno.writeTextFile(`${folder}/short.ipynb`, await shortened());
  const { code: exitCode, stderr } = await runToEnd(notebookPython(), {
    args: ["notebook/run.py", `${folder}/run.ipynb`, `${folder}/short.ipynb`],
    cwd: ROOT,
    env: { JUPYTER_PATH: folder, MNIST_DIR },
  }, 600_000);
  assert(exitCode === 0, stderr);
  const lines = printed(await codeCells(`${folder}/run.ipynb`));
  await Deno.remove(folder, { recursive: true });

  const { code, stdout, stderr: notices } = await runCli("train", ["--no-save"], { MNIST_DIR });
  assertEquals(code, 0, notices);
  const log = logOf(stdout.split("\n"));
  assertEquals(logOf(lines), log);
  assertEquals(log.filter((line) => line.includes("ccuracy")).length, 12, stdout);

  const differences = lines.filter((line) => line.includes("the change of all parameters"));
  assert(differences.length > 0);
  for (const line of differences) {
    const [, difference] = line.match(/differs by (\S+) of its length/)!;
    assert(Number(difference) < 1e-4, line);
  }
  const words = lines.find((line) => line.includes("words equal"));
  if (words) assertMatch(words, /^100000 of 100000 /);
});
