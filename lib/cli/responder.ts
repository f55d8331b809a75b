/** Answers HTTP requests with files from memory. */
import { createHash } from "node:crypto";
import type { PageFiles } from "./page_files.ts";

/** Content types by file extension. */
const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  gz: "application/octet-stream",
};

/**
 * Returns an HTTP handler that serves only these files. Each has an ETag, so that a browser which
 * holds the same bytes does not fetch them again.
 */
export function responder(files: PageFiles, policy: string): (request: Request) => Response {
  const headers = {
    "content-security-policy": `${policy}; frame-ancestors 'none'`,
    // Isolates the page, which allows its threads to share memory.
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache", // the browser asks each time whether its copy is the same
  };
  const tags = new Map<string, string>();
  const tagOf = (path: string, bytes: Uint8Array) => {
    const tag = tags.get(path) ?? `"${createHash("sha256").update(bytes).digest("base64url")}"`;
    tags.set(path, tag);
    return tag;
  };
  return ({ method, url, headers: given }) => {
    if (method !== "GET" && method !== "HEAD") {
      return new Response("Only GET and HEAD are allowed.", {
        status: 405,
        headers: { ...headers, allow: "GET, HEAD" },
      });
    }
    const path = new URL(url).pathname.slice(1) || "index.html";
    const bytes = files.get(path);
    if (!bytes) return new Response("There is no such file.", { status: 404, headers });
    const etag = tagOf(path, bytes);
    const known = given.get("if-none-match")?.split(",").map((tag) =>
      tag.trim().replace(/^W\//, "")
    );
    if (known?.includes(etag)) {
      return new Response(null, { status: 304, headers: { ...headers, etag } });
    }
    const type = TYPES[path.split(".").at(-1)!];
    return new Response(method === "HEAD" ? null : bytes, {
      headers: { ...headers, etag, "content-type": type, "content-length": String(bytes.length) },
    });
  };
}
