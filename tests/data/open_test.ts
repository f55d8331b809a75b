import { relative } from "node:path";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { Dataset } from "../../lib/data/dataset.ts";
import { DataError, DataUnavailableError } from "../../lib/data/errors.ts";
import { readIdxFolder } from "../../lib/data/idx_folder.ts";
import { DATASET_NAMES } from "../../lib/data/names.ts";
import { DATA_HOSTS, openDataset } from "../../lib/data/open.ts";
import deno from "../../deno.json" with { type: "json" };
import { mnistDirectory, needs, test } from "../requirements.ts";
import { folder, serveSmallFiles, smallFiles } from "./idx_files.ts";

/** Returns the message of the error with which opening fails. */
async function failure(
  opening: Promise<Dataset>,
  kind: typeof DataError = DataError,
): Promise<string> {
  const error = await assertRejects(() => opening, kind);
  return error.message;
}

/** A mirror without files. */
function emptyMirror(): ReturnType<typeof serveSmallFiles> {
  return serveSmallFiles(() => new Response(null, { status: 404 }));
}

test("openDataset() opens synthetic digits for auto if MNIST is not available, and reports it", async () => {
  await using mirror = emptyMirror();
  using cache = folder();
  const notices: string[] = [];
  const data = await openDataset({
    dataset: "auto",
    cacheDir: cache.path,
    mirrors: [mirror.url],
    onNotice: (line) => notices.push(line),
  });
  assertEquals(data.name, "synthetic");
  assertEquals(data.labels.length, 70_000);
  assert(
    notices.at(-1)!.startsWith("NOT MNIST: SYNTHETIC DIGITS ARE USED INSTEAD."),
    notices.at(-1),
  );
  assert(notices.at(-1)!.includes("status 404 Not Found"));
});

test("openDataset() fails for auto, without synthetic digits, if there are data files", async () => {
  await using mirror = emptyMirror();
  const layouts: Record<string, Uint8Array | string>[] = [
    { "../archive.zip": "PK\x03\x04" },
    { "mnist_train.csv": "5,0\n0,0\n" },
    { "train-images-idx3-ubyte": smallFiles()["train-images-idx3-ubyte"] },
    Object.fromEntries(
      Object.entries(smallFiles()).map(([name, bytes]) => [name.replace("-idx", ".idx"), bytes]),
    ),
  ];
  for (const files of layouts) {
    using cache = folder(
      Object.fromEntries(Object.entries(files).map(([name, bytes]) => [`mnist/${name}`, bytes])),
    );
    const places = { cacheDir: cache.path, mirrors: [mirror.url] };
    const message = await failure(openDataset({ dataset: "auto", ...places }));
    assert(message.includes("status 404 Not Found"), message);
    assert(message.includes(cache.path), message);
  }
});

test("openDataset() finds one of several data sets in a folder by its files' prefix", async () => {
  const named = (set: string) =>
    Object.entries(smallFiles()).map(([name, bytes]) => [`${set}-${name}`, bytes] as const);
  using directory = folder(Object.fromEntries([...named("emnist-digits"), ...named("kmnist")]));
  const emnist = `${directory.path}/emnist-digits`;
  const upright = await openDataset({ dataset: emnist });
  assertEquals([upright.width, upright.height], [2, 3]);
  assertEquals(upright.source, { dataset: emnist, transpose: true });
  const { width } = await openDataset({ dataset: `${directory.path}/kmnist` });
  assertEquals(width, 3);
});

test("openDataset() never replaces a data set that is named", async () => {
  const firstFiles = {
    mnist: "train-images-idx3-ubyte.gz",
    fashion: "train-images-idx3-ubyte.gz",
    kmnist: "train-images-idx3-ubyte.gz",
    qmnist: "qmnist-train-images-idx3-ubyte.gz",
    openml: "mnist_784.arff",
  };
  for (const [dataset, firstFile] of Object.entries(firstFiles)) {
    await using mirror = emptyMirror();
    using cache = folder();
    const message = await failure(
      openDataset({ dataset, cacheDir: cache.path, mirrors: [mirror.url] }),
      DataUnavailableError,
    );
    assert(
      message.includes(`.gz in ${cache.path}/${dataset}, as there is no such folder. `),
      message,
    );
    assert(message.includes(`Cannot download ${firstFile} (`), message);
    assertEquals(mirror.requests, [firstFile]);
  }
});

