/// <reference lib="dom" />
/** The screen: what is visible, the picture of the net, the batch, the tabs, and accessibility. */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import axe from "axe-core/axe.min.js" with { type: "text" };
import type { Page } from "playwright-core";
import { needs } from "../../requirements.ts";
import { openPage } from "../training_page.ts";

const browser = await needs("browser");

Deno.test("everything is visible at once at 1280 x 800 and 1920 x 1080", browser, async () => {
  for (const [width, height] of [[1280, 800], [1920, 1080]]) {
    await using web = await openPage({ browser: { context: { viewport: { width, height } } } });
    const hidden = await web.page.evaluate(() => {
      const ids = ["start", "accuracy", "pad", "seen", "answer", "picture", "accuracy-chart"];
      ids.push("loss-chart", "runs", "tabs", "panel-mistakes", "settings-button", "net-caption");
      return ids.filter((id) => {
        const { top, left, right, bottom, width } = document.getElementById(id)!
          .getBoundingClientRect();
        const isInside = top >= 0 && left >= 0 && right <= innerWidth && bottom <= innerHeight;
        return !isInside || width === 0;
      });
    });
    assertEquals(hidden, [], `${width} x ${height}`);
    const scrolls = await web.page.evaluate(() => {
      const { scrollHeight, scrollWidth } = document.documentElement;
      return [scrollWidth - innerWidth, scrollHeight - innerHeight];
    });
    assertEquals(scrolls, [0, 0]);
    const cut = await web.page.evaluate(() =>
      ["draw", "net", "learning"].filter((id) => {
        const { scrollHeight, clientHeight } = document.getElementById(id)!;
        return scrollHeight > clientHeight + 1;
      })
    );
    assertEquals(cut, [], `cut off at ${width} x ${height}`);
  }
});

Deno.test(
  "on a phone the bar stays, and pad and answer share a screen with it",
  browser,
  async () => {
    const context = { viewport: { width: 390, height: 844 }, hasTouch: true };
    await using web = await openPage({ browser: { context } });
    const bottoms = () =>
      web.page.evaluate(() =>
        ["start", "accuracy", "pad", "answer"].map((id) =>
          document.getElementById(id)!.getBoundingClientRect().bottom
        )
      );
    const shown = await bottoms();
    assert(shown.every((bottom) => bottom > 0 && bottom <= 844), shown.join());
    await web.page.evaluate(() => scrollTo(0, 1200));
    const [start, accuracy, pad] = await bottoms();
    assert(start > 0 && start < 120 && accuracy > 0 && accuracy < 120 && pad < 0);
    // The open tab's name is in sight, though the list of tabs is wider than the screen.
    await web.page.click("#step");
    await web.shows("batch-summary", /^Step 1/);
    const isInSight = await web.page.evaluate(() => {
      const { left, right } = document.querySelector("[aria-selected=true]")!
        .getBoundingClientRect();
      return left >= 0 && right <= innerWidth;
    });
    assert(isInSight);
    const order = await web.page.evaluate(() =>
      ["draw", "net", "learning", "below"].map((id) => document.getElementById(id)!.offsetTop)
    );
    assertEquals(order, order.toSorted((a, b) => a - b));
    // A scrollbar takes some of the window's width here, on a phone none.
    const overhang = await web.page.evaluate(() => {
      const { scrollWidth, clientWidth } = document.documentElement;
      return scrollWidth - clientWidth;
    });
    assertEquals(overhang, 0);
  },
);

Deno.test("axe finds no violation in light and dark, in any tab", browser, async () => {
  const viewport = { width: 1280, height: 800 };
  await using web = await openPage({
    browser: { context: { viewport } },
    query: "?backend=cpu&augment=elastic",
  });
  const { page } = web;
  await page.click("#step");
  await page.waitForSelector("#batch li");
  await page.evaluate(axe);
  /** Checks a part of the page; in the dark only its colors differ. */
  const check = async (where: string, selector = "body") => {
    for (
      const [colorScheme, options] of [["dark", '{ runOnly: "color-contrast" }'], ["light", "{}"]]
    ) {
      await page.emulateMedia({ colorScheme: colorScheme as "dark" | "light" });
      await page.waitForFunction(() =>
        document.getAnimations().every(({ playState }) => playState !== "running")
      );
      const found = await page.evaluate(`axe.run("${selector}", ${options})`) as {
        violations: { id: string; nodes: { html: string }[] }[];
      };
      assertEquals(
        found.violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
        [],
        `${colorScheme}, ${where}`,
      );
    }
  };
  await check("batch", "#panel-batch");
  await page.click("#start");
  await web.shows("status", /^Done/);
  await page.click("#name-it button >> nth=7");
  await web.shows("kept", /on it, a test digit. 1 kept/);
  const names = await page.locator("[role=tab]").evaluateAll((tabs) =>
    tabs.map((tab) => (tab as HTMLElement).dataset.tab!)
  );
  for (const name of names.slice(1)) {
    await web.tab(name);
    if (name === "kernels") await page.waitForSelector("#kernel-list article");
    await check(name, `#panel-${name}`);
  }
  await page.click("#units-0 button >> nth=0");
  await page.click("#settings-button");
  await check("the whole page with settings and a unit");
});

