import { assertEquals, assertThrows } from "@std/assert";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { decodeModel, encodeModel } from "../../lib/model/saved_model.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lib/model/safetensors.ts";
import { type Architecture, parameterCount } from "../../lib/net/architecture.ts";
import { MOMENT_ARRAYS, type Optimizer } from "../../lib/net/optimizer.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";

const architecture: Architecture = {
  inputs: 4,
  hidden: [3, 2],
  classes: 3,
  activation: "tanh",
  head: "notebook",
};

function checkpoint(optimizer: Optimizer["name"]): Checkpoint {
  const count = parameterCount(architecture);
  return {
    dataset: "mnist",
    architecture,
    options: { ...NOTEBOOK, optimizer },
    iteration: 1500,
    state: {
      parameters: Float32Array.from({ length: count }, (_, i) => 1 / (i + 3)),
      moments: Float32Array.from(
        { length: MOMENT_ARRAYS[optimizer] * count },
        (_, i) => -1e-30 / (i + 7),
      ),
      stepsTaken: 1500,
    },
    key: Uint32Array.of(0xffffffff, 298504),
  };
}

for (const optimizer of ["sgd", "momentum", "adam"] as const) {
  Deno.test(`decodeCheckpoint() gives back every bit of a run with ${optimizer}`, () => {
    assertEquals(
      decodeCheckpoint(encodeCheckpoint(checkpoint(optimizer))),
      checkpoint(optimizer),
    );
  });
}

Deno.test("decodeModel() reads a checkpoint as the model that it holds", () => {
  const { architecture, state, options } = checkpoint("adam");
  const model = decodeModel(encodeCheckpoint(checkpoint("adam")));
  assertEquals(model.architecture, architecture);
  assertEquals(model.scale, options.scale);
  assertEquals(Object.values(model.parameters).flatMap((values) => [...values]), [
    ...state.parameters,
  ]);
  assertEquals(model.run, undefined);
});

Deno.test("decodeCheckpoint() refuses a model's file", () => {
  const model = encodeModel(decodeModel(encodeCheckpoint(checkpoint("sgd"))));
  assertThrows(
    () => decodeCheckpoint(model),
    SyntaxError,
    "Cannot resume from this file as it must be a checkpoint with a random key in it: " +
      "current value is a file of w0, b0, w1, b1, w2, b2",
  );
});

Deno.test("decodeCheckpoint() refuses moments that are not the optimiser's", () => {
  const file = decodeSafetensors(encodeCheckpoint(checkpoint("momentum")));
  file.metadata.options = JSON.stringify({ ...NOTEBOOK, optimizer: "adam" });
  assertThrows(
    () => decodeCheckpoint(encodeSafetensors(file)),
    SyntaxError,
    "tensor moments must have shape [2,32]: current value is [1,32]",
  );
});

Deno.test("decodeCheckpoint() refuses an optimiser that it does not know", () => {
  const file = decodeSafetensors(encodeCheckpoint(checkpoint("sgd")));
  file.metadata.options = JSON.stringify({ ...NOTEBOOK, optimizer: "lion" });
  assertThrows(
    () => decodeCheckpoint(encodeSafetensors(file)),
    SyntaxError,
    "its optimizer must be one of sgd,momentum,adam: current value is lion",
  );
});
