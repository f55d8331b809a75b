import { assertEquals, assertThrows } from "@std/assert";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../lib/model/checkpoint.ts";
import { ModelError } from "../../lib/model/errors.ts";
import { decodeModel, encodeModel } from "../../lib/model/saved_model.ts";
import { decodeSafetensors, encodeSafetensors } from "../../lib/model/safetensors.ts";
import { type Architecture, parameterCount } from "../../lib/net/architecture.ts";
import { type Optimizer, OPTIMIZERS } from "../../lib/net/optimizers.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { assertMentions } from "../mentions.ts";

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
    run: {
      dataset: "mnist",
      device: "llvmpipe",
      backend: "webgpu",
      options: { ...NOTEBOOK, optimizer },
    },
    architecture,
    iteration: 1500,
    seconds: 0.1 + 0.2,
    curve: [
      { iteration: 0, accuracy: 0.087, loss: 3.25, learningRate: 0.5, seconds: 0 },
      { iteration: 500, accuracy: 0.797, loss: 1 / 3, learningRate: 0.5, seconds: 0.125 },
    ],
    state: {
      parameters: Float32Array.from({ length: count }, (_, i) => 1 / (i + 3)),
      moments: Float32Array.from(
        { length: OPTIMIZERS[optimizer].momentArrays * count },
        (_, i) => -1e-30 / (i + 7),
      ),
      stepsTaken: 1500,
    },
    key: Uint32Array.of(0xffffffff, 298504),
  };
}

for (const optimizer of ["sgd", "momentum", "adam"] as const) {
  Deno.test(`decodeCheckpoint() restores every bit of a run with ${optimizer}`, () => {
    assertEquals(decodeCheckpoint(encodeCheckpoint(checkpoint(optimizer))), checkpoint(optimizer));
  });
}

Deno.test("decodeCheckpoint() restores the best net so far of a run with patience", () => {
  const { parameters } = checkpoint("sgd").state;
  const best = { iteration: 1000, accuracy: 0.9, parameters: parameters.map((value) => -value) };
  const given = { ...checkpoint("sgd"), best };
  assertEquals(decodeCheckpoint(encodeCheckpoint(given)), given);
});

Deno.test("decodeModel() reads the model in a checkpoint", () => {
  const { architecture, state, run } = checkpoint("adam");
  const model = decodeModel(encodeCheckpoint(checkpoint("adam")));
  assertEquals(model.architecture, architecture);
  assertEquals(model.scale, run.options.scale);
  assertEquals(Object.values(model.parameters).flatMap((values) => [...values]), [
    ...state.parameters,
  ]);
  assertEquals([model.run, model.run?.result], [run, undefined]);
});

Deno.test("decodeCheckpoint() rejects a model file", () => {
  const model = encodeModel(decodeModel(encodeCheckpoint(checkpoint("sgd"))));
  const { message } = assertThrows(() => decodeCheckpoint(model), ModelError);
  assertMentions(message, ["checkpoint", "w0, b0, w1, b1, w2, b2"]);
});

Deno.test("decodeCheckpoint() rejects moments that do not match the optimizer", () => {
  const file = decodeSafetensors(encodeCheckpoint(checkpoint("momentum")));
  file.metadata.options = JSON.stringify({ ...NOTEBOOK, optimizer: "adam" });
  const { message } = assertThrows(() => decodeCheckpoint(encodeSafetensors(file)), ModelError);
  assertMentions(message, ["moments", "[2,32]", "[1,32]"]);
});

for (const curve of ["{}", "[null]", '[{"iteration": 500, "accuracy": "high"}]', "not JSON"]) {
  Deno.test(`decodeCheckpoint() rejects the curve ${curve}`, () => {
    const file = decodeSafetensors(encodeCheckpoint(checkpoint("sgd")));
    file.metadata.curve = curve;
    assertThrows(
      () => decodeCheckpoint(encodeSafetensors(file)),
      ModelError,
      `Cannot read this model as metadata curve must`,
    );
  });
}
