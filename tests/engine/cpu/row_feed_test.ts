import { assertEquals, assertRejects } from "@std/assert";
import { createRowDrawer, type Draw } from "../../../lib/engine/cpu/row_drawer.ts";
import { DrawWorker, RowFeed } from "../../../lib/engine/cpu/row_feed.ts";
import { permutation } from "../../../lib/random/distributions.ts";
import { prngKey } from "../../../lib/random/threefry.ts";
import { test } from "../../requirements.ts";

const LAYOUTS = ["legacy", "partitionable"] as const;

/** Draws with keys of their own, runs of one key as in an epoch, and returns to an earlier key. */
function mixedDraws(n: number): Draw[] {
  const largest = Math.ceil(n / 5);
  const epoch = Array.from({ length: 5 }, (_, i) => ({
    key: prngKey(100),
    from: i * largest,
    count: Math.min(largest, n - i * largest),
  }));
  const single = Array.from({ length: 20 }, (_, seed) => ({
    key: prngKey(seed),
    from: seed % (n - 2),
    count: 1 + seed % 2,
  }));
  return [...single, ...epoch, single[3], ...epoch.slice(2), single[3], single[3]];
}

function expectedRows(n: number, draws: Draw[], layout: typeof LAYOUTS[number]): Uint32Array[] {
  return draws.map(({ key, from, count }) =>
    permutation(key, n, { layout }).slice(from, from + count)
  );
}

for (const layout of LAYOUTS) {
  Deno.test(`createRowDrawer() draws from the permutation in the ${layout} layout, whatever came before`, () => {
    for (const n of [9, 1625, 3000]) {
      const draws = mixedDraws(n);
      const draw = createRowDrawer({ n, largest: Math.ceil(n / 5), layout });
      const rows = draws.map((step) => {
        const rows = new Uint32Array(step.count);
        draw(step, rows);
        return rows;
      });
      assertEquals(rows, expectedRows(n, draws, layout));
    }
  });

  Deno.test(`RowFeed gives steps' rows in order in the ${layout} layout, pushed at once or bit by bit`, async () => {
    const worker = new DrawWorker();
    try {
      for (const n of [9, 3000]) {
        const draws = mixedDraws(n);
        const options = { n, largest: Math.ceil(n / 5), layout };
        const [whole, parts] = [new RowFeed(options, worker), new RowFeed(options, worker)];
        whole.push(draws);
        const rows: Uint32Array[] = [];
        for (const draw of draws) {
          parts.push([draw]);
          rows.push(await parts.next());
        }
        assertEquals(rows, expectedRows(n, draws, layout));
        for (const expected of rows) assertEquals(await whole.next(), expected);
        await assertRejects(() => whole.next());
      }
    } finally {
      worker.close();
    }
  });
}

test("DrawWorker draws in a Worker where it may read its file", async () => {
  const worker = new DrawWorker();
  const draws = mixedDraws(1000);
  const rows = await worker.draw({ options: { n: 1000, largest: 200, layout: "legacy" }, draws });
  worker.close();
  assertEquals(
    rows,
    Uint32Array.from(expectedRows(1000, draws, "legacy").flatMap((rows) => [...rows])),
  );
});

Deno.test("RowFeed draws on this thread when the Worker is gone, and misses no step", async () => {
  const n = 500;
  const draws = mixedDraws(n);
  const worker = new DrawWorker();
  const feed = new RowFeed({ n, largest: 100, layout: "legacy" }, worker);
  feed.push(draws);
  const rows = [await feed.next(), await feed.next()];
  worker.close();
  while (rows.length < draws.length) rows.push(await feed.next());
  assertEquals(rows, expectedRows(n, draws, "legacy"));
});

Deno.test("RowFeed draws no more than a few megabytes ahead", async () => {
  const n = 300_000;
  const worker = new CountingWorker();
  const feed = new RowFeed({ n, largest: n, layout: "legacy" }, worker);
  const draws = Array.from({ length: 12 }, (_, i) => ({ key: prngKey(i), from: 0, count: n }));
  try {
    feed.push(draws);
    assertEquals(worker.asked, 4);
    await feed.next();
    assertEquals(worker.asked, 5);
  } finally {
    worker.close();
  }
});

/** Answers nothing useful, and counts. */
class CountingWorker extends DrawWorker {
  asked = 0;
  override draw(): Promise<Uint32Array> {
    this.asked++;
    return Promise.resolve(new Uint32Array(300_000));
  }
}
