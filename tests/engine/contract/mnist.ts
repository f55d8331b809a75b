/** Contract: training matches float64 on the real MNIST data. */
import { readIdxFolder } from "../../../lib/data/idx_folder.ts";
import { mnistDirectory } from "../../requirements.ts";
import { allRows, drawnSteps, type MakeEngine, NOTEBOOK_ENGINE } from "./shared.ts";
import { assertSteps } from "./training.ts";

/** Asserts that an engine takes ten steps of the notebook's run as float64 does. */
export async function assertMnistSteps(make: MakeEngine): Promise<void> {
  const data = readIdxFolder(mnistDirectory());
  const trainRows = allRows(data).slice(0, data.trainRows);
  const steps = drawnSteps(10, 100, 0.5);
  await assertSteps(make, { options: NOTEBOOK_ENGINE, data, trainRows, steps });
}
