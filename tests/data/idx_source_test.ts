import { assert, assertEquals, assertRejects } from "@std/assert";
import { DataError, DataUnavailableError } from "../../lib/data/errors.ts";
import { IDX_FILE_NAMES } from "../../lib/data/idx_dataset.ts";
import { loadIdxSource } from "../../lib/data/idx_source.ts";
import {
  folder,
  gzip,
  idx,
  listing,
  serveSmallFiles,
  smallFiles,
  smallSource,
} from "./idx_files.ts";
import { onUnix, test } from "../requirements.ts";
import { start } from "../processes.ts";

const LABELS = Uint8Array.of(3, 1, 4, 1, 5, 9, 2, 6, 0);
const once = { attempts: 1, answerWithin: 1000, stallAfter: 300 };

test("loadIdxSource() downloads missing files, and nothing the second time", async () => {
  for (const kind of ["sha256", "md5-of-gz"] as const) {
    await using mirror = serveSmallFiles();
    using cache = folder();
    const directory = `${cache.path}/not/there/yet`;
    const source = smallSource([mirror.url], kind);
    const first = await loadIdxSource(source, { directory });
    assertEquals(first.labels, LABELS);
    assertEquals(mirror.requests.length, 4);
    const suffix = kind === "sha256" ? "" : ".gz";
    assertEquals(
      listing(directory),
      [".lock", ...IDX_FILE_NAMES.map((name) => name + suffix)].sort(),
    );
    assertEquals(await loadIdxSource(source, { directory }), first);
    assertEquals(mirror.requests.length, 4);
  }
});

test("loadIdxSource() replaces a corrupt file and downloads no other", async () => {
  await using mirror = serveSmallFiles();
  const files = smallFiles();
  files["t10k-images-idx3-ubyte"][30] ^= 1;
  using cache = folder(files);
  const notices: string[] = [];
  const data = await loadIdxSource(smallSource([]), {
    directory: cache.path,
    mirrors: [mirror.url],
    onNotice: (line) => notices.push(line),
  });
  assertEquals(data.images[36 + 14], 114);
  assertEquals(mirror.requests, ["t10k-images-idx3-ubyte.gz"]);
  assert(/t10k-images.* its sha256 must be .*; downloading it$/.test(notices[0]), notices[0]);
});

test("loadIdxSource() removes partial files that a killed process left, and no other files", async () => {
  await using mirror = serveSmallFiles();
  const unrelated = [
    "notes.part",
    "train-images-idx3-ubyte.4711.part",
    "train-images-idx3-ubyte.part",
  ];
  const partial = [
    "train-images-idx3-ubyte.01234567-89ab-cdef-0123-456789abcdef.part",
    "t10k-labels-idx1-ubyte.gz.01234567-89ab-cdef-0123-456789abcdef.part",
  ];
  using cache = folder(
    Object.fromEntries([...unrelated, ...partial].map((name) => [name, new Uint8Array(5)])),
  );
  await loadIdxSource(smallSource([mirror.url]), { directory: cache.path });
  assertEquals(listing(cache.path), [".lock", ...unrelated, ...IDX_FILE_NAMES].sort());
});

test("loadIdxSource() renames a file before replacing it, and does not touch symbolic links", async () => {
  await using mirror = serveSmallFiles();
  const own = idx([6, 2, 3], new Uint8Array(36));
  using elsewhere = folder({ store: own });
  using cache = folder({ "train-images-idx3-ubyte": own });
  const link = `${cache.path}/t10k-images-idx3-ubyte`;
  await Deno.symlink(`${elsewhere.path}/store`, link);
  const notices: string[] = [];
  const source = smallSource([mirror.url]);
  const options = { directory: cache.path, onNotice: (line: string) => notices.push(line) };
  const data = await loadIdxSource(source, options);
  assertEquals([data.images[4], data.images[36]], [4, 100]);
  assertEquals(await Deno.readFile(`${cache.path}/train-images-idx3-ubyte.damaged`), own);
  assertEquals((await Deno.lstat(link)).isSymlink, true);
  assertEquals(await Deno.readFile(`${elsewhere.path}/store`), own);
  assertEquals(notices.slice(1), [
    `the previous file was renamed to ${cache.path}/train-images-idx3-ubyte.damaged`,
    `${link} is a symbolic link and is not replaced`,
  ]);
});

