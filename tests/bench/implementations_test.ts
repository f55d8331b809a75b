import { assert, assertEquals } from "@std/assert";
import { errorLine, parseResult, runImplementation } from "../../bench/implementations.ts";
import { onUnix } from "../requirements.ts";

const RESULT = { title: "JAX", iterations: 100, seconds: 2.5, accuracy: 0.5 };

Deno.test("parseResult() finds the result among the other lines of the output", () => {
  const line = JSON.stringify({ ...RESULT, more: 1 });
  assertEquals(parseResult(`Initialized.\n{\n{"a": 1}\n${line}\nDone.`), RESULT);
});

Deno.test("parseResult() ignores a line in which a number is missing", () => {
  for (const wrong of [{ seconds: undefined }, { seconds: null }, { accuracy: "0.5" }]) {
    assertEquals(parseResult(JSON.stringify({ ...RESULT, ...wrong })), undefined);
  }
  assertEquals(parseResult(""), undefined);
});

Deno.test("errorLine() returns the message of Deno's uncaught error", () => {
  const stderr = "error: XDG_RUNTIME_DIR is invalid\n" +
    "error: Uncaught (in promise) Error: jax-js has no device webgpu here\n  throw new Error(\n" +
    "    at file:///peer.ts:1:2\n";
  assertEquals(errorLine(stderr), "Error: jax-js has no device webgpu here");
});

Deno.test("errorLine() returns the last line of any other output", () => {
  const stderr = "Traceback:\n  File \"x.py\"\nModuleNotFoundError: No module named 'jax'\n\n";
  assertEquals(errorLine(stderr), "ModuleNotFoundError: No module named 'jax'");
  assertEquals(errorLine("\n"), undefined);
});

onUnix("runImplementation() returns the reason if there is no result", async () => {
  const failure = async (program: string, ...args: string[]) => {
    const outcome = await runImplementation(
      { name: "x", command: () => [program, ...args] },
      ".",
      1,
    );
    return "failure" in outcome ? outcome.failure : "no failure";
  };
  assert((await failure("/no/such/python")).startsWith("cannot start /no/such/python: "));
  assertEquals(await failure("sh", "-c", "echo lost >&2; exit 3"), "lost");
  assertEquals(await failure("sh", "-c", "exit 3"), "ended with code 3");
  assertEquals(await failure("sh", "-c", "kill -9 $$"), "ended with SIGKILL");
  assertEquals(await failure("sh", "-c", "exit 0"), "ended with code 0");
});
