/** Contract: training matches float64 on the real MNIST data. */
import { readIdxFolder } from "../../../lib/data/idx_folder.ts";
import { mnistDirectory, needs } from "../../requirements.ts";
import { allRows, drawnSteps, type MakeEngine, NOTEBOOK_ENGINE, type Register } from "./shared.ts";
import { assertSteps } from "./training.ts";

/** Registers the test on MNIST, which is ignored if its files are missing. */
export async function registerMnist(register: Register, make: MakeEngine): Promise<void> {
  const { ignore } = await needs("mnist");
  register("matches float64 after ten steps of the notebook's net on MNIST", async () => {
    const data = readIdxFolder(mnistDirectory());
    const trainRows = allRows(data).slice(0, data.trainRows);
    const steps = drawnSteps(10, 100, 0.5);
    await assertSteps(make, { options: NOTEBOOK_ENGINE, data, trainRows, steps });
  }, ignore);
}
