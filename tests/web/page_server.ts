/** Serves the page for tests, as `deno task serve` does. */
import type { Dataset } from "../../lib/data/dataset.ts";
import {
  contentSecurityPolicy,
  MNIST_FOLDER,
  mnistFiles,
  pageFiles,
} from "../../lib/cli/page_files.ts";
import { responder } from "../../lib/cli/responder.ts";

/** A server, which stops when it is disposed. */
export interface PageServer extends AsyncDisposable {
  url: string;
}

/**
 * Serves the page on a free port.
 *
 * @param mnist The data for the page; without it, the page uses synthetic digits
 */
export async function servePage(mnist?: Dataset): Promise<PageServer> {
  const folder = mnist && MNIST_FOLDER;
  const files = await pageFiles(folder);
  if (mnist) { for (const [name, bytes] of mnistFiles(mnist)) files.set(name, bytes); }
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    responder(files, contentSecurityPolicy(folder)),
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    async [Symbol.asyncDispose]() {
      await server.shutdown();
    },
  };
}
