import { assertEquals } from "@std/assert";
import { Pacer } from "../../lib/training/pace.ts";

/** Records chunks of 64 steps, which take so many milliseconds beyond a wait of 1 ms. */
function stepsAfter(times: number[]): number {
  const pacer = new Pacer(100, 45_360);
  let queued = 0;
  for (const work of times) {
    pacer.queue(64);
    pacer.record({ steps: 64, queued, answered: queued + work + 1, wait: 1 });
    queued += work + 1;
  }
  return pacer.steps;
}

Deno.test("Pacer begins with 64 of the notebook's steps, fewer of larger ones, at least one", () => {
  assertEquals(new Pacer(100, 45_360).steps, 64);
  assertEquals(new Pacer(1, 10).steps, 64);
  assertEquals(new Pacer(400, 45_360).steps, 16);
  assertEquals(new Pacer(60_000, 45_360_000).steps, 1);
});

Deno.test("Pacer queues what the device does in 100 ms, as measured over the last eight chunks", () => {
  assertEquals(stepsAfter([64]), 100);
  assertEquals(stepsAfter([32, 96]), 100);
  assertEquals(stepsAfter([6400, 64, 64, 64, 64, 64, 64, 64, 64]), 100);
  assertEquals(stepsAfter([64, 64, 64, 64, 64, 64, 64, 64 * 9]), 50);
});

Deno.test("Pacer queues at most 16 times the steps before, at least one", () => {
  assertEquals(stepsAfter([0]), 16 * 64);
  assertEquals(stepsAfter([0.5, 0.5]), 16 * 128);
  assertEquals(stepsAfter([64_000]), 1);
});

Deno.test("Pacer queues more than 100 ms of work if a readback takes long", () => {
  const pacer = new Pacer(100, 45_360);
  pacer.queue(64);
  pacer.record({ steps: 64, queued: 0, answered: 464, wait: 400 });
  assertEquals(pacer.steps, 600);
});
