import { assertEquals, assertRejects } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { DataUnavailableError } from "../../lib/data/errors.ts";
import { IDX_FILE_NAMES } from "../../lib/data/idx_dataset.ts";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { loadIdxSource, type LoadOptions } from "../../lib/data/idx_source.ts";
import { type ArffFile, arffSource, MNIST_784 } from "../../lib/data/openml.ts";
import { mnistDirectory, needs, test } from "../requirements.ts";
import { folder, listing, serveSmallFiles, smallFiles, smallSource } from "./idx_files.ts";

/** Encodes a data set as ARFF as OpenML does, in pieces. */
function* arff(pixels: Uint8Array, labels: Uint8Array): Generator<Uint8Array<ArrayBuffer>> {
  const columns = pixels.length / labels.length;
  const encoder = new TextEncoder();
  let text = "@RELATION digits\n\n";
  for (let i = 1; i <= columns; i++) text += `@ATTRIBUTE pixel${i} real\n`;
  text += "@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}\n\n@DATA\n";
  for (const [row, label] of labels.entries()) {
    text += `${pixels.subarray(row * columns, (row + 1) * columns).join()},${label}\n`;
    if (row % 100 === 99) {
      yield encoder.encode(text);
      text = "";
    }
  }
  yield encoder.encode(text);
}

/** Returns the small data set, and its ARFF file. */
async function smallArff(): Promise<{ small: Dataset; body: string }> {
  using plain = folder(smallFiles());
  const small = readIdxFolder(plain.path, smallSource([]));
  return { small, body: await new Blob([...arff(small.images, small.labels)]).text() };
}

async function load(file: ArffFile, options: LoadOptions): Promise<Dataset> {
  return await loadIdxSource(arffSource(file), options);
}

/** Describes the small data set as published in an ARFF file. */
function source(mirror: string): ArffFile {
  return {
    file: "mnist_784.arff",
    width: 3,
    height: 2,
    trainRows: 6,
    source: smallSource([mirror]),
  };
}

test("arffSource() returns the rows of the IDX files, the second time from the cache", async () => {
  const { small, body } = await smallArff();
  await using mirror = serveSmallFiles(() => new Response(body));
  using cache = folder();
  for (let time = 1; time <= 2; time++) {
    assertEquals(await load(source(mirror.url), { directory: cache.path }), small);
    assertEquals(mirror.requests, ["mnist_784.arff"]);
    assertEquals(listing(cache.path), [".lock", ...IDX_FILE_NAMES].sort());
  }
});

test("arffSource() downloads once if called several times at once", async () => {
  const { small, body } = await smallArff();
  await using mirror = serveSmallFiles(() => new Response(body));
  using cache = folder();
  const options = { directory: cache.path };
  const loads = Array.from({ length: 3 }, () => load(source(mirror.url), options));
  assertEquals(await Promise.all(loads), [small, small, small]);
  assertEquals(mirror.requests, ["mnist_784.arff"]);
});

test("arffSource() rejects a wrong file and stores nothing", async () => {
  const { body } = await smallArff();
  const cases: [string, string][] = [
    [
      body.slice(0, body.trimEnd().lastIndexOf("\n")),
      "the sha256 of t10k-images-idx3-ubyte must be",
    ],
    [body.replace(",17,", ",18,"), "the sha256 of train-images-idx3-ubyte must be"],
    [body.replace("@DATA\n", "@DATA\n0,0,0,0,0,0,0\n"), "the sha256 of train-images-idx3-ubyte"],
    ["<html>Try later</html>", "it has no rows"],
  ];
  for (const [text, message] of cases) {
    await using mirror = serveSmallFiles(() => new Response(text));
    using cache = folder();
    await assertRejects(
      () => load(source(mirror.url), { directory: cache.path, attempts: 1 }),
      DataUnavailableError,
      message,
    );
    assertEquals(listing(cache.path), [".lock"]);
  }
});

Deno.test({
  name: "arffSource() converts all of MNIST from ARFF to MNIST's own bytes",
  ...await needs("time", "mnist"),
  async fn() {
    const mnist = readIdxFolder(mnistDirectory());
    const pieces = [...arff(mnist.images, mnist.labels)];
    await using mirror = serveSmallFiles(() => new Response(ReadableStream.from(pieces)));
    using cache = folder();
    const options = { directory: cache.path, mirrors: [mirror.url] };
    const data = await load(MNIST_784, options);
    assertEquals(data.name, "openml");
    assertEquals(data.trainRows, 60_000);
  },
});
