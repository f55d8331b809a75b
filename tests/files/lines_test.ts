import { assertEquals, assertRejects } from "@std/assert";
import { lines, LineTooLongError } from "../../lib/files/lines.ts";

async function split(text: string, length: number, limit = 100): Promise<string[]> {
  const pieces = text.match(new RegExp(`[^]{1,${length}}`, "g")) ?? [];
  return await Array.fromAsync(lines(ReadableStream.from(pieces), limit));
}

Deno.test("lines() returns the same for all line breaks and for pieces of any length", async () => {
  for (const end of ["\n", "\r\n", "\r"]) {
    for (let length = 1; length < 12; length++) {
      for (const last of ["", end]) {
        const text = ["one", "", "three", ""].join(end) + "4" + last;
        assertEquals(await split(text, length), ["one", "", "three", "4"]);
      }
    }
  }
  assertEquals(await split("", 1), []);
});

Deno.test("lines() rejects a line that is too long before its end", async () => {
  let pulled = 0;
  const endless = new ReadableStream<string>({
    pull(controller) {
      pulled++;
      controller.enqueue("x".repeat(10));
    },
  });
  await assertRejects(() => Array.fromAsync(lines(endless, 100)), LineTooLongError, "at most 100");
  assertEquals(pulled <= 13, true, `${pulled} pieces were read`);
  await assertRejects(() => split("short\n" + "x".repeat(101) + "\nshort", 500), LineTooLongError);
});
