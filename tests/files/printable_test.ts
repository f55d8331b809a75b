import { assert, assertEquals } from "@std/assert";
import { printable } from "../../lib/files/printable.ts";

Deno.test("printable() does not change letters, digits and symbols of any language", () => {
  for (const text of ["label", "número 7", "数字", "😀", "a b"]) {
    assertEquals(printable(text), text);
  }
});

Deno.test("printable() replaces control characters by their code points", () => {
  assertEquals(printable("\x1b]0;title\x07"), "\\u{1b}]0;title\\u{7}");
  assertEquals(printable("a\r\n\u2028\u0085b"), "a\\u{d}\\u{a}\\u{2028}\\u{85}b");
  assertEquals(printable("\u202egnp.exe"), "\\u{202e}gnp.exe"); // right-to-left override
  assertEquals(printable("\ud800"), "\\u{d800}");
});

Deno.test("printable() truncates long text between characters", () => {
  assertEquals(printable("x".repeat(60)), "x".repeat(60));
  assertEquals(printable("x".repeat(61)), "x".repeat(60) + "...");
  assertEquals(printable("😀".repeat(5), 3), "😀😀😀...");
  const begin = performance.now();
  printable("\x1b".repeat(50_000_000));
  assert(performance.now() - begin < 1000, "it examined the whole text");
});
