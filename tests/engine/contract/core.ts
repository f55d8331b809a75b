/** The core of the contract: a few tests that cover all that an engine does, for slow devices. */
import { registerDistortions } from "./distortions.ts";
import { registerSampling } from "./sampling.ts";
import { registerEvaluations } from "./evaluations.ts";
import { registerGradients } from "./gradients.ts";
import type { MakeEngine, Register } from "./shared.ts";
import { registerTraining } from "./training.ts";

/** A test of an engine. */
export interface Case {
  /** What the engine does: the test's name without the engine's. */
  does: string;
  test(): Promise<void>;
}

/** The names of the core's tests. */
export const CORE: readonly string[] = [
  "computes the gradients of a 784-7-13-4 net with relu and the notebook head",
  "computes the gradients of a 36-20-30-256 net with tanh and the softmax head",
  "matches float64 after ten steps of the notebook's net",
  "matches float64 after three steps of sgd on 1500 shifted images each",
  "matches float64 after ten steps of momentum in a shuffled epoch of shifted images",
  "matches float64 after ten steps of adam in a shuffled epoch of shifted images",
  "returns a loss that is not finite if a parameter is NaN, with tanh and the notebook head",
  "returns a loss that is not finite if a parameter is NaN, with relu and the softmax head",
  "counts correct predictions and averages the loss with relu and the softmax head",
  "predicts the first of equal outputs",
  "samples the rows of permutation(key, n) in the legacy layout",
  "in every way at once distorts images as the definition in float64 does",
  "distorts the rows of every batch by their places, of batches in turns too",
];

/** Returns the tests of the core for an engine. */
export function coreContract(make: MakeEngine): Case[] {
  const cases = allCases(make);
  return CORE.map((does) => {
    const found = cases.find((one) => one.does === does);
    if (found === undefined) throw new Error(`The contract has no test named: ${does}`);
    return found;
  });
}

/** Returns the tests of the contract that depend only on the shaders, those of the core first. */
export function allCases(make: MakeEngine): Case[] {
  const cases: Case[] = [];
  const register: Register = (does, test) => cases.push({ does, test });
  for (
    const part of [
      registerGradients,
      registerTraining,
      registerEvaluations,
      registerSampling,
      registerDistortions,
    ]
  ) part(register, make);
  const order = ({ does }: Case) => (CORE.indexOf(does) + CORE.length + 1) % (CORE.length + 1);
  return cases.sort((a, b) => order(a) - order(b));
}
