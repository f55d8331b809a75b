/// <reference lib="dom" />
/**
 * `deno task bench:page`: measures how long the browser page freezes while it trains.
 *
 * It opens the page in headless Chromium, records the time between consecutive frames, and prints
 * the median and the longest gap of each phase. One run; a screen shows a frame every 16.7 ms.
 */
import { contentSecurityPolicy, mnistFiles, pageFiles } from "../lib/cli/page_files.ts";
import { type FlagValues, oneOf, type Task, toggle } from "../lib/cli/flags.ts";
import { print } from "../lib/cli/output.ts";
import { responder } from "../lib/cli/responder.ts";
import { runTask } from "../lib/cli/run_task.ts";
import { openBrowser } from "./browser.ts";
import { openDigits } from "./digits.ts";
import { describeMachine, machineLines } from "./machine.ts";
import { markdownTable } from "./table.ts";

const FLAGS = {
  backend: oneOf(["cpu", "webgpu"], "the engine of the page; webgpu is SwiftShader", "cpu"),
  json: toggle("print one JSON object instead of the table"),
};

const TASK: Task<typeof FLAGS> = {
  name: "bench:page",
  summary:
    "Trains in the page, in headless Chromium, and prints the longest gap between two frames " +
    "while it loads, while it trains the notebook's net for ten seconds, and while it trains a " +
    "larger one and a digit is drawn. Takes half a minute.",
  flags: FLAGS,
};

/** How long the notebook's net trains, in milliseconds; its run may end before. */
const TRAINED_MS = 10_000;

/** The gaps between the frames of a phase. */
interface Frames {
  phase: string;
  frames: number;
  /** The median gap, in milliseconds. */
  median: number;
  /** The longest gap, in milliseconds. */
  longest: number;
}

if (import.meta.main) await runTask(TASK, pageTask);

async function pageTask({ backend = "cpu", json }: FlagValues<typeof FLAGS>): Promise<void> {
  const machine = await describeMachine();
  const { rows, browser } = await measure(backend);
  if (json) return print(JSON.stringify({ machine, browser, backend, frames: rows }));
  print(
    ...machineLines(machine),
    `Browser: ${browser}; trained on ${backend}`,
    "",
    ...markdownTable([
      { head: "phase", of: ({ phase }: Frames) => phase },
      { head: "frames", of: ({ frames }: Frames) => frames },
      { head: "median gap, ms", of: ({ median }: Frames) => median, digits: 1 },
      { head: "longest gap, ms", of: ({ longest }: Frames) => longest, digits: 1 },
    ], rows),
  );
}

/** Runs the page and measures its phases. */
async function measure(
  backend: string,
): Promise<{ rows: Frames[]; browser: string }> {
  const data = openDigits();
  const folder = data.name === "mnist" ? "mnist/" : undefined;
  const files = await pageFiles(folder);
  if (folder) { for (const [name, bytes] of mnistFiles(data)) files.set(name, bytes); }
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    responder(files, contentSecurityPolicy(folder)),
  );
  await using browser = await openBrowser({ webgpu: backend === "webgpu" });
  await browser.context.addInitScript(recordFrames);
  const { page } = await browser.open(
    `http://127.0.0.1:${server.addr.port}/?preset=notebook&backend=${backend}`,
  );
  page.setDefaultTimeout(120_000);
  const rows: Frames[] = [];
  const phase = async (name: string, work: () => Promise<unknown>) => {
    await work();
    const gaps: number[] = await page.evaluate("takeGaps()");
    gaps.sort((a, b) => a - b);
    const [median, longest] = [gaps[gaps.length >> 1] ?? NaN, gaps.at(-1) ?? NaN];
    rows.push({ phase: name, frames: gaps.length, median, longest });
  };
  const shows = (id: string, pattern: RegExp) =>
    page.waitForFunction(
      ([id, source]) => new RegExp(source).test(document.getElementById(id)!.textContent!),
      [id, pattern.source],
    );
  await phase("loading the digits", () => shows("status", /^Ready$/));
  await page.waitForTimeout(1000); // the page evaluates the initial net
  await page.evaluate("takeGaps()");
  const start = async () => {
    await page.click("#start");
    await shows("pace", /ms a step/);
  };
  await phase("notebook preset, until the first step", start);
  await phase("notebook preset, in training", () => page.waitForTimeout(TRAINED_MS));
  await page.click("#settings-button");
  await page.selectOption("#preset", "best");
  await page.click("#new-run");
  await page.click("#drawer-close");
  await shows("status", /^Ready$/);
  await page.evaluate("takeGaps()");
  await phase("best preset, until the first step", start);
  await phase("best preset, while a digit is drawn", async () => {
    const { x, y, width, height } = (await page.locator("#pad").boundingBox())!;
    for (let stroke = 0; stroke < 4; stroke++) {
      await page.mouse.move(x + width * 0.3, y + height * (0.2 + 0.16 * stroke));
      await page.mouse.down();
      await page.mouse.move(x + width * 0.7, y + height * 0.8, { steps: 15 });
      await page.mouse.up();
    }
    if (await page.evaluate(isOver)) throw new Error("The run ended before the digit was drawn");
  });
  return { rows, browser: `Chromium ${browser.context.browser()?.version() ?? ""}`.trim() };
}

/** Whether the page's run has finished. */
function isOver(): boolean {
  return document.querySelector("#status")!.textContent!.startsWith("Done");
}

/** Records the gaps between frames. Runs in the page, before the page's own script. */
function recordFrames(): void {
  let gaps: number[] = [];
  let last = performance.now();
  const frame = (now: number) => {
    gaps.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
  Object.assign(globalThis, {
    takeGaps() {
      const taken = gaps;
      gaps = [];
      return taken;
    },
  });
}
