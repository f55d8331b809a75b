/** The contract's core: a case for each thing that an engine does, for where the whole of it takes too long. */
import { registerDistortions } from "./distortions.ts";
import { registerDraws } from "./draws.ts";
import { registerEvaluations } from "./evaluations.ts";
import { registerGradients } from "./gradients.ts";
import type { MakeEngine, Register } from "./shared.ts";
import { registerTraining } from "./training.ts";

/** A test of an engine. */
export interface Case {
  does: string;
  test(): Promise<void>;
}

const CORE = [
  "has the gradients of a 784-7-13-4 relu notebook net for any batch size",
  "has the gradients of a 36-20-30-256 tanh softmax net for any batch size",
  "has the notebook net's parameters after ten steps",
  "takes three steps of sgd on shifted images, 1500 at a time, through three layers",
  "takes ten steps of momentum on shifted images through a shuffled epoch",
  "takes ten steps of adam on shifted images through a shuffled epoch",
  "shows a net that is no longer finite by its loss, with tanh and the notebook head",
  "shows a net that is no longer finite by its loss, with relu and the softmax head",
  "counts correct answers and averages the loss for relu and the softmax head",
  "answers with the first of equal outputs",
  "takes the rows of permutation(key, n) in the legacy layout",
  "in every way at once distorts images as the definition in float64 does",
  "distorts the rows of every batch by their places, of batches in turns too",
];

/** The core's cases for an engine. */
export function coreContract(make: MakeEngine): Case[] {
  const cases = allCases(make);
  return CORE.map((does) => {
    const found = cases.find((one) => one.does === does);
    if (found === undefined) throw new Error(`the contract has no test that says: ${does}`);
    return found;
  });
}

/** All cases of the contract that need no files and no time, the core's first. */
export function allCases(make: MakeEngine): Case[] {
  const cases: Case[] = [];
  const register: Register = (does, test) => cases.push({ does, test });
  for (
    const part of [
      registerGradients,
      registerTraining,
      registerEvaluations,
      registerDraws,
      registerDistortions,
    ]
  ) part(register, make);
  const place = ({ does }: Case) => (CORE.indexOf(does) + CORE.length + 1) % (CORE.length + 1);
  return cases.sort((a, b) => place(a) - place(b));
}
