import { assert, assertEquals } from "@std/assert";
import { Speed } from "../../lib/report/progress.ts";
import { test } from "../requirements.ts";
import { runToEnd } from "../processes.ts";

Deno.test("Speed describes the average speed and the remaining time", () => {
  let milliseconds = 0;
  const speed = new Speed(() => milliseconds);
  const at = (seconds: number, done: number, total: number, count = done) => {
    milliseconds = 1000 * seconds;
    return speed.describe(done, total, { count, unit: "steps" });
  };
  assertEquals(at(0, 1000, 5000), []);
  assertEquals(at(0.9, 2000, 5000), [], "too early to tell");
  assertEquals(at(2, 3000, 5000), ["1,000 steps/s", "2 s left"]);
  assertEquals(at(4, 3000, 500_000), ["500 steps/s", "16 min 34 s left"]);
  assertEquals(at(4, 3000, 50_000_000), ["500 steps/s", "27 h 46 min left"]);
  // The work done and the count may have different units.
  assertEquals(at(4, 3000, 5000, 1020), ["5.0 steps/s", "4 s left"]);
  assertEquals(at(5, 10, 20), [], "the next file begins");
  assertEquals(at(7, 15, 20), ["2.5 steps/s", "2 s left"]);
});

Deno.test("Speed describes nothing before any work is done", () => {
  let milliseconds = 0;
  const speed = new Speed(() => milliseconds);
  speed.describe(0, 10);
  milliseconds = 5000;
  assertEquals(speed.describe(0, 10), []);
});

const HIDE_CURSOR = "\x1b[?25l";
const SHOW_CURSOR = "\x1b[?25h";

test({
  name: "the terminal's cursor is visible again after a task ended early",
  // util-linux's `script` runs a command in a terminal.
  ignore: Deno.build.os !== "linux",
  async fn() {
    const module = new URL("../../lib/report/progress.ts", import.meta.url);
    const program = `import { openProgressDisplay } from ${JSON.stringify(module.href)};
      (await openProgressDisplay()).update(1, 10, "things"); Deno.exit(3);`;
    const file = await Deno.makeTempFile({ suffix: ".ts" });
    await Deno.writeTextFile(file, program);
    const command = `'${Deno.execPath()}' run -A --config=deno.json '${file}'`;
    const { stdout: text } = await runToEnd("script", { args: ["-qec", command, "/dev/null"] });
    await Deno.remove(file);
    assert(text.includes(HIDE_CURSOR) && text.includes("things"), text);
    assert(text.lastIndexOf(SHOW_CURSOR) > text.lastIndexOf(HIDE_CURSOR), JSON.stringify(text));
  },
});
