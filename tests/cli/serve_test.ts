import { assert, assertEquals, assertMatch } from "@std/assert";
import { needs } from "../requirements.ts";
import { runCli, startTask } from "./run_cli.ts";
import { readUntil } from "../processes.ts";

/** Starts the task on a free port; returns its process and the address that it prints. */
async function serve(
  ...args: string[]
): Promise<AsyncDisposable & { child: Deno.ChildProcess; url: string }> {
  const flags = ["--dataset", "synthetic", "--port", "0", "--json", "--quiet", ...args];
  const child = startTask("serve", flags);
  const reader = child.stdout.pipeThrough(new TextDecoderStream()).getReader();
  const line = await readUntil(reader, "\n");
  await reader.cancel();
  await child.stderr.cancel();
  return {
    child,
    url: JSON.parse(line).url,
    [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
  };
}

Deno.test({
  name: "serve prints its address, serves the page there, and ends on Ctrl-C",
  ...await needs("permissions"),
  async fn() {
    await using served = await serve();
    const { child, url } = served;
    assertMatch(url, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    const page = await fetch(url);
    assertEquals(page.status, 200);
    assertMatch(
      await page.text(),
      /<meta name="mnist" content="" \/>|<meta name="mnist" content="">/,
    );
    child.kill("SIGINT");
    const { code } = await child.status;
    assertEquals(code, 130);
  },
});

Deno.test({
  name: "serve fails with the port if that is in use, and says what to do",
  ...await needs("permissions"),
  async fn() {
    await using served = await serve();
    const { child, url } = served;
    const { port } = new URL(url);
    const { code, stderr } = await runCli("serve", ["--dataset", "synthetic", "--port", port]);
    assertEquals(code, 1);
    assert(stderr.includes(`port ${port}: the port is in use; choose another with --port`), stderr);
    child.kill("SIGINT");
    await child.status;
  },
});

Deno.test({
  name: "serve rejects a folder without MNIST",
  ...await needs("permissions"),
  async fn() {
    const { code, stderr } = await runCli("serve", ["--data-dir", "tests"]);
    assertEquals(code, 1);
    assertMatch(stderr, /^error: There is no train-images-idx3-ubyte or .* in tests/m);
  },
});
