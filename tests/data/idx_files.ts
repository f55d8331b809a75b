/** Small IDX files, and servers on loopback that serve them correctly or with faults. */
import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { IDX_FILE_NAMES, type IdxFileName } from "../../lib/data/idx_dataset.ts";
import type { IdxSource } from "../../lib/data/idx_source.ts";

/** Encodes an IDX file of unsigned bytes, independently of `encodeIdx`. */
export function idx(shape: number[], items: ArrayLike<number>): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(4 + 4 * shape.length + items.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, 0x0800 | shape.length);
  shape.forEach((size, axis) => view.setUint32(4 + 4 * axis, size));
  bytes.set(items, 4 + 4 * shape.length);
  return bytes;
}

/** Four matching files: six training rows and three test rows of 2 x 3 pixels, labels 0 to 9. */
export function smallFiles(): Record<IdxFileName, Uint8Array<ArrayBuffer>> {
  const count = (n: number, from: number) => Uint8Array.from({ length: n }, (_, i) => from + i);
  return {
    "train-images-idx3-ubyte": idx([6, 2, 3], count(36, 0)),
    "train-labels-idx1-ubyte": idx([6], [3, 1, 4, 1, 5, 9]),
    "t10k-images-idx3-ubyte": idx([3, 2, 3], count(18, 100)),
    "t10k-labels-idx1-ubyte": idx([3], [2, 6, 0]),
  };
}

/** Describes the four files as a data set published on `mirrors`. */
export function smallSource(mirrors: string[], kind: "sha256" | "md5-of-gz" = "sha256"): IdxSource {
  const files = smallFiles();
  const checksum = (name: IdxFileName) =>
    kind === "sha256"
      ? createHash("sha256").update(files[name]).digest("hex")
      : createHash("md5").update(gzip(files[name])).digest("hex");
  const checksums = Object.fromEntries(IDX_FILE_NAMES.map((name) => [name, checksum(name)]));
  return {
    name: "small",
    classes: 10,
    checksums: { kind, files: checksums as Record<IdxFileName, string> },
    mirrors,
  };
}

/** Creates a temporary folder with files, whose names may contain subfolders. Disposal removes it. */
export function folder(
  files: Record<string, Uint8Array | string> = {},
): { path: string } & Disposable {
  const path = Deno.makeTempDirSync();
  for (const [name, content] of Object.entries(files)) {
    const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
    const subfolder = name.slice(0, Math.max(0, name.lastIndexOf("/")));
    Deno.mkdirSync(`${path}/${subfolder}`, { recursive: true });
    Deno.writeFileSync(`${path}/${name}`, bytes);
  }
  return { path, [Symbol.dispose]: () => Deno.removeSync(path, { recursive: true }) };
}

/** Returns the names in a folder, sorted. */
export function listing(directory: string): string[] {
  return [...Deno.readDirSync(directory)].map((entry) => entry.name).sort();
}

/** Compresses bytes as a `.gz` file. */
export function gzip(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(gzipSync(bytes));
}

/** A server on loopback, and the file names that were requested from it. */
export interface Mirror extends AsyncDisposable {
  url: string;
  requests: string[];
}

/** Serves the gzipped small files; `respond` may return another response. */
export function serveSmallFiles(
  respond: (
    file: string,
    request: Request,
  ) => Response | undefined | Promise<Response | undefined> = () => undefined,
): Mirror {
  const files = smallFiles();
  const requests: string[] = [];
  const abort = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {}, signal: abort.signal },
    async (request) => {
      const file = new URL(request.url).pathname.slice(1);
      requests.push(file);
      const answer = await respond(file, request);
      if (answer !== undefined) return answer;
      const name = IDX_FILE_NAMES.find((name) => file === `${name}.gz`);
      if (name === undefined) return new Response("no such file", { status: 404 });
      return new Response(gzip(files[name]));
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await server.finished;
    },
  };
}

/** Answers every request with exactly these bytes, valid or not, and closes the connection. */
export function serveRaw(...answer: BlobPart[]): Mirror {
  const requests: string[] = [];
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const serving = (async () => {
    for await (const connection of listener) {
      const buffer = new Uint8Array(4096);
      const length = await connection.read(buffer) ?? 0;
      requests.push(new TextDecoder().decode(buffer.subarray(0, length)).split(" ")[1].slice(1));
      const writing = new Blob(answer).stream().pipeTo(connection.writable);
      await writing.catch(() => {}); // the client may close the connection early
    }
  })();
  return {
    url: `http://127.0.0.1:${listener.addr.port}/`,
    requests,
    async [Symbol.asyncDispose]() {
      listener.close();
      await serving;
    },
  };
}
