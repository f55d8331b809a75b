import { assert, assertEquals } from "@std/assert";
import { contentSecurityPolicy } from "../../lib/cli/page_files.ts";
import { responder } from "../../lib/cli/responder.ts";

const text = (text: string) => new TextEncoder().encode(text);
const respond = responder(
  new Map([
    ["index.html", text("<!doctype html>")],
    ["page-1.js", text("1")],
    ["mnist/train-labels-idx1-ubyte.gz", text("7")],
  ]),
  contentSecurityPolicy("mnist/"),
);
const request = (path: string, method = "GET", headers: HeadersInit = {}) =>
  respond(new Request(`http://127.0.0.1:8000${path}`, { method, headers }));

Deno.test("responder() serves the page's files with their content types", async () => {
  const expected = {
    "/": "text/html; charset=utf-8",
    "/index.html": "text/html; charset=utf-8",
    "/page-1.js?x": "text/javascript",
    "/mnist/train-labels-idx1-ubyte.gz": "application/octet-stream",
  };
  for (const [path, type] of Object.entries(expected)) {
    const { status, headers } = request(path);
    assertEquals([status, headers.get("content-type")], [200, type], path);
  }
  assertEquals(await request("/page-1.js").text(), "1");
});

Deno.test("responder() answers 304 without a body to a browser that holds the file's bytes", async () => {
  const path = "/mnist/train-labels-idx1-ubyte.gz";
  const etag = request(path).headers.get("etag")!;
  for (const tags of [etag, `"other", W/${etag}`]) {
    const again = request(path, "GET", { "if-none-match": tags });
    assertEquals([again.status, await again.text()], [304, ""], tags);
    assertEquals(again.headers.get("etag"), etag);
  }
  assertEquals(request(path, "GET", { "if-none-match": '"other"' }).status, 200);
  assertEquals(request("/page-1.js", "GET", { "if-none-match": etag }).status, 200);
});

Deno.test("responder() answers HEAD without a body, and rejects other methods", async () => {
  const head = request("/page-1.js", "HEAD");
  assertEquals([await head.text(), head.headers.get("content-length")], ["", "1"]);
  for (const method of ["POST", "PUT", "DELETE", "OPTIONS"]) {
    const { status, headers } = request("/", method);
    assertEquals([status, headers.get("allow")], [405, "GET, HEAD"], method);
  }
});

Deno.test("responder() serves no other files, whatever the path", () => {
  const paths = [
    "/deno.json",
    "/../deno.json",
    "/..%2fdeno.json",
    "/%2e%2e/deno.json",
    "//etc/passwd",
    "/mnist/",
    "/__proto__",
    "/page-1.js/",
  ];
  for (const path of paths) assertEquals(request(path).status, 404, path);
});

Deno.test("responder() isolates the page and allows only its own scripts", () => {
  for (const response of [request("/"), request("/nothing")]) {
    const policy = response.headers.get("content-security-policy")!;
    assert(policy.includes("default-src 'none'") && policy.includes("frame-ancestors 'none'"));
    assert(!policy.includes("unsafe-inline") && !policy.includes("'unsafe-eval'"), policy);
    assertEquals(response.headers.get("cross-origin-opener-policy"), "same-origin");
    assertEquals(response.headers.get("cross-origin-embedder-policy"), "require-corp");
    assertEquals(response.headers.get("x-content-type-options"), "nosniff");
  }
});

Deno.test("contentSecurityPolicy() allows the page to fetch MNIST from its URL", () => {
  const policy = contentSecurityPolicy("https://digits.example/mnist/");
  assert(policy.includes("connect-src 'self' https://digits.example;"), policy);
});