Deno.test(
  "the picture shows every unit of a small net, and the strongest connections",
  browser,
  async () => {
    await using web = await openPage();
    const counts = await web.page.evaluate(() =>
      [0, 1, 2].map((layer) => document.getElementById(`units-${layer}`)!.children.length)
    );
    assertEquals(counts, [32, 16, 10]);
    await web.page.click("#start");
    await web.shows("status", /^Done/);
    const [blue, orange] = await wireInk(web.page);
    assert(blue > 200 && orange > 200, `${blue} blue and ${orange} orange pixels`);
    await web.page.click("#clear");
    await web.shows("answer-text", /^Draw something$/);
    assertEquals(await wireInk(web.page), [0, 0]);
  },
);

Deno.test(
  "a click on a unit explains its sum, as the net computes it, and Escape closes it",
  browser,
  async () => {
    await using web = await openPage();
    const { page } = web;
    await page.click("#start");
    await web.shows("status", /^Done/);
    const digit = await web.text("answer-digit");
    await page.click(`#units-2 button >> nth=${digit}`);
    await web.shows("unit-text", new RegExp(`^Why ${digit}\\?`));
    const number = (text: string) => Number(text.replace("−", "-"));
    const parse = async () => {
      const text = await web.text("unit-text");
      const [, sum, bias, total, after] =
        /sum ([+−][\d.]+)bias ([+−][\d.]+)= ([+−][\d.]+)→ ([\d.]+)/.exec(text)!;
      return { sum: number(sum), bias: number(bias), total: number(total), after: number(after) };
    };
    const output = await parse();
    assert(Math.abs(output.sum + output.bias - output.total) < 0.02);
    assertEquals(`${output.after}`, String(Number.parseFloat(await web.text("answer-text"))));
    await page.keyboard.press("Escape");
    await web.text("unit");
    assertEquals(await page.isVisible("#unit"), false);
    await page.click("#units-0 button >> nth=4");
    await web.shows("unit-text", /^First layer, unit 5.*image × weights/);
    const hidden = await parse();
    assert(Math.abs(Math.max(0, hidden.total) - hidden.after) < 0.02, "ReLU");
    assertEquals(await page.getAttribute("#units-0 button >> nth=4", "aria-expanded"), "true");
  },
);

Deno.test(
  "Step shows the batch, the net's answers, its loss and how the weights moved",
  browser,
  async () => {
    await using web = await openPage({ query: "?backend=cpu&learning-rate=0.5" });
    await web.page.click("#step");
    await web.page.waitForSelector("#batch li");
    const text = await web.text("batch-summary");
    const [, before, rows, after, from, to] =
      /had (\d+) of (\d+) right, now (\d+).* from ([\d.]+) to (\d[.]\d+)/.exec(text)!;
    assertEquals(rows, "50");
    assert(Number(from) > Number(to), text);
    assert(Number(after) >= Number(before), text);
    assertEquals(await web.page.locator("#batch li").count(), 50);
    assertEquals(await web.page.locator("#batch li.right").count(), Number(before));
    assertEquals(await web.page.isVisible("#change"), true);
  },
);

Deno.test(
  "the first axis grows with the run, and training digits have a curve of their own",
  browser,
  async () => {
    await using web = await openPage({ query: "?backend=cpu&preset=notebook" });
    await web.page.click("#start");
    await web.reach(100);
    await web.page.click("#start");
    await web.shows("status", /^Paused$/);
    await web.shows(
      "curves-summary",
      /^After [\d,]+ steps: [\d.]+% of 500 test digits, loss [\d.]+; [\d.]+% of 500 training digits/,
    );
    // Two curves in each chart, green and violet.
    const colorsOfCharts = () =>
      web.page.evaluate(() =>
        ["accuracy-chart", "loss-chart"].map((id) => {
          const canvas = document.querySelector<HTMLCanvasElement>(`#${id} canvas`)!;
          const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
          let [green, violet, right] = [0, 0, 0];
          for (let i = 0; i < data.length; i += 4) {
            const [r, g, b, a] = data.subarray(i, i + 4);
            if (a < 120) continue;
            const isGreen = g > r + 40 && g > b + 10;
            if (isGreen) right = Math.max(right, (i / 4 % canvas.width) / canvas.width);
            if (isGreen) green++;
            if (b > g + 60 && r > g + 20) violet++;
          }
          return [green, violet, right];
        })
      );
    // The charts are drawn in later frames than the summary.
    const end = Date.now() + 10_000;
    let colors = await colorsOfCharts();
    const isDrawn = () =>
      colors.every(([green, violet, right]) => green > 50 && violet > 5 && right > 0.85);
    while (!isDrawn() && Date.now() < end) colors = await colorsOfCharts();
    assert(isDrawn(), JSON.stringify(colors));
  },
);

