/** Tests of what becomes of the calls of several nets, on a device that computes nothing. */
import { assertEquals, assertRejects } from "@std/assert";
import type { EngineState, Step } from "../../lib/engine/engine.ts";
import { drawState } from "../../lib/engine/reference.ts";
import { type ManyNets, trainTogether } from "../../lib/engine/together.ts";
import type { Evaluation } from "../../lib/net/evaluation.ts";
import { allRows, drawnSteps, OTHER_ENGINE, otherData } from "./contract/shared.ts";

const DATA = otherData(70);
const STATE = drawState(OTHER_ENGINE.architecture, OTHER_ENGINE.optimizer);

/** A device whose evaluations have the sum of their rows as the loss, and which fails on demand. */
class Device implements ManyNets {
  readonly device = { name: "a fake", backend: "cpu" } as ManyNets["device"];
  readonly options = OTHER_ENGINE;
  /** The number of steps of each net, of each call of `stepNets`. */
  readonly steps: number[][] = [];
  failure: Error | undefined;
  disposals = 0;
  #evaluations: Evaluation[] = [];

  load(): void {}
  startNet(): void {}

  stepNets(steps: readonly (readonly Step[])[]): void {
    this.steps.push(steps.map(({ length }) => length));
  }

  evaluateNets(rows: readonly Uint32Array[]): void {
    for (const one of rows) {
      if (one.length === 0) continue;
      const loss = one.reduce((sum, row) => sum + row, 0);
      this.#evaluations.push({ loss, correct: 0, rows: one.length });
    }
  }

  settle(): Promise<Evaluation[]> {
    return this.failure
      ? Promise.reject(this.failure)
      : Promise.resolve(this.#evaluations.splice(0));
  }

  readNet(): Promise<EngineState> {
    return this.failure ? Promise.reject(this.failure) : Promise.resolve(STATE);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.disposals++;
    return Promise.resolve();
  }
}

/** Returns a device, and nets on it whose runs are started. */
function started(count: number) {
  const device = new Device();
  const nets = trainTogether(device, count);
  for (const net of nets) {
    net.load(DATA);
    net.start(allRows(DATA), STATE);
  }
  return { device, nets };
}

async function losses(settling: Promise<Evaluation[]>): Promise<number[]> {
  return (await settling).map(({ loss }) => loss);
}

Deno.test("trainTogether() gives each call of settle() the net's evaluations since the one before", async () => {
  const { nets: [one, other] } = started(2);
  const found = [1, 2, 3].map((row) => {
    one.evaluate(Uint32Array.of(row));
    return losses(one.settle());
  });
  for (const row of [10, 20, 30]) other.evaluate(Uint32Array.of(row));
  found.push(losses(other.settle()));
  assertEquals(await Promise.all(found), [[1], [2], [3], [10, 20, 30]]);
  const again = [losses(one.settle()), losses(other.settle())];
  assertEquals(await Promise.all(again), [[], []]);
});

Deno.test("trainTogether() takes as many steps at a time as all nets have queued", async () => {
  const { device, nets: [one, other] } = started(2);
  one.step(drawnSteps(5, 9, 0.1));
  other.step(drawnSteps(2, 9, 0.1));
  const settled = one.settle();
  other.step(drawnSteps(3, 9, 0.1));
  await Promise.all([settled, other.settle()]);
  assertEquals(device.steps, [[2, 2], [3, 3]]);
});

for (const method of ["settle", "read"] as const) {
  Deno.test(`trainTogether() ends all that the nets wait for if ${method}() fails, now and later`, async () => {
    const { device, nets: [one, other, third] } = started(3);
    device.failure = new Error("the device was lost");
    // The second net's work stays queued, since the third has none.
    other.step(drawnSteps(1, 9, 0.1));
    const waiting = [one[method](), other.settle(), other.read()];
    for (const wait of waiting) await assertRejects(() => wait, Error, "was lost");
    for (const net of [one, other, third]) {
      await assertRejects(() => net.settle(), Error, "was lost");
      await assertRejects(() => net.read(), Error, "was lost");
    }
  });
}

Deno.test("trainTogether() goes on without a net that is disposed of, whose calls end", async () => {
  const { device, nets: [one, other, third] } = started(3);
  const dropped = assertRejects(() => third.read(), Error, "disposed");
  await third[Symbol.asyncDispose]();
  await dropped;
  one.evaluate(Uint32Array.of(7));
  const found = losses(one.settle());
  await new Promise((resolve) => setTimeout(resolve));
  // The first net waits for the second, which may still queue an evaluation.
  await other[Symbol.asyncDispose]();
  assertEquals([await found, device.disposals], [[7], 0]);
  await assertRejects(() => other.settle(), Error, "disposed");
  await one[Symbol.asyncDispose]();
  await one[Symbol.asyncDispose]();
  assertEquals(device.disposals, 1);
});
