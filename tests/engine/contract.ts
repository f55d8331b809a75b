/**
 * The contract that every engine must fulfill (lib/engine/engine.ts), as tests against a float64
 * reference. The test file of an engine calls `engineContract`.
 */
import { registerDistortions } from "./contract/distortions.ts";
import { registerSampling } from "./contract/sampling.ts";
import { registerEvaluations } from "./contract/evaluations.ts";
import { registerGradients } from "./contract/gradients.ts";
import { registerMnist } from "./contract/mnist.ts";
import { registerQueue } from "./contract/queue.ts";
import { registerDeterminism } from "./contract/determinism.ts";
import type { MakeEngine, Register } from "./contract/shared.ts";
import { registerTraining } from "./contract/training.ts";

/**
 * Registers all tests of the contract for an engine.
 *
 * @param name The name of the engine; each test's name begins with it
 * @param make Creates an engine
 * @param options Whether to ignore all tests, for example because there is no device
 */
export async function engineContract(
  name: string,
  make: MakeEngine,
  { ignore = false }: { ignore?: boolean } = {},
): Promise<void> {
  const register: Register = (does, fn, alsoIgnore = false) => {
    Deno.test({ name: `${name} engine ${does}`, ignore: ignore || alsoIgnore, fn });
  };
  registerGradients(register, make);
  registerTraining(register, make);
  await registerMnist(register, make);
  registerDeterminism(register, make);
  registerSampling(register, make);
  registerDistortions(register, make);
  registerEvaluations(register, make);
  registerQueue(register, make);
}
