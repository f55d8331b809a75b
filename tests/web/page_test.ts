/// <reference lib="dom" />
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import axe from "axe-core/axe.min.js" with { type: "text" };
import { needs } from "../requirements.ts";
import { openPage, ready } from "./training_page.ts";

Deno.test({
  name: "the page trains on synthetic digits, says so, and requests nothing from other servers",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage();
    assertMatch(await web.text("notice"), /^Not MNIST/);
    await web.page.click("#start");
    await web.reach(500);
    const [[first], [steps, accuracy]] = await web.evaluations();
    assertEquals([first, steps], ["0", "500"]);
    assert(Number.parseFloat(accuracy) > 50, `accuracy: ${accuracy}`);
    assertEquals(web.complaints, []);
    // A blob: URL is made by the page itself.
    const addresses = web.requests.map((url) => url.replace(/^blob:/, ""));
    assertEquals(addresses.filter((url) => !url.startsWith(web.url)), []);
  },
});

Deno.test({
  name: "the loaded page works offline",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage();
    await web.page.context().setOffline(true);
    await web.page.click("#start");
    await web.reach(100);
    await web.page.click("#test-digit");
    await web.page.waitForFunction(() =>
      document.querySelector("#answer")!.textContent!.startsWith("This is")
    );
    assertEquals(web.complaints, []);
  },
});

Deno.test({
  name: "pause stops steps and time, one step takes one step, and reset starts over",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage();
    const time = async () => Number.parseFloat(await web.number("Training time"));
    await web.page.click("#start");
    await web.reach(50);
    await web.page.click("#start");
    await web.page.waitForSelector("#step:not([disabled])");
    await web.page.waitForTimeout(300); // for the steps that are already queued
    const [steps, seconds] = [await web.steps(), await time()];
    await web.page.waitForTimeout(1500);
    assertEquals([await web.steps(), await time()], [steps, seconds]);

    await web.page.click("#step");
    await web.reach(steps + 1);
    await web.page.waitForTimeout(200);
    assertEquals(await web.steps(), steps + 1);
    assert(await time() < seconds + 0.5, "the pause was counted as training time");

    await web.page.click("#reset");
    await web.page.waitForFunction(() => document.querySelector("#start")!.textContent === "Start");
    assertEquals(await web.evaluations(), []);
    await web.page.click("#step");
    await web.reach(1);
    assertEquals(await web.steps(), 1);
  },
});

Deno.test({
  name: "the speed limits the steps per second",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ query: "?backend=cpu&speed=10" });
    await web.page.click("#start");
    await web.reach(1);
    const before = await web.steps();
    await web.page.waitForTimeout(2000);
    const steps = await web.steps() - before;
    assert(steps >= 10 && steps <= 24, `${steps} steps in 2 seconds`);
  },
});

Deno.test({
  name: "a link restores the fields and repeats the run",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage();
    const { page } = web;
    await page.fill("#seed", "7");
    await page.fill("#hidden", "20, 30");
    await page.fill("#learning-rate", "0.25");
    await page.press("#learning-rate", "Tab");
    assertEquals(new URL(page.url()).search, "?seed=7&hidden=20,30&learning-rate=0.25&backend=cpu");
    await page.click("#step");
    await web.reach(1);
    const first = await web.evaluations();

    await page.goto(page.url());
    await ready(page);
    assertEquals(
      await Promise.all(["#seed", "#hidden", "#learning-rate"].map((id) => page.inputValue(id))),
      ["7", "20, 30", "0.25"],
    );
    await page.click("#step");
    await web.reach(1);
    assertEquals(await web.evaluations(), first);

    await page.goto(`${web.url}?seed=8&hidden=20,30&learning-rate=0.25&backend=cpu`);
    await ready(page);
    await page.click("#step");
    await web.reach(1);
    assertNotEquals(await web.evaluations(), first);
  },
});

