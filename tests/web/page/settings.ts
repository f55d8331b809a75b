/// <reference lib="dom" />
/** Settings: fields, links, and what they do to a run. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { needs } from "../../requirements.ts";
import { openPage, ready } from "../training_page.ts";

const browser = await needs("browser");

Deno.test("a link restores the fields and repeats the run", browser, async () => {
  await using web = await openPage();
  const { page } = web;
  await web.set("seed", "7");
  await web.set("hidden", "20, 30");
  await web.set("learning-rate", "0,25"); // a decimal comma
  assertEquals(
    new URL(page.url()).search,
    "?seed=7&hidden=20,30&learning-rate=0.25&backend=cpu",
  );
  const first = async () => {
    await page.click("#step");
    await web.reach(1);
    return await web.evaluations();
  };
  const shown = await first();
  await page.goto(page.url());
  await ready(page);
  assertEquals(
    await Promise.all(["#seed", "#hidden", "#learning-rate"].map((id) => page.inputValue(id))),
    ["7", "20, 30", "0.25"],
  );
  assertEquals(await first(), shown);
  await page.goto(`${web.url}?seed=8&hidden=20,30&learning-rate=0.25&backend=cpu`);
  await ready(page);
  assertNotEquals(await first(), shown);
});

Deno.test("a teacher's link opens a tab and hides the settings", browser, async () => {
  await using web = await openPage({ query: "?backend=cpu&tab=words&drawer=off" });
  assertEquals(await web.page.isVisible("#panel-words"), true);
  assertEquals(await web.page.isVisible("#settings-button"), false);
  await web.tab("confusion");
  assertEquals(new URL(web.page.url()).search, "?backend=cpu&tab=confusion&drawer=off");
});

Deno.test("invalid settings are refused with the value, also by Start", browser, async () => {
  await using web = await openPage({ query: "?preset=finest" });
  assertMatch(await web.text("notice-text"), /preset must be one of small, .*: it is finest/);
  await web.set("learning-rate", "fast");
  assertEquals(
    await web.text("failure"),
    'Learning rate must be a number above 0: current value is "fast"',
  );
  assertEquals(await web.page.getAttribute("#learning-rate", "aria-invalid"), "true");
  await web.page.click("#start");
  await web.page.waitForTimeout(200);
  assertEquals(await web.steps(), 0);
  assertEquals(await web.page.evaluate(() => document.activeElement!.id), "learning-rate");
  await web.set("learning-rate", "0.5");
  assertEquals(await web.page.isVisible("#failure"), false);
  assertEquals(await web.page.getAttribute("#learning-rate", "aria-invalid"), null);
  await web.set("hidden", "20");
  assertMatch(await web.text("failure"), /^Hidden units must be two .*: current value is "20"$/);
  await web.set("hidden", "100000, 100000");
  assertMatch(await web.text("failure"), /^Hidden units must be .* from 1 to 2048 in the page/);
  await web.page.click("#reset");
  assertEquals(await web.page.inputValue("#hidden"), "32, 16");
  assertEquals(await web.page.isVisible("#failure"), false);
  assertEquals(web.complaints, []);
});

Deno.test(
  "the largest layers fit the page, whose picture shows a sample of their units",
  browser,
  async () => {
    await using web = await openPage({ query: "?hidden=2048,2048&backend=cpu&tab=weights" });
    assertMatch(
      await web.text("net-caption"),
      /2,048 units → 2,048 units .*shows 32 and 32 of them/,
    );
    assertMatch(await web.text("weights-note"), /the first 96 of 2,048 units/);
    const overhang = await web.page.evaluate(() =>
      document.documentElement.scrollWidth - innerWidth
    );
    assertEquals(overhang, 0);
  },
);

Deno.test(
  "the learning rate and the speed change live; other settings wait for a new run",
  browser,
  async () => {
    await using web = await openPage({ query: "?backend=cpu&preset=notebook&speed=100" });
    await web.page.click("#start");
    await web.reach(20);
    await web.set("learning-rate", "0.05");
    await web.set("hidden", "20, 20");
    await web.shows("reset", /^New run$/);
    assertEquals(await web.page.getAttribute("#new-run", "class"), "primary lit");
    const steps = await web.steps();
    assert(steps >= 20);
    await web.reach(steps + 10);
    assertMatch(await web.text("net-caption"), /50 units → 100 units/);
    await web.tab("log");
    await web.shows("log", /Step \d+: learning rate 0.5 → 0.05/);
    await web.page.click("#new-run");
    await web.shows("net-caption", /20 units → 20 units/);
    assertEquals(await web.steps(), 0);
    // The curve of the run before stays, with its name, until it is removed.
    assertMatch(await web.text("runs"), /notebook, rate 0.05, changed/);
    await web.page.click("#runs button");
    assert(!/changed/.test(await web.text("runs")));
    assertEquals(web.complaints, []);
  },
);

Deno.test("a changed learning rate changes what the net learns", browser, async () => {
  await using web = await openPage({ query: "?backend=cpu&speed=100&tab=weights" });
  await web.page.click("#start");
  await web.reach(5);
  await web.set("learning-rate", "1e-12"); // so that float32 weights stay the same
  await web.reach(await web.steps() + 100); // the steps that were queued already are done and drawn
  const weights = () =>
    web.page.evaluate(() => document.querySelector<HTMLCanvasElement>("#weights")!.toDataURL());
  const before = await weights();
  const steps = await web.steps();
  await web.reach(steps + 20);
  assertEquals(await weights(), before);
});

Deno.test(
  "the link is copied for a moment, or shown whole where there is no clipboard",
  browser,
  async () => {
    const context = { viewport: { width: 390, height: 844 } };
    const before = "Object.defineProperty(navigator, 'clipboard', { value: undefined });";
    const query = "?backend=cpu&augment=elastic&rotate=13&zoom=0.13&shear=0.13&shift=1.6&warp=2.6";
    await using web = await openPage({ browser: { context }, before, query });
    await web.page.click("#settings-button");
    await web.page.click("#share");
    assertEquals(await web.text("shared"), web.page.url());
    const [inner, outer] = await web.page.evaluate(() => {
      const drawer = document.querySelector("#drawer")!;
      return [drawer.scrollWidth, drawer.clientWidth];
    });
    assert(inner <= outer, `${inner} > ${outer}`);
  },
);
