import { assertEquals, assertThrows } from "@std/assert";
import { onReaderClosed, print, printError } from "../../lib/cli/output.ts";

/** Calls a function while a stream of this process fails with an error. */
function withFailing(name: "stdout" | "stderr", error: Error, call: () => void): number {
  const { writeSync } = Deno[name];
  let calls = 0;
  Deno[name].writeSync = () => {
    calls++;
    throw error;
  };
  try {
    call();
  } finally {
    Deno[name].writeSync = writeSync;
  }
  return calls;
}

Deno.test("print() writes all bytes, however few the stream takes at a time", () => {
  const { writeSync } = Deno.stdout;
  const written: number[] = [];
  Deno.stdout.writeSync = (bytes) => {
    written.push(...bytes.subarray(0, 3));
    return Math.min(3, bytes.length);
  };
  try {
    print("ab", "cdefgh");
  } finally {
    Deno.stdout.writeSync = writeSync;
  }
  assertEquals(new TextDecoder().decode(Uint8Array.from(written)), "ab\ncdefgh\n");
});

// One test, and a file that is in no group, since a stream that has failed is not written again.
Deno.test("print() reports a full disk once, and calls the listener if the terminal was closed", () => {
  let closed = 0;
  onReaderClosed(() => closed++);
  const full = Object.assign(new Error("No space left on device"), { code: "ENOSPC" });
  const calls = withFailing("stdout", full, () => {
    assertThrows(() => print("a"), Error, "Cannot write to stdout: No space left on device");
    print("b");
  });
  assertEquals([calls, closed], [1, 0]);
  const gone = Object.assign(new Error("Input/output error (os error 5)"), { code: "EIO" });
  withFailing("stderr", gone, () => printError("c", "d"));
  withFailing("stderr", gone, () => printError("e"));
  assertEquals(closed, 1);
});
