import { assert, assertEquals, assertRejects } from "@std/assert";
import { download, type DownloadOptions } from "../../lib/data/download.ts";
import { DataError, DataUnavailableError } from "../../lib/data/errors.ts";
import { holdTimers } from "./held_timers.ts";
import { serveRaw, serveSmallFiles } from "./idx_files.ts";
import { test } from "../requirements.ts";

/** Downloads a text with a single attempt. */
async function text(mirrors: string[], options: DownloadOptions = {}): Promise<string> {
  return await download(
    { name: "file", mirrors, maxBytes: 100 },
    async (body) => await new Blob(await Array.fromAsync(body)).text(),
    { attempts: 1, ...options },
  );
}

test("download() returns the first mirror's file without a request to the others", async () => {
  await using first = serveSmallFiles(() => new Response("hello"));
  await using second = serveSmallFiles();
  assertEquals(await text([first.url, second.url]), "hello");
  assertEquals([first.requests, second.requests], [["file"], []]);
});

test("download() accepts a mirror's URL with or without a trailing slash", async () => {
  await using mirror = serveSmallFiles(() => new Response("hello"));
  await text([`${mirror.url}sets`]);
  await text([`${mirror.url}sets/`]);
  assertEquals(mirror.requests, ["sets/file", "sets/file"]);
});

test("download() reports the bytes received, and the total if the mirror announces it", async () => {
  await using mirror = serveRaw("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello");
  const seen: unknown[] = [];
  await text([mirror.url], { onProgress: (progress) => seen.push(progress) });
  assertEquals(seen.at(-1), { file: "file", bytes: 5, total: 5 });
});

test("download() tries the next mirror, and gives the reason if all fail", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(64)),
      }),
    );
  await using missing = serveSmallFiles(() => new Response("?", { status: 404 }));
  await using failing = serveSmallFiles(() => new Response("?", { status: 503 }));
  await using sendingTooMuch = serveSmallFiles(endless);
  await using announcingTooMuch = serveSmallFiles(() => new Response("x".repeat(101)));
  await using redirectingToItself = serveSmallFiles((_, request) => Response.redirect(request.url));
  await using tooShort = serveRaw("HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello");
  await using notHttp = serveRaw("hello there\r\n\r\n");
  await using good = serveSmallFiles(() => new Response("hello"));
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const closed = `http://127.0.0.1:${listener.addr.port}/`;
  listener.close();
  const cases: [string, RegExp][] = [
    [missing.url, /: status 404 Not Found/],
    [failing.url, /: status 503 Service Unavailable/],
    [sendingTooMuch.url, /: its length must be at most 100 bytes: it sends more/],
    [announcingTooMuch.url, /: its length must be at most 100 bytes: it announces 101/],
    [redirectingToItself.url, /redirect/],
    [tooShort.url, /: connection lost after 5 bytes: /],
    [notHttp.url, /invalid HTTP/],
    [closed, /: client error \(Connect\): .*refused/],
  ];
  for (const [url, reason] of cases) {
    const error = await assertRejects(() => text([url]), DataUnavailableError);
    const { message } = error;
    assert(message.startsWith(`Cannot download file (${url}: `), message);
    assert(reason.test(message), message);
    assertEquals(await text([url, good.url]), "hello");
  }
});

test("download() retries a mirror that failed, but not one without the file", async () => {
  let fails = true;
  await using flaky = serveSmallFiles(() => {
    fails = !fails;
    return fails ? new Response("hello") : new Response("?", { status: 500 });
  });
  await using without = serveSmallFiles();
  assertEquals(await text([without.url, flaky.url], { attempts: 2 }), "hello");
  assertEquals([without.requests.length, flaky.requests.length], [1, 2]);
});

/** A mirror that does not answer until it is disposed; `asked` resolves at the first request. */
function silentMirror() {
  const asked = Promise.withResolvers<void>();
  const end = Promise.withResolvers<Response>();
  const mirror = serveSmallFiles(() => {
    asked.resolve();
    return end.promise;
  });
  return {
    ...mirror,
    asked: asked.promise,
    async [Symbol.asyncDispose]() {
      end.resolve(new Response());
      await mirror[Symbol.asyncDispose]();
    },
  };
}

test("download() tries the next mirror if one does not answer within its share of the time", async () => {
  using timers = holdTimers();
  await using silent = silentMirror();
  await using good = serveSmallFiles(() => new Response("hello"));
  const found = text([silent.url, good.url], { answerWithin: 5000 });
  await silent.asked;
  timers.pass(2499);
  assertEquals(good.requests, []);
  timers.pass(1);
  assertEquals(await found, "hello");
});

test("download() tries the next mirror if one stalls", async () => {
  using timers = holdTimers();
  const begin = () =>
    new Response(new ReadableStream({ start: (c) => c.enqueue(new Uint8Array(7)) }));
  await using stopping = serveSmallFiles(begin);
  await using good = serveSmallFiles(() => new Response("hello"));
  for (const mirrors of [[stopping.url, good.url], [stopping.url]]) {
    const begun = Promise.withResolvers<void>();
    const found = text(mirrors, { stallAfter: 3000, onProgress: () => begun.resolve() });
    await begun.promise;
    await new Promise(setImmediate); // until it waits for more bytes
    timers.pass(3000);
    if (mirrors.length === 2) assertEquals(await found, "hello");
    else await assertRejects(() => found, Error, "stopped after 7 bytes, no more within 3 s");
  }
});

test("download() gives a mirror that has answered the whole time until it stalls", async () => {
  using timers = holdTimers();
  const rest = Promise.withResolvers<void>();
  const slowly = () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("hel")),
        async pull(controller) {
          await rest.promise;
          controller.enqueue(new TextEncoder().encode("lo"));
          controller.close();
        },
      }),
    );
  await using slow = serveSmallFiles(slowly);
  const begun = Promise.withResolvers<void>();
  const options = { answerWithin: 1000, stallAfter: 3000, onProgress: () => begun.resolve() };
  const found = text([slow.url], options);
  await begun.promise;
  await new Promise(setImmediate); // until it waits for more bytes
  timers.pass(2999);
  rest.resolve();
  assertEquals(await found, "hello");
});

test("download() gives up if no mirror answers in time, even with attempts left", async () => {
  using timers = holdTimers();
  await using first = silentMirror();
  await using second = silentMirror();
  const found = text([first.url, second.url], { answerWithin: 3000, attempts: 10 });
  for (const mirror of [first, second]) {
    await mirror.asked;
    timers.pass(1500);
  }
  await assertRejects(() => found, DataUnavailableError, "no answer within 1.5 s");
  assertEquals([first.requests.length, second.requests.length], [1, 1]);
});

test("download() tries the next mirror if consume throws a DataError, and ends at any other error", async () => {
  await using bad = serveSmallFiles(() => new Response("bad"));
  await using good = serveSmallFiles(() => new Response("good"));
  const file = { name: "file", mirrors: [bad.url, good.url], maxBytes: 100 };
  const found = await download(file, async (body) => {
    const content = await new Blob(await Array.fromAsync(body)).text();
    if (content === "bad") throw new DataError("it is bad");
    return content;
  });
  assertEquals(found, "good");
  await assertRejects(
    () => download(file, () => Promise.reject(new TypeError("disk full"))),
    TypeError,
    "disk full",
  );
  assertEquals(bad.requests.length, 1); // no request before the body is read
});
