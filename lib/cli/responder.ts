/** Answers the requests of browsers, from memory. */
import type { PageFiles } from "./page_files.ts";

/** Content types by the ending of a file's name. */
const TYPES: Record<string, string> = {
  html: "text/html; charset=utf-8",
  js: "text/javascript",
  css: "text/css",
  gz: "application/octet-stream",
};

/**
 * Answers requests for some files, and no others.
 *
 * @param files By their paths
 * @param policy The page's content security policy
 */
export function responder(files: PageFiles, policy: string): (request: Request) => Response {
  const headers = {
    "content-security-policy": `${policy}; frame-ancestors 'none'`,
    // Isolated, the page may share memory among its threads.
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-embedder-policy": "require-corp",
    "cross-origin-resource-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-cache",
  };
  return ({ method, url }) => {
    if (method !== "GET" && method !== "HEAD") {
      return new Response("only GET and HEAD", {
        status: 405,
        headers: { ...headers, allow: "GET, HEAD" },
      });
    }
    const path = new URL(url).pathname.slice(1) || "index.html";
    const bytes = files.get(path);
    if (!bytes) return new Response("no such file", { status: 404, headers });
    const type = TYPES[path.split(".").at(-1)!];
    return new Response(method === "HEAD" ? null : bytes, {
      headers: { ...headers, "content-type": type, "content-length": String(bytes.length) },
    });
  };
}
