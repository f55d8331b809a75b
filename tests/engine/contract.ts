/**
 * The contract that every engine must fulfill (lib/engine/engine.ts), as tests against a float64
 * reference. The test file of an engine calls `engineContract`.
 */
import { contractCases } from "./contract/cases.ts";
import { assertMnistSteps } from "./contract/mnist.ts";
import type { Case, MakeEngine } from "./contract/shared.ts";
import { needs, type Requirement } from "../requirements.ts";

/**
 * Registers the tests of the contract for an engine.
 *
 * @param name The name of the engine; each test's name begins with it
 * @param make Creates an engine
 * @param core What the tests of the core require
 * @param others What the other tests require
 * @param isNeeded Leaves out tests for which it returns false
 */
export async function engineContract(
  name: string,
  make: MakeEngine,
  core: Requirement[] = [],
  others: Requirement[] = core,
  isNeeded: (one: Case) => boolean = () => true,
): Promise<void> {
  for (const { does, test, core: isCore } of contractCases(make).filter(isNeeded)) {
    const requirements = await needs(...(isCore ? core : others));
    Deno.test({ name: `${name} engine ${does}`, ...requirements, fn: test });
  }
  Deno.test({
    name: `${name} engine matches float64 after ten steps of the notebook's net on MNIST`,
    ...await needs("mnist", ...others),
    fn: () => assertMnistSteps(make),
  });
}
