/**
 * Writes one checkpoint after the other to the file that the first argument names, until it is
 * killed: a process for write_file_test.ts. All parameters of a checkpoint are its number.
 */
import { encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { writeFileAtomically } from "../../lib/files/write_file.ts";
import { type Architecture, parameterCount } from "../../lib/net/architecture.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";

// Large, so that most of the time goes into writing.
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
