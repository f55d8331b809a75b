/**
 * What any engine must do, as tests against float64 mathematics. An engine's test file calls
 * `engineContract` with a maker.
 */
import { registerDistortions } from "./contract/distortions.ts";
import { registerDraws } from "./contract/draws.ts";
import { registerEvaluations } from "./contract/evaluations.ts";
import { registerGradients } from "./contract/gradients.ts";
import { registerMnist } from "./contract/mnist.ts";
import { registerQueue } from "./contract/queue.ts";
import { registerSameBits } from "./contract/same_bits.ts";
import type { MakeEngine, Register } from "./contract/shared.ts";
import { registerTraining } from "./contract/training.ts";

/**
 * Registers the tests.
 *
 * @param name The engine's, to begin each test's name with
 * @param make Makes an engine
 * @param options Whether to ignore all of them, as where there is no device
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
  registerSameBits(register, make);
  registerDraws(register, make);
  registerDistortions(register, make);
  registerEvaluations(register, make);
  registerQueue(register, make);
}
