import { assertEquals, assertRejects } from "@std/assert";
import { DataUnavailableError } from "../../lib/data/errors.ts";
import { IDX_FILE_NAMES } from "../../lib/data/idx_dataset.ts";
import { loadMnist } from "../../lib/data/idx_source.ts";
import { mnistDirectory, needs, test } from "../requirements.ts";
import { sha256 } from "../random/golden.ts";
import { folder, gzip, listing, serveSmallFiles } from "./idx_files.ts";

/** A file of the real MNIST, gzipped as on a mirror. */
function compressed(name: string): Uint8Array<ArrayBuffer> {
  const path = `${mnistDirectory()}/${name}`;
  try {
    return Deno.readFileSync(`${path}.gz`);
  } catch {
    return gzip(Deno.readFileSync(path));
  }
}

Deno.test({
  name: "loadMnist() downloads MNIST into its folder, and later reads it from there",
  ...await needs("mnist"),
  async fn() {
    await using mirror = serveSmallFiles((file) =>
      new Response(compressed(file.replace(".gz", "")))
    );
    using cache = folder();
    const options = { directory: cache.path, mirrors: [mirror.url] };
    const first = await loadMnist(options);
    assertEquals([first.name, first.width, first.height, first.classes, first.trainRows], [
      ...["mnist", 28, 28, 10, 60_000],
    ]);
    assertEquals(first.images.length, 70_000 * 784);
    assertEquals([...first.labels.subarray(0, 8)], [5, 0, 4, 1, 9, 2, 1, 3]);
    assertEquals([...first.labels.subarray(60_000, 60_008)], [7, 2, 1, 0, 4, 1, 4, 9]);
    assertEquals(listing(cache.path), [".lock", ...IDX_FILE_NAMES].sort());

    const second = await loadMnist(options);
    assertEquals(mirror.requests.length, 4);
    assertEquals(sha256(second.images), sha256(first.images));
    assertEquals(sha256(second.labels), sha256(first.labels));
  },
});

test("loadMnist() in a browser, without Deno, suggests fetchMnist", async () => {
  const deno = Object.getOwnPropertyDescriptor(globalThis, "Deno")!;
  let loading: Promise<unknown>;
  try {
    Object.defineProperty(globalThis, "Deno", { ...deno, value: undefined });
    loading = loadMnist();
  } finally {
    Object.defineProperty(globalThis, "Deno", deno);
  }
  await assertRejects(
    () => loading,
    DataUnavailableError,
    "a browser cannot read or write its files: use fetchMnist",
  );
});
