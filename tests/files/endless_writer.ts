/**
 * Writes checkpoints to the file given as the first argument, one after the other, until it is killed.
 * write_file_test.ts runs it as a process. All parameters of a checkpoint equal its number.
 */
import { encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { writeFileAtomically } from "../../lib/files/write_file.ts";
import { type Architecture, parameterCount } from "../../lib/net/architecture.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";

// A large net, so that writing takes most of the time.
const architecture: Architecture = {
  inputs: 784,
  hidden: [1000, 1000],
  classes: 10,
  activation: "tanh",
  head: "notebook",
};
const parameters = new Float32Array(parameterCount(architecture));
const key = Uint32Array.of(1, 2);
const run = { dataset: "mnist", device: "none", backend: "cpu", options: NOTEBOOK };
console.log("ready");
for (let iteration = 1;; iteration++) {
  parameters.fill(iteration);
  const state = { parameters, moments: new Float32Array(0), stepsTaken: iteration };
  const checkpoint = { run, architecture, iteration, seconds: 1, curve: [], state, key };
  await writeFileAtomically(Deno.args[0], encodeCheckpoint(checkpoint));
}
