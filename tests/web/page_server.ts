/** Serves the page for tests, as `deno task serve` does. */
import type { Dataset } from "../../lib/data/dataset.ts";
import {
  contentSecurityPolicy,
  MNIST_FOLDER,
  mnistFiles,
  type PageFiles,
  pageFiles,
} from "../../lib/cli/page_files.ts";
import { responder } from "../../lib/cli/responder.ts";

/** A server, which stops when it is disposed. */
export interface PageServer extends AsyncDisposable {
  url: string;
}

/** The bundled page, for all tests of a file. */
let bundled: Promise<PageFiles> | undefined;

/** Returns the page with or without a folder of MNIST. */
async function filesOfPage(folder = ""): Promise<PageFiles> {
  const files = new Map(await (bundled ??= pageFiles(MNIST_FOLDER)));
  const html = new TextDecoder().decode(files.get("index.html"))
    .replace(`name="mnist" content="${MNIST_FOLDER}"`, `name="mnist" content="${folder}"`);
  return files.set("index.html", new TextEncoder().encode(html));
}

/** The servers that change no response, by their data: the browser loads their files only once. */
const common = new Map<Dataset | undefined, Promise<PageServer>>();

Deno.test.afterAll(async () => {
  for (const server of common.values()) await (await server)[Symbol.asyncDispose]();
});

/**
 * Serves the page.
 *
 * @param mnist The data for the page; without it, the page uses synthetic digits
 * @param change Called with each response, which it may replace, for servers that are slow or fail
 */
export async function servePage(
  mnist?: Dataset,
  change?: (response: Response, request: Request) => Response | Promise<Response>,
): Promise<PageServer> {
  if (change) return await startServer(mnist, change);
  if (!common.has(mnist)) common.set(mnist, startServer(mnist));
  const { url } = await common.get(mnist)!;
  return { url, [Symbol.asyncDispose]: () => Promise.resolve() };
}

async function startServer(
  mnist?: Dataset,
  change: NonNullable<Parameters<typeof servePage>[1]> = (response) => response,
): Promise<PageServer> {
  const folder = mnist && MNIST_FOLDER;
  const files = await filesOfPage(folder);
  if (mnist) { for (const [name, bytes] of mnistFiles(mnist)) files.set(name, bytes); }
  const respond = responder(files, contentSecurityPolicy(folder));
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    (request) => change(respond(request), request),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}