test("loadIdxSource() uses downloaded files from memory if the folder is not writable", async () => {
  await using mirror = serveSmallFiles();
  using place = folder({ taken: new Uint8Array(1) });
  const notices: string[] = [];
  const data = await loadIdxSource(smallSource([mirror.url]), {
    directory: `${place.path}/taken/mnist`, // a file cannot contain folders
    onNotice: (line) => notices.push(line),
  });
  assertEquals(data.labels, LABELS);
  assert(
    /taken\/mnist is not writable \(.*\): downloads are not stored/.test(notices[1]),
    notices[1],
  );
});

test("loadIdxSource() throws no DataUnavailableError if the folder holds files that may be data", async () => {
  await using mirror = serveSmallFiles(() => new Response("?", { status: 404 }));
  const kinds = [
    [{ "archive.zip": "PK\x03\x04" }, false],
    [{ "train-images.idx3-ubyte": smallFiles()["train-images-idx3-ubyte"] }, false],
    [{ "README.md": new Uint8Array(1), ".keep": new Uint8Array(1) }, true],
  ] as const;
  for (const [files, isUnavailable] of kinds) {
    using cache = folder({ ...files });
    const options = { directory: cache.path, ...once };
    const error = await assertRejects(
      () => loadIdxSource(smallSource([mirror.url]), options),
      DataError,
    );
    assertEquals(error instanceof DataUnavailableError, isUnavailable);
    const { message } = error;
    assert(message.includes(`, which holds ${Object.keys(files)[0]}`), message);
  }
});

test("loadIdxSource() rejects a wrong file of one mirror and tries the next", async () => {
  const whole = gzip(smallFiles()["train-images-idx3-ubyte"]);
  const corrupt = whole.slice();
  corrupt[corrupt.length - 6] ^= 1;
  const other = gzip(smallFiles()["t10k-images-idx3-ubyte"]);
  const bomb = gzip(new Uint8Array(65 * 2 ** 20));
  const cases: [string, BodyInit, RegExp][] = [
    ["truncated", whole.slice(0, -9), /it cannot be decompressed: /],
    ["corrupt", corrupt, /it cannot be decompressed: /],
    [
      "another file",
      other,
      /the sha256 of train-images-idx3-ubyte must be \w{64}: current value is \w{64}/,
    ],
    [
      "a web page",
      "<!DOCTYPE html><p>Log in</p>",
      /the server sent a web page instead of the file/,
    ],
    ["empty", "", /the sha256 of .* must be \w{64}: current value is e3b0c4/],
    ["decompression bomb", bomb, /it decompresses to more than 67108864 bytes/],
  ];
  for (const [fault, body, reason] of cases) {
    await using bad = serveSmallFiles((file) =>
      file === "train-images-idx3-ubyte.gz" ? new Response(body) : undefined
    );
    await using good = serveSmallFiles();
    using cache = folder();
    const options = { directory: cache.path, ...once };
    const error = await assertRejects(
      () => loadIdxSource(smallSource([bad.url]), options),
      DataUnavailableError,
    );
    const { message } = error;
    assert(reason.test(message), `${fault}: ${message}`);
    assert(!message.includes("\n"));
    assertEquals(listing(cache.path), [".lock"], fault);
    const data = await loadIdxSource(smallSource([bad.url, good.url]), options);
    assertEquals(data.labels, LABELS, fault);
    assertEquals(good.requests, ["train-images-idx3-ubyte.gz"], fault);
  }
});

test("loadIdxSource() accepts a file that the server sent with content encoding", async () => {
  await using mirror = serveSmallFiles((file) => {
    const name = IDX_FILE_NAMES.find((name) => file.startsWith(name))!;
    return new Response(gzip(smallFiles()[name]), { headers: { "content-encoding": "gzip" } });
  });
  using cache = folder();
  const data = await loadIdxSource(smallSource([mirror.url]), { directory: cache.path, ...once });
  assertEquals(data.labels, LABELS);
});

