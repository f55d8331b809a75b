import { assertEquals, assertRejects } from "@std/assert";
import { fetchIdxSource } from "../../lib/data/fetch_mnist.ts";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { folder, gzip, serveSmallFiles, smallFiles, smallSource } from "./idx_files.ts";
import { test } from "../requirements.ts";

const ONCE = { attempts: 1 };

test("fetchIdxSource() returns what readIdxFolder() reads from the same files", async () => {
  await using server = serveSmallFiles();
  using files = folder(smallFiles());
  const source = smallSource([]);
  const fetched = await fetchIdxSource(source, server.url, ONCE);
  assertEquals(fetched, readIdxFolder(files.path, source));
});

test("fetchIdxSource() accepts files that the server has decompressed", async () => {
  const files: Record<string, Uint8Array<ArrayBuffer>> = smallFiles();
  await using server = serveSmallFiles((file) => new Response(files[file.replace(".gz", "")]));
  const { labels } = await fetchIdxSource(smallSource([]), server.url, ONCE);
  assertEquals(labels, Uint8Array.of(3, 1, 4, 1, 5, 9, 2, 6, 0));
});

test("fetchIdxSource() rejects wrong and truncated files, and names them", async () => {
  const name = "t10k-labels-idx1-ubyte";
  const other = smallFiles()[name].with(-1, 1);
  const bad = [gzip(Uint8Array.from(other)), gzip(smallFiles()[name]).slice(0, 20)];
  const reasons = [`the sha256 of ${name} must be`, "cannot be decompressed"];
  for (const [i, bytes] of bad.entries()) {
    await using server = serveSmallFiles((file) =>
      file === `${name}.gz` ? new Response(bytes) : undefined
    );
    await assertRejects(() => fetchIdxSource(smallSource([]), server.url, ONCE), Error, reasons[i]);
  }
});

test("fetchIdxSource() names the missing file and its URL", async () => {
  await using server = serveSmallFiles((file) =>
    file.startsWith("train-images") ? new Response(null, { status: 404 }) : undefined
  );
  await assertRejects(
    () => fetchIdxSource(smallSource([]), server.url),
    Error,
    "Cannot download train-images-idx3-ubyte.gz",
  );
});
