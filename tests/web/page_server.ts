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

/** The bundled page with and without a folder of MNIST, for all tests of a file. */
const bundles = new Map<string, Promise<PageFiles>>();

function bundled(folder: string | undefined): Promise<PageFiles> {
  const key = folder ?? "";
  if (!bundles.has(key)) bundles.set(key, pageFiles(folder));
  return bundles.get(key)!;
}

/**
 * Serves the page on a free port.
 *
 * @param mnist The data for the page; without it, the page uses synthetic digits
 * @param change Called with each response, which it may replace, for servers that are slow or fail
 */
export async function servePage(
  mnist?: Dataset,
  change: (response: Response, request: Request) => Response | Promise<Response> = (response) =>
    response,
): Promise<PageServer> {
  const folder = mnist && MNIST_FOLDER;
  const files: PageFiles = new Map(await bundled(folder));
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