test("loadIdxSource() says which file is missing, why the download failed, and what to do", async () => {
  await using mirror = serveSmallFiles(() => new Response("?", { status: 404 }));
  using cache = folder();
  const error = await assertRejects(
    () => loadIdxSource(smallSource([mirror.url]), { directory: cache.path, ...once }),
    DataUnavailableError,
  );
  assertEquals(
    error.message,
    `There is no train-images-idx3-ubyte or train-images-idx3-ubyte.gz in ${cache.path}, ` +
      `which holds no files. ` +
      `Cannot download train-images-idx3-ubyte.gz (${mirror.url}: status 404 Not Found). ` +
      `Check the network, or put the files there yourself`,
  );
});

/** Loads the small data set in a separate process. */
function loadElsewhere(
  directory: string,
  mirror: string,
  permissions: string[],
): Deno.ChildProcess {
  const script = new URL("./load_small.ts", import.meta.url);
  return start(Deno.execPath(), {
    args: ["run", "--no-prompt", ...permissions, script.href, directory, mirror],
  });
}

const ALL = ["--allow-read", "--allow-write", "--allow-net=127.0.0.1"];

test("two processes that load the same folder at once download each file once", async () => {
  const bothWait = Promise.withResolvers<void>();
  const oneRequests = Promise.withResolvers<void>();
  await using mirror = serveSmallFiles(async () => {
    oneRequests.resolve();
    await bothWait.promise;
    return undefined;
  });
  using cache = folder();
  await using first = loadElsewhere(cache.path, mirror.url, ALL);
  await oneRequests.promise;
  await using second = loadElsewhere(cache.path, mirror.url, ALL);
  let notices = "";
  for await (const piece of second.stderr.pipeThrough(new TextDecoderStream())) {
    notices += piece;
    if (notices.includes("another process is downloading")) bothWait.resolve();
  }
  const outputs = [await new Response(second.stdout).text(), await first.output()] as const;
  assert((await second.status).success, notices);
  assertEquals(outputs[0].trim(), LABELS.join(" "));
  assertEquals(new TextDecoder().decode(outputs[1].stdout).trim(), LABELS.join(" "));
  assertEquals(mirror.requests, IDX_FILE_NAMES.map((name) => `${name}.gz`));
});

onUnix(
  "a process killed during a download leaves nothing that the next process uses or waits for",
  async () => {
    const halfSent = Promise.withResolvers<void>();
    await using stalling = serveSmallFiles((file) => {
      if (file !== "t10k-images-idx3-ubyte.gz") return undefined;
      const half = gzip(smallFiles()["t10k-images-idx3-ubyte"]).slice(0, 20);
      setTimeout(halfSent.resolve, 100);
      return new Response(new ReadableStream({ start: (controller) => controller.enqueue(half) }));
    });
    using cache = folder();
    await using killed = loadElsewhere(cache.path, stalling.url, ALL);
    await halfSent.promise;
    killed.kill("SIGKILL");
    assertEquals((await killed.output()).signal, "SIGKILL");
    assertEquals(listing(cache.path), [
      ".lock",
      "train-images-idx3-ubyte",
      "train-labels-idx1-ubyte",
    ]);

    await using mirror = serveSmallFiles();
    const later = await loadElsewhere(cache.path, mirror.url, ALL).output();
    assertEquals(new TextDecoder().decode(later.stdout).trim(), LABELS.join(" "));
    assertEquals(mirror.requests, ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]);
    assertEquals(listing(cache.path), [".lock", ...IDX_FILE_NAMES].sort());
  },
);

test("loadIdxSource() reads a complete folder with read permission alone", async () => {
  using cache = folder(smallFiles());
  const { stdout, stderr } = await loadElsewhere(cache.path, "https://mirror.invalid/", [
    "--allow-read",
  ]).output();
  assertEquals(new TextDecoder().decode(stderr), "");
  assertEquals(new TextDecoder().decode(stdout).trim(), LABELS.join(" "));
});

test("loadIdxSource() reports a mirror that it has no permission to reach", async () => {
  using cache = folder();
  const { stderr } = await loadElsewhere(cache.path, "https://mirror.invalid/", [
    "--allow-read",
    "--allow-write",
  ]).output();
  const message = new TextDecoder().decode(stderr);
  assert(
    /DataUnavailableError: .*Requires net access to "mirror.invalid:443"/.test(message),
    message,
  );
});
