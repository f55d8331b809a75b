import { assert, assertEquals } from "@std/assert";
import { parseResult, runContestant, whatWentWrong } from "../../bench/contestants.ts";
import { onUnix } from "../requirements.ts";

const RESULT = { title: "JAX", iterations: 100, seconds: 2.5, accuracy: 0.5 };

Deno.test("parseResult() finds the result among other lines", () => {
  const line = JSON.stringify({ ...RESULT, more: 1 });
  assertEquals(parseResult(`Initialized.\n{\n{"a": 1}\n${line}\nDone.`), RESULT);
});

Deno.test("parseResult() takes no line that lacks a number", () => {
  for (const wrong of [{ seconds: undefined }, { seconds: null }, { accuracy: "0.5" }]) {
    assertEquals(parseResult(JSON.stringify({ ...RESULT, ...wrong })), undefined);
  }
  assertEquals(parseResult(""), undefined);
});

Deno.test("whatWentWrong() finds the line that names Deno's error", () => {
  const stderr = "error: XDG_RUNTIME_DIR is invalid\n" +
    "error: Uncaught (in promise) Error: jax-js has no device webgpu here\n  throw new Error(\n" +
    "    at file:///peer.ts:1:2\n";
  assertEquals(whatWentWrong(stderr), "Error: jax-js has no device webgpu here");
});

Deno.test("whatWentWrong() takes the last line of anything else", () => {
  const stderr = "Traceback:\n  File \"x.py\"\nModuleNotFoundError: No module named 'jax'\n\n";
  assertEquals(whatWentWrong(stderr), "ModuleNotFoundError: No module named 'jax'");
  assertEquals(whatWentWrong("\n"), undefined);
});

onUnix("runContestant() says why there is no result", async () => {
  const failure = async (program: string, ...args: string[]) => {
    const outcome = await runContestant({ name: "x", command: () => [program, ...args] }, ".", 1);
    return "failure" in outcome ? outcome.failure : "nothing";
  };
  assert((await failure("/no/such/python")).startsWith("cannot start /no/such/python: "));
  assertEquals(await failure("sh", "-c", "echo lost >&2; exit 3"), "lost");
  assertEquals(await failure("sh", "-c", "exit 3"), "ended with code 3");
  assertEquals(await failure("sh", "-c", "kill -9 $$"), "ended with SIGKILL");
  assertEquals(await failure("sh", "-c", "exit 0"), "ended with code 0");
});