Deno.test(
  "a mistake and a digit of the confusion matrix can be put on the pad",
  browser,
  async () => {
    await using web = await openPage({ query: "?backend=cpu&preset=notebook" });
    const { page } = web;
    await page.click("#start");
    await web.reach(150);
    await page.click("#start");
    await web.shows("examined", /^From 2,000 test digits/);
    await page.click("#mistakes button >> nth=0");
    const [, label, answer] = /(\d) → (\d)/.exec(
      await page.textContent("#mistakes li >> nth=0") ?? "",
    )!;
    await web.shows("verdict", new RegExp(`^A test digit: ${label} ✗$`));
    assertEquals(await web.text("answer-digit"), answer);

    await web.tab("confusion");
    const numbers = await page.locator("#confusion td button").allTextContents();
    assertEquals(numbers.reduce((sum, text) => sum + Number(text), 0), 2000);
    await page.click(
      `#confusion tr:nth-child(${Number(label) + 1}) td:nth-of-type(${Number(answer) + 1}) button`,
    );
    await page.click("#cell-digits button >> nth=0");
    await web.shows("verdict", new RegExp(`^A test digit: ${label} ✗$`));
    assertEquals(web.complaints, []);
  },
);

Deno.test(
  "words of the page lead to their explanation, and panels are short",
  browser,
  async () => {
    await using web = await openPage();
    await web.page.click("#learning a.word");
    assertEquals(await web.page.isVisible("#word-loss"), true);
    assertEquals(await web.page.getAttribute("#word-loss", "class"), "chosen");
    const words = await web.page.locator(".words dt").allTextContents();
    for (
      const word of ["Neuron", "Weight", "Bias", "Activation", "Loss", "Gradient", "Learning rate"]
    ) {
      assert(words.some((text) => text.startsWith(word)), word);
    }
    for (const word of ["Batch", "Epoch", "Overfitting"]) assert(words.includes(word), word);
    const targets = await web.page.locator("a.word").evaluateAll((links) =>
      links.filter((link) => !document.querySelector((link as HTMLAnchorElement).hash)).length
    );
    assertEquals(targets, 0);
    const texts = await web.page.locator(
      "[role=tabpanel] > p.muted, [role=tabpanel] > div > p.muted",
    )
      .allTextContents();
    for (const text of texts) assert(text.trim().split(/\s+/).length <= 60, text);
  },
);

Deno.test(
  "tabs follow the arrow keys, and augmentation has one only when it is on",
  browser,
  async () => {
    await using web = await openPage();
    await web.page.focus("[data-tab=mistakes]");
    await web.page.keyboard.press("ArrowRight");
    assertEquals(await web.page.isVisible("#panel-confusion"), true);
    assertEquals(await web.page.evaluate(() => document.activeElement!.id), "tab-confusion");
    assertEquals(await web.page.isVisible("[data-tab=augmentation]"), false);
    await web.set("augment", "affine");
    await web.tab("augmentation");
    assertEquals(await web.page.isVisible("#rotate"), true);
    assertEquals(await web.page.isVisible("#warp"), false);
  },
);

Deno.test(
  "in forced colors the bars, units and the matrix keep their colors",
  browser,
  async () => {
    const context = { forcedColors: "active" } as const;
    await using web = await openPage({ browser: { context }, query: "?backend=cpu&tab=confusion" });
    await web.page.click("#start");
    await web.shows("status", /^Done/);
    const images = await web.page.evaluate(() => {
      const of = (selector: string) => getComputedStyle(document.querySelector(selector)!);
      return [
        of(".output.best .bar-of").backgroundImage,
        of("#confusion .right button").backgroundColor,
        of(".dot").forcedColorAdjust,
        of('[role=tab][aria-selected="false"]').borderBottomColor,
        of('[role=tab][aria-selected="true"]').borderBottomColor,
      ];
    });
    assertNotEquals(images[3], images[4]);
    const [blue, orange] = await wireInk(web.page);
    assert(blue > 200 && orange > 200, `${blue} blue and ${orange} orange pixels`);
    assertMatch(images[0], /gradient/);
    assertMatch(images[1], /oklab|color|rgb/);
    assertEquals(images[2], "none");
  },
);

Deno.test(
  "the page shows each kernel with its formula, its first comment and its code",
  browser,
  async () => {
    await using web = await openPage({ query: "?tab=kernels" });
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
);

/** Returns the numbers of pixels of the connections above 0, and below. */
function wireInk(page: Page): Promise<number[]> {
  return page.evaluate(() => {
    const canvas = document.querySelector<HTMLCanvasElement>("#wires")!;
    const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
    let [blue, orange] = [0, 0];
    for (let i = 0; i < data.length; i += 4) {
      if (data[i + 3] < 40) continue;
      if (data[i + 2] > data[i] + 20) blue++;
      if (data[i] > data[i + 2] + 20) orange++;
    }
    return [blue, orange];
  });
}
