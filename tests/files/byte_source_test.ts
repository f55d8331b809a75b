import { assertEquals, assertRejects } from "@std/assert";
import { ByteReader } from "../../lib/files/byte_source.ts";

/** A stream of 1 to 9 in pieces of three bytes; counts how often it is canceled. */
function stream() {
  let [next, canceled] = [1, 0];
  const bytes = new ReadableStream<Uint8Array>({
    pull(controller) {
      if (next > 9) return controller.close();
      controller.enqueue(Uint8Array.of(next++, next++, next++));
    },
    cancel: () => void canceled++,
  });
  return { bytes, canceled: () => canceled };
}

Deno.test("ByteReader takes any number of bytes, and fewer at the end", async () => {
  const reader = new ByteReader(stream().bytes);
  for (const expected of [[1], [2, 3], [], [4, 5, 6, 7]]) {
    assertEquals([...await reader.take(expected.length)], expected);
  }
  assertEquals([...await reader.take(5)], [8, 9]);
  assertEquals([...await reader.take(5)], []);
});

Deno.test("ByteReader.cancel() closes the stream, also after an error", async () => {
  const { bytes, canceled } = stream();
  const reader = new ByteReader(bytes);
  await reader.take(4);
  await reader.cancel();
  assertEquals(canceled(), 1);
  const failing = new ByteReader(
    new ReadableStream({ pull: () => Promise.reject(new Error("lost")) }),
  );
  await assertRejects(() => failing.take(1), Error, "lost");
  await failing.cancel();
});
