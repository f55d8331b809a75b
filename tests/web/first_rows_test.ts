import { assertEquals } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { IDX_FILE_NAMES, type IdxFileName } from "../../lib/data/idx_dataset.ts";
import { syntheticDigits } from "../../lib/data/synthetic.ts";
import { gzipped, mnistFiles } from "../../lib/cli/page_files.ts";
import { FirstRowsCollector } from "../../web/first_rows.ts";

const data = syntheticDigits({ trainRows: 60, testRows: 20 });
const PIXELS = 28 * 28;

/** Sends the files in pieces of some bytes until the collector is ready. */
async function collect(
  isZipped: boolean,
  break_ = false,
): Promise<{ found?: Dataset; sent: number }> {
  const plain = mnistFiles(data);
  const files = isZipped ? await gzipped(plain) : plain;
  let found: Dataset | undefined;
  let sent = 0;
  const collector = new FirstRowsCollector({ trainRows: 25, testRows: 20 }, (data) => found = data);
  const bytesOf = (name: IdxFileName) => files.get(`mnist/${name}.gz`)!;
  if (break_) collector.begin(IDX_FILE_NAMES[0])(bytesOf(IDX_FILE_NAMES[0]).slice(0, 100));
  const open = IDX_FILE_NAMES.map((name) => ({
    name,
    bytes: bytesOf(name),
    send: collector.begin(name),
  }));
  for (let from = 0; !found && from < 60 * PIXELS; from += 1000) {
    for (const { name, bytes, send } of open) {
      const piece = bytes.slice(from, from + 1000);
      if (piece.length > 0) send(piece);
      if (name === "train-images-idx3-ubyte") sent += piece.length;
    }
    await new Promise((resolve) => setTimeout(resolve, 0));
  }
  return { found, sent };
}

for (const isZipped of [false, true]) {
  Deno.test(`FirstRowsCollector has the first rows before the rest arrives, ${isZipped ? "zipped" : "plain"}`, async () => {
    const { found, sent } = await collect(isZipped);
    assertEquals(found!.trainRows, 25);
    assertEquals(found!.images.subarray(0, 25 * PIXELS), data.images.subarray(0, 25 * PIXELS));
    assertEquals(found!.images.subarray(25 * PIXELS), data.images.subarray(60 * PIXELS));
    assertEquals(found!.labels.subarray(0, 25), data.labels.subarray(0, 25));
    assertEquals(found!.labels.subarray(25), data.labels.subarray(60));
    if (!isZipped) assertEquals(sent < 30 * PIXELS, true);
  });
}

Deno.test("FirstRowsCollector begins a file again after a broken attempt", async () => {
  const { found } = await collect(false, true);
  assertEquals(found!.labels.subarray(0, 25), data.labels.subarray(0, 25));
});
