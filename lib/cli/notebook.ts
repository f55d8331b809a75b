/** `deno task notebook`: prints how to open the notebook. */
import type { FlagValues, Task } from "./flags.ts";
import { print } from "./output.ts";
import { runTask } from "./run_task.ts";

const FLAGS = {};

const TASK: Task<typeof FLAGS> = {
  name: "notebook",
  summary: "Prints how to open the Jupyter notebook that explains the training step by step.",
  flags: FLAGS,
};

const INSTRUCTIONS = `\
notebook/solving_mnist_with_webgpu.ipynb explains the training step by step, in cells that run.

1. Register Deno with Jupyter, once:

       deno jupyter --install

2. Open the file in Visual Studio Code with its Jupyter extension, and choose the kernel "Deno".
   Or in JupyterLab, which needs Python:

       python3 -m venv ~/jupyter
       ~/jupyter/bin/pip install jupyterlab
       ~/jupyter/bin/jupyter lab notebook/solving_mnist_with_webgpu.ipynb

3. Run all cells. MNIST is read from the folder that MNIST_DIR names, otherwise from data/mnist;
   files that are missing are downloaded there.

Deno runs notebooks with all permissions.`;

if (import.meta.main) await runTask(TASK, notebookTask);

// deno-lint-ignore require-await -- as every task
async function notebookTask(_: FlagValues<typeof FLAGS>): Promise<void> {
  print(...INSTRUCTIONS.split("\n"));
}