test("openDataset() downloads nothing if a folder is given, whatever it holds", async () => {
  await using mirror = emptyMirror();
  using cache = folder();
  using wrong = folder(smallFiles());
  const places = { cacheDir: cache.path, mirrors: [mirror.url] };
  for (const dataset of ["auto", "mnist"]) {
    for (const named of [{ dataDir: "/nowhere" }, { mnistDir: "/nowhere" }]) {
      const message = await failure(openDataset({ dataset, ...named, ...places }));
      assertEquals(
        message,
        "There is no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in /nowhere, " +
          "as there is no such folder; " +
          "give another folder, or none to download mnist",
      );
    }
    const message = await failure(openDataset({ dataset, dataDir: wrong.path, ...places }));
    assert(/as mnist's train-labels-idx1-ubyte: its sha256 must be/.test(message), message);
  }
  const message = await failure(
    openDataset({ dataset: "fashion", dataDir: "/nowhere", ...places }),
  );
  assert(
    message.includes(
      "There is no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in /nowhere",
    ),
    message,
  );
  assertEquals(mirror.requests, []);
});

test("openDataset() prefers dataDir to mnistDir, which applies only to MNIST", async () => {
  const both = { dataDir: "/nowhere/a", mnistDir: "/nowhere/b" };
  assert((await failure(openDataset({ dataset: "mnist", ...both }))).includes("/nowhere/a, "));
  using directory = folder(smallFiles());
  const data = await openDataset({ dataset: directory.path, mnistDir: "/nowhere/b" });
  assertEquals(data.name, directory.path);
  const message = await failure(openDataset({ dataset: "synthetic", ...both }));
  assert(
    message.includes(
      "as only auto, mnist, fashion, kmnist, qmnist are read from one: the data set is synthetic",
    ),
    message,
  );
});

test("openDataset() opens any folder of IDX files, and a CSV file", async () => {
  using directory = folder(smallFiles());
  assertEquals(await openDataset({ dataset: directory.path }), {
    ...readIdxFolder(directory.path),
    source: { dataset: directory.path },
  });
  const path = `${directory.path}/digits.CSV`;
  await Deno.writeTextFile(path, "1,2,3,4,0\n5,6,7,8,1\n");
  const data = await openDataset({ dataset: path, label: "last", width: 1 });
  assertEquals([data.width, data.height, data.labels], [1, 4, Uint8Array.of(0, 1)]);
});

test("openDataset() recognizes a file by its content, not by its name", async () => {
  using directory = folder({
    "numbers.data": "label\ta\n0\t7\n1\t8\n",
    "page.csv": "<html>",
    ...smallFiles(),
  });
  const data = await openDataset({ dataset: `${directory.path}/numbers.data` });
  assertEquals(data.images, Uint8Array.of(7, 8));
  const cases = { "page.csv": "a web page", "t10k-labels-idx1-ubyte": "name the folder" };
  for (const [name, words] of Object.entries(cases)) {
    const message = await failure(openDataset({ dataset: `${directory.path}/${name}` }));
    assert(message.includes(words), message);
  }
});

test("openDataset() rejects the options of CSV files with other data", async () => {
  using directory = folder(smallFiles());
  for (const dataset of [directory.path, "synthetic"]) {
    const options = { label: "first", width: 2, test: "/nowhere/test.csv" };
    for (const [name, value] of Object.entries(options)) {
      const message = await failure(openDataset({ dataset, [name]: value }));
      assert(message.includes(`\`${name}\` ${value} with ${dataset}: it applies only`), message);
    }
  }
});

test("openDataset() rejects a single class, and reports absent labels", async () => {
  using directory = folder({
    "one.csv": "label,a\n3,7\n3,8\n",
    "two.csv": "label,a\n1,7\n2,8\n",
  });
  const message = await failure(openDataset({ dataset: `${directory.path}/one.csv` }));
  assert(message.includes("must have at least two classes: all 2 rows have the label 3"), message);
  const notices: string[] = [];
  const dataset = `${directory.path}/two.csv`;
  await openDataset({ dataset, onNotice: (line) => notices.push(line) });
  assertEquals(notices, [`${dataset}: no row has the label 0`]);
});

test("openDataset() transposes images if the files have EMNIST's names, or the option is set", async () => {
  const rows = "label,a,b,c,d\n0,1,2,3,4\n1,5,6,7,8\n";
  using directory = folder({
    "emnist-letters-train.csv": rows,
    "EMNIST_digits.csv": rows,
    "emnist files/kmnist.csv": rows,
  });
  const images = Uint8Array.of(1, 3, 2, 4, 5, 7, 6, 8);
  const dataset = `${directory.path}/emnist-letters-train.csv`;
  const notices: string[] = [];
  const emnist = await openDataset({ dataset, onNotice: (line) => notices.push(line) });
  assertEquals([emnist.images, emnist.source], [images, {
    dataset,
    label: "label",
    transpose: true,
  }]);
  assertEquals(notices, [
    `${dataset}: EMNIST stores its images transposed; rows and columns are swapped back`,
  ]);
  assertEquals((await openDataset(emnist.source!)).images, images);
  assertEquals((await openDataset({ dataset, transpose: false })).images[1], 2);
  const underscored = `${directory.path}/EMNIST_digits.csv`;
  assertEquals((await openDataset({ dataset: underscored })).images, images);
  const other = `${directory.path}/emnist files/kmnist.csv`;
  assertEquals((await openDataset({ dataset: other })).images[1], 2);
  assertEquals((await openDataset({ dataset: other, transpose: true })).images, images);
});

test("openDataset() lists the data sets if there is none of the given name", async () => {
  const unknown = await failure(openDataset({ dataset: "mnits" }));
  for (const name of ["mnits", ...DATASET_NAMES, "a folder of IDX files", "there is no such"]) {
    assert(unknown.includes(name), unknown);
  }
  const message = await failure(openDataset({ dataset: "emnist-letters" }));
  assert(message.endsWith("unpack it and give FOLDER/emnist-digits"), message);
});

Deno.test({
  name: "openDataset() opens MNIST's bytes under other file names as mnist and auto",
  ...await needs("mnist"),
  async fn() {
    const files = Object.fromEntries(
      [...Deno.readDirSync(mnistDirectory())].filter(({ name }) => name.includes("ubyte"))
        .map(({ name }) => [
          `mnist/${name.replace("-idx", ".idx")}`,
          Deno.readFileSync(`${mnistDirectory()}/${name}`),
        ]),
    );
    using cache = folder(files);
    for (const dataset of ["auto", "mnist"]) {
      const data = await openDataset({ dataset, cacheDir: cache.path, mirrors: [] });
      assertEquals([data.name, data.labels.length], ["mnist", 70_000]);
    }
    // As torchvision's `MNIST("data")` stores it, beside another data set.
    await Deno.mkdir(`${cache.path}/MNIST`);
    await Deno.rename(`${cache.path}/mnist`, `${cache.path}/MNIST/raw`);
    await Deno.mkdir(`${cache.path}/FashionMNIST/raw`, { recursive: true });
    for (const [name, bytes] of Object.entries(smallFiles())) {
      await Deno.writeFile(`${cache.path}/FashionMNIST/raw/${name}`, bytes);
    }
    const data = await openDataset({ dataset: "auto", cacheDir: cache.path, mirrors: [] });
    assertEquals([data.name, data.labels.length], ["mnist", 70_000]);
  },
});

Deno.test({
  name: "openDataset() reads MNIST from the folder given for it",
  ...await needs("mnist"),
  async fn() {
    using cache = folder();
    for (const named of [{ dataDir: mnistDirectory() }, { mnistDir: mnistDirectory() }]) {
      const data = await openDataset({ dataset: "auto", ...named, cacheDir: cache.path });
      assertEquals([data.name, data.labels.length], ["mnist", 70_000]);
    }
  },
});

Deno.test("DATA_HOSTS are the hosts that deno.json allows tasks to reach", () => {
  const allowed = Object.values(deno.tasks)
    .map(({ command }) => /--allow-net=(\S+)/.exec(command)?.[1].split(","))
    .filter((hosts) => hosts !== undefined && !hosts.includes("127.0.0.1"));
  assert(allowed.length > 0);
  for (const hosts of allowed) assertEquals(hosts, DATA_HOSTS);
});

test("openDataset() records a file by its absolute path, as it may be opened from elsewhere later", async () => {
  const line = (label: number) => [label, ...Array(16).fill(20 * label + 7)].join();
  const text = Array.from({ length: 20 }, (_, i) => line(i % 5)).join("\n");
  using files = folder({ "digits.csv": new TextEncoder().encode(text) });
  const path = `${files.path}/digits.csv`;
  const { source } = await openDataset({ dataset: relative(Deno.cwd(), path) });
  assertEquals(source?.dataset, path);
  assertEquals((await openDataset({ dataset: "synthetic" })).source?.dataset, "synthetic");
});
