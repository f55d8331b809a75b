import { assertEquals, assertRejects } from "@std/assert";
import { openInBackground } from "../../lib/data/background.ts";
import { rowScales } from "../../lib/data/normalize.ts";
import { openDataset } from "../../lib/data/open.ts";
import { folder, serveSmallFiles, smallFiles } from "./idx_files.ts";
import { test } from "../requirements.ts";

test("openInBackground() returns the data set of openDataset(), and the same row scales", async () => {
  using directory = folder(smallFiles());
  const expected = await openDataset({ dataset: directory.path });
  const data = await openInBackground({ dataset: directory.path });
  assertEquals(data, expected);
  assertEquals(rowScales(data, "l2"), rowScales(expected, "l2"));
});

test("openInBackground() forwards notices, progress and the error", async () => {
  await using mirror = serveSmallFiles(() => new Response("no gzip"));
  using cache = folder();
  const notices: string[] = [];
  const files: string[] = [];
  await assertRejects(
    () =>
      openInBackground({
        dataset: "mnist",
        cacheDir: cache.path,
        mirrors: [mirror.url],
        attempts: 1,
        onNotice: (line) => notices.push(line),
        onProgress: ({ file, bytes }) => files.push(`${file}: ${bytes}`),
      }),
    Error,
    "the sha256 of train-images-idx3-ubyte must be ba89",
  );
  assertEquals(notices.length, 1);
  assertEquals(files, ["train-images-idx3-ubyte.gz: 7"]);
});
