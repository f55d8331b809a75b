import { assertEquals } from "@std/assert";
import config from "../deno.json" with { type: "json" };
import { filesBelow, importsOf } from "./imports.ts";
import { test } from "./requirements.ts";

test("deno test runs each test file once: deno.json names it or its group", () => {
  const files = filesBelow("tests");
  const named = config.test.include.flatMap((glob) => {
    const pattern = new RegExp(`^${glob.replaceAll(".", "\\.").replaceAll("*", "[^/]*")}$`);
    return files.filter((file) => pattern.test(file));
  });
  const run = [...new Set(named)]
    .flatMap((file) => file.startsWith("tests/groups/") ? importsOf(file) : [file]);
  const every = files.filter((file) => file.endsWith("_test.ts"));
  assertEquals(run.toSorted(), every.toSorted());
});
