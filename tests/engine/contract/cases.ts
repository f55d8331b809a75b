/** The tests of the contract (contract.ts) as a list, which also runs in browsers. */
import { registerDeterminism } from "./determinism.ts";
import { registerDistortions } from "./distortions.ts";
import { registerEvaluations } from "./evaluations.ts";
import { registerGradients } from "./gradients.ts";
import { registerQueue } from "./queue.ts";
import { registerSampling } from "./sampling.ts";
import type { Case, MakeEngine, Register } from "./shared.ts";
import { registerTogether } from "./together.ts";
import { registerTraining } from "./training.ts";

const PARTS = [
  registerGradients,
  registerTraining,
  registerEvaluations,
  registerSampling,
  registerDistortions,
  registerDeterminism,
  registerTogether,
  registerQueue,
];

/** Returns the tests of the contract for an engine, those of the core first. */
export function contractCases(make: MakeEngine): Case[] {
  const cases: Case[] = [];
  const register: Register = (
    does,
    test,
    { smoke, core = smoke !== undefined, shared = false } = {},
  ) => {
    cases.push({ does, test, core, smoke, shared });
  };
  for (const part of PARTS) part(register, make);
  return cases.sort((a, b) => Number(b.core) - Number(a.core));
}

/** Returns the tests of the core for an engine. */
export function coreCases(make: MakeEngine): Case[] {
  return contractCases(make).filter(({ core }) => core);
}
