import { assertEquals } from "@std/assert";
import { mnistFolder } from "../../bench/digits.ts";
import { IDX_FILE_NAMES } from "../../lib/data/idx_dataset.ts";
import { test } from "../requirements.ts";

test("mnistFolder() returns MNIST_DIR, otherwise the cache if it holds all four files", () => {
  const cache = Deno.makeTempDirSync();
  try {
    assertEquals(mnistFolder("", `${cache}/none`), undefined);
    // A failed download leaves this file behind.
    Deno.writeTextFileSync(`${cache}/.lock`, "");
    for (const [i, name] of IDX_FILE_NAMES.entries()) {
      assertEquals(mnistFolder("", cache), undefined);
      Deno.writeTextFileSync(`${cache}/${name}${i % 2 ? ".gz" : ""}`, "");
    }
    assertEquals(mnistFolder("", cache), cache);
    assertEquals(mnistFolder("elsewhere", cache), "elsewhere");
  } finally {
    Deno.removeSync(cache, { recursive: true });
  }
});
