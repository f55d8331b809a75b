/** `deno task serve`: serves the page in which the net trains in a browser. */
import { type FlagValues, number, oneOf, type Task, text, toggle } from "./flags.ts";
import { openStatus } from "./status.ts";
import { DATASET_FLAGS, openChosenDataset } from "./dataset_flags.ts";
import { print } from "./output.ts";
import {
  contentSecurityPolicy,
  gzipped,
  MNIST_FOLDER,
  mnistFiles,
  pageFiles,
} from "./page_files.ts";
import { responder } from "./responder.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {
  host: text("ADDRESS", "address to listen on; 0.0.0.0 accepts other machines", "127.0.0.1"),
  port: number("port to listen on; 0 for any free port", 8000),
  dataset: oneOf(["auto", "mnist", "synthetic"], "the digits to train on", "auto"),
  dataDir: DATASET_FLAGS.dataDir,
  json: toggle("print one JSON object with the address"),
  quiet: toggle("print nothing on stderr"),
};

const TASK: Task<typeof FLAGS> = {
  name: "serve",
  summary: "Serves the page in which the net trains in a browser, until Ctrl-C.",
  flags: FLAGS,
};

if (import.meta.main) await runTask(TASK, serveTask);

async function serveTask(flags: FlagValues<typeof FLAGS>): Promise<void> {
  const { host = "127.0.0.1", port = 8000, dataset = "auto", dataDir } = flags;
  using status = await openStatus(flags.quiet);
  const data = await openChosenDataset({ dataset, dataDir }, status);
  const mnist = data.name === "mnist" ? MNIST_FOLDER : undefined;
  const files = await pageFiles(mnist);
  if (mnist) {
    // Compression takes seconds, which only pays for other machines.
    const digits = isLoopback(host) ? mnistFiles(data) : await gzipped(mnistFiles(data));
    for (const [name, bytes] of digits) files.set(name, bytes);
  }
  const server = listen({ hostname: host, port }, responder(files, contentSecurityPolicy(mnist)));
  const { hostname, port: taken } = server.addr;
  const url = `http://${hostname.includes(":") ? `[${hostname}]` : hostname}:${taken}/`;
  print(flags.json ? JSON.stringify({ type: "serving", url }) : url);
  if (!isLoopback(host)) {
    status.notice(
      "Other machines can open this page; over http their browsers train without WebGPU.",
    );
  }
  status.notice("Press Ctrl-C to stop.");
  await server.finished;
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || host.startsWith("127.");
}

function listen(
  address: { hostname: string; port: number },
  handler: (request: Request) => Response,
): Deno.HttpServer<Deno.NetAddr> {
  try {
    return Deno.serve({ ...address, onListen() {} }, handler);
  } catch (error) {
    const reason = error instanceof Deno.errors.AddrInUse
      ? "the port is in use; choose another with --port"
      : (error as Error).message;
    throw new Error(`Cannot listen on ${address.hostname}, port ${address.port}: ${reason}`);
  }
}