Deno.test({
  name: "invalid settings in fields and links are rejected with a message that contains the value",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage({ query: "?preset=finest" });
    assertMatch(await web.text("notice"), /preset must be one of notebook, .*: it is finest/);
    await web.page.fill("#learning-rate", "fast");
    await web.page.press("#learning-rate", "Tab");
    assertEquals(
      await web.text("failure"),
      'Learning rate must be a number above 0: current value is "fast"',
    );
    assertEquals(await web.page.getAttribute("#learning-rate", "aria-invalid"), "true");
    await web.page.fill("#learning-rate", "0.5");
    await web.page.press("#learning-rate", "Tab");
    assertEquals(await web.page.isVisible("#failure"), false);
    assertEquals(await web.page.getAttribute("#learning-rate", "aria-invalid"), null);
    await web.page.fill("#hidden", "20");
    await web.page.press("#hidden", "Tab");
    assertMatch(await web.text("failure"), /^Hidden units must be two .*: current value is "20"$/);
    await web.page.click("#reset");
    assertEquals(await web.page.inputValue("#hidden"), "50, 100");
    assertEquals(await web.page.isVisible("#failure"), false);
    assertEquals(web.complaints, []);
  },
});

Deno.test({
  name: "axe finds no violation in light and dark, and the page fits a phone's width",
  ...await needs("browser"),
  async fn() {
    for (const colorScheme of ["light", "dark"] as const) {
      const context = { colorScheme, viewport: { width: 360, height: 740 } };
      await using web = await openPage({ browser: { context } });
      const { page } = web;
      await page.click("#start");
      await web.reach(20);
      await page.click("#test-digit");
      await page.click("#kernels summary");
      await page.waitForSelector("#kernel-list article");
      await page.click("#curves-section summary");
      await page.click("#start");
      await page.waitForTimeout(300);
      await page.evaluate(axe);
      const found = await page.evaluate("axe.run()") as {
        violations: { impact: string; id: string; nodes: { html: string }[] }[];
      };
      assertEquals(
        found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
        [],
        colorScheme,
      );
      const overhang = await page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
      });
      assertEquals(overhang, 0);
    }
  },
});

Deno.test({
  name: "a digit can be drawn with the keyboard alone",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage();
    const { page } = web;
    await page.focus("#pad");
    for (let i = 0; i < 6; i++) await page.keyboard.press("ArrowUp");
    await page.keyboard.press("Space");
    for (let i = 0; i < 12; i++) await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Space");
    assertMatch(await web.text("answer"), /^This is a \d: /);
    await page.keyboard.press("u");
    assertEquals(await web.text("answer"), "Draw something");
    await page.keyboard.press("t");
    await page.waitForFunction(() =>
      document.querySelector("#answer")!.textContent!.startsWith("This is ")
    );
    assertMatch(await web.text("seen-caption"), /^A test digit: \d$/);
    await page.keyboard.press("c");
    assertEquals(await web.text("answer"), "Draw something");
    assertEquals(await web.text("seen-caption"), "What the net sees, 28 × 28");
  },
});

Deno.test({
  name: "the page shows each kernel with its formula, its first comment and its code",
  ...await needs("browser"),
  async fn() {
    await using web = await openPage();
    await web.page.click("#kernels summary");
    await web.page.waitForSelector("#kernel-list article");
    const articles = await web.page.locator("#kernel-list article").allTextContents();
    const paths = articles.map((text) => /shaders\/([\w/]+\.wgsl)/.exec(text)![1]);
    for (const [i, path] of paths.entries()) {
      const source = await Deno.readTextFile(`shaders/${path}`);
      const [, firstLine] = /^\/\/ (.*)$/m.exec(source)!;
      assert(articles[i].includes(firstLine), `${path}: no first comment`);
      assert(articles[i].includes(source.trimEnd().split("\n").at(-1)!), `${path}: no code`);
    }
    for (const kernel of ["fused/forward_backward.wgsl", "fused/update.wgsl"]) {
      assert(paths.includes(kernel), kernel);
    }
  },
});

Deno.test({
  name: "a run that diverges stops with advice, and another can be started",
  ...await needs("browser"),
  async fn() {
    const query = "?preset=accurate&learning-rate=1e30&backend=cpu";
    await using web = await openPage({ query });
    await web.page.click("#start");
    await web.page.waitForFunction(() =>
      /try a smaller learning rate than 1e[+]30/.test(
        document.querySelector("#failure")!.textContent!,
      )
    );
    assertEquals(await web.page.isDisabled("#start"), true);
    await web.page.fill("#learning-rate", "0.004");
    await web.page.press("#learning-rate", "Tab");
    assertEquals(await web.page.isVisible("#failure"), false);
    await web.page.click("#start:not([disabled])");
    await web.reach(20);
    assertEquals(web.complaints, []);
  },
});
