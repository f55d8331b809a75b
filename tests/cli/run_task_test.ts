import { assertEquals } from "@std/assert";
import { runToEnd } from "../processes.ts";
import { test } from "../requirements.ts";

/** Runs a task whose `main` consists of this code. */
async function runMain(code: string, ...args: string[]) {
  const program = `
import { runTask } from "./lib/cli/run_task.ts";
import { inGroup, listOf, number, oneOf, toggle, UsageError } from "./lib/cli/flags.ts";
import { OptionError } from "./lib/training/options.ts";
const flags = {
  batchSize: number("rows of a batch", 100),
  rates: listOf(number("several rates")),
  ...inGroup("Device:", { backend: oneOf(["auto", "cpu"], "what to train on", "auto") }),
  noSave: toggle("save nothing"),
  json: toggle("print JSON"),
};
const task = { name: "try", summary: "Tries flags.", flags, operands: "IMAGE..." };
void [UsageError, OptionError];
await runTask(task, async () => { ${code} });`;
  return await runToEnd(Deno.execPath(), {
    args: ["eval", program, ...args],
    env: { NO_COLOR: "1" },
  });
}

const FAILURES: [string, string, number, string][] = [
  ["an error", `throw new Error("no luck");`, 1, "error: no luck\n"],
  ["an error of two lines", `throw new Error("no\\n  luck");`, 1, "error: no; luck\n"],
  ["a thrown text", `throw "no luck";`, 1, "error: no luck\n"],
  ["an invalid command line", `throw new UsageError("no such flag");`, 2, "error: no such flag\n"],
  [
    "an invalid option",
    `throw new OptionError("evalSize", "small", 3);`,
    2,
    "error: Cannot train as --eval-size must be small: current value is 3\n",
  ],
  [
    "an invalid option whose flag has another name",
    `throw new OptionError("initialization", "normal", "glorot");`,
    2,
    "error: Cannot train as --init must be normal: current value is glorot\n",
  ],
  [
    "an error that is followed by another at disposal",
    `using file = { [Symbol.dispose]() { throw new Error("disk full"); } };
     using same = { [Symbol.dispose]() { throw new Error("no luck"); } };
     throw new UsageError("no luck");`,
    2,
    "error: no luck; then: disk full\n",
  ],
  [
    "an error that nothing awaits",
    `Promise.reject(new Error("no luck")); await new Promise((r) => setTimeout(r, 5000));`,
    1,
    "error: no luck\n",
  ],
  [
    "an error in a timer",
    `setTimeout(() => { throw new Error("no luck"); }, 0); await new Promise((r) => setTimeout(r, 5000));`,
    1,
    "error: no luck\n",
  ],
];

for (const [what, main, code, stderr] of FAILURES) {
  test(`runTask() fails with one line and exit code ${code} on ${what}`, async () => {
    assertEquals(await runMain(main), { code, stdout: "", stderr });
  });
}

test("runTask() prints a line of help for each flag of the table, without running main", async () => {
  const { code, stdout, stderr } = await runMain(`throw new Error("no luck");`, "--help");
  assertEquals([code, stderr], [0, ""]);
  assertEquals(
    stdout,
    `Usage: deno task try [flags] IMAGE...

Tries flags.

Options:
  --batch-size <N>  rows of a batch (default: 100)
  --rates <N,...>   several rates
  --no-save         save nothing
  --json            print JSON
  --version         print the program's version and exit
  -h, --help        print this help and exit

Device:
  --backend <NAME>  what to train on (auto|cpu; default: auto)
`,
  );
});

test("runTask() exits with the code that main returns", async () => {
  assertEquals(await runMain("return 130;"), { code: 130, stdout: "", stderr: "" });
  assertEquals(await runMain(""), { code: 0, stdout: "", stderr: "" });
});

test("runTask() with --json also prints an error as an event", async () => {
  assertEquals(await runMain(`throw new Error("no luck");`, "--json"), {
    code: 1,
    stdout: '{"type":"error","message":"no luck"}\n',
    stderr: "error: no luck\n",
  });
});
