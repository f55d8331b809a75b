import { assertEquals } from "@std/assert";
import { mnistFolder } from "../../bench/digits.ts";
import { IDX_FILE_NAMES } from "../../lib/data/idx_dataset.ts";
import { test } from "../requirements.ts";

test("mnistFolder() returns MNIST_DIR, otherwise the cache if it holds all four files", () => {
  const before = { directory: Deno.cwd(), variable: Deno.env.get("MNIST_DIR") };
  const directory = Deno.makeTempDirSync();
  try {
    Deno.chdir(directory);
    Deno.env.delete("MNIST_DIR");
    assertEquals(mnistFolder(), undefined);
    // A failed download leaves this file behind.
    Deno.mkdirSync("data/mnist", { recursive: true });
    Deno.writeTextFileSync("data/mnist/.lock", "");
    assertEquals(mnistFolder(), undefined);
    for (const [i, name] of IDX_FILE_NAMES.entries()) {
      assertEquals(mnistFolder(), undefined);
      Deno.writeTextFileSync(`data/mnist/${name}${i % 2 ? ".gz" : ""}`, "");
    }
    assertEquals(mnistFolder(), "data/mnist");
    Deno.env.set("MNIST_DIR", "");
    assertEquals(mnistFolder(), "data/mnist");
    Deno.env.set("MNIST_DIR", "elsewhere");
    assertEquals(mnistFolder(), "elsewhere");
  } finally {
    Deno.chdir(before.directory);
    if (before.variable === undefined) Deno.env.delete("MNIST_DIR");
    else Deno.env.set("MNIST_DIR", before.variable);
    Deno.removeSync(directory, { recursive: true });
  }
});
