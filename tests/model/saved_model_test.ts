import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { type Architecture, parameterCount } from "../../lib/net/architecture.ts";
import { parameterViews } from "../../lib/net/maths.ts";
import { ModelError } from "../../lib/model/errors.ts";
import { decodeModel, encodeModel, type SavedModel } from "../../lib/model/saved_model.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  type TensorFile,
} from "../../lib/model/safetensors.ts";
import { loadModel } from "../../lib/model/load_model.ts";
import { test } from "../requirements.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";
import { assertMentions } from "../mentions.ts";

const architecture: Architecture = {
  inputs: 6,
  hidden: [4, 5],
  classes: 3,
  activation: "relu",
  head: "softmax",
};
const flat = Float32Array.from({ length: parameterCount(architecture) }, (_, i) => Math.sin(i));
const parameters = parameterViews(architecture, flat);
const model: SavedModel = {
  architecture,
  parameters,
  scale: "unit",
  run: {
    dataset: "mnist",
    device: "one CPU core",
    backend: "cpu",
    options: { ...NOTEBOOK, seed: 7 },
    result: { iterations: 5000, bestIteration: 4000, seconds: 12.5, accuracy: 0.9174, loss: 0.25 },
  },
};

/** Encodes the model's file after a change to its contents. */
function changed(change: (file: TensorFile) => void): Uint8Array {
  const file = decodeSafetensors(encodeModel(model));
  change(file);
  return encodeSafetensors(file);
}

Deno.test("decodeModel() restores every bit, the run and its result", () => {
  assertEquals(decodeModel(encodeModel(model)), model);
});

Deno.test("decodeModel() restores a model without a run", () => {
  const bare: SavedModel = { architecture, parameters, scale: "l2" };
  assertEquals(decodeModel(encodeModel(bare)), bare);
});

Deno.test("encodeModel() uses the notebook's names and shapes", () => {
  const { tensors, metadata } = decodeSafetensors(encodeModel(model));
  assertEquals([...tensors].map(([name, { shape }]) => [name, shape]), [
    ["w0", [4, 6]],
    ["b0", [4]],
    ["w1", [5, 4]],
    ["b1", [5]],
    ["w2", [3, 5]],
    ["b2", [3]],
  ]);
  assertEquals(metadata, {
    format_version: "1",
    architecture: JSON.stringify(architecture),
    scale: "unit",
    best_iteration: "4000",
    dataset: "mnist",
    device: "one CPU core",
    backend: "cpu",
    seed: "7",
    options: JSON.stringify({ ...NOTEBOOK, seed: 7 }),
    iterations: "5000",
    seconds: "12.5",
    accuracy: "0.9174",
    loss: "0.25",
  });
});

const faults: [string, (file: TensorFile) => void, (string | number)[]][] = [
  ["that another program wrote", (file) => file.metadata = {}, ["format_version"]],
  ["of a later format", (file) => file.metadata.format_version = "2", ["format_version", 1, 2]],
  [
    "whose architecture is not JSON",
    (file) => file.metadata.architecture = "three layers",
    ["architecture", "three layers"],
  ],
  [
    "with one hidden layer",
    (file) => file.metadata.architecture = '{"inputs":6,"hidden":[4],"classes":3}',
    ["architecture", "sizes"],
  ],
  [
    "with a layer without units",
    (file) => file.metadata.architecture = '{"inputs":6,"hidden":[4,0],"classes":3}',
    ["architecture", "sizes"],
  ],
  [
    "with an unknown activation",
    (file) =>
      file.metadata.architecture = JSON.stringify({ ...architecture, activation: "sigmoid" }),
    ["activation", "tanh", "relu", "gelu", "gelu-tanh", "sigmoid"],
  ],
  [
    "with an unknown head",
    (file) => file.metadata.architecture = JSON.stringify({ ...architecture, head: "linear" }),
    ["head", "notebook", "softmax", "linear"],
  ],
  [
    "with an unknown pixel scale",
    (file) => file.metadata.scale = "raw",
    ["scale", "l2", "unit", "raw"],
  ],
  ["without one of the tensors", (file) => file.tensors.delete("b1"), ["b1", "w0, b0, w1, w2, b2"]],
  [
    "with a tensor of whole numbers",
    (file) => file.tensors.set("b2", { shape: [3], data: new Uint32Array(3) }),
    ["b2", "F32", "U32"],
  ],
  [
    "with a transposed tensor",
    (file) => file.tensors.set("w0", { shape: [6, 4], data: new Float32Array(24) }),
    ["w0", "[4,6]", "[6,4]"],
  ],
  [
    "with a parameter that is not a number",
    (file) => file.tensors.set("b2", { shape: [3], data: Float32Array.of(0, NaN, 0) }),
    ["b2", 1, "NaN"],
  ],
];

for (const [what, change, words] of faults) {
  Deno.test(`decodeModel() rejects a model ${what}`, () => {
    const bytes = changed(change);
    const { message } = assertThrows(() => decodeModel(bytes), ModelError);
    assertMentions(message, words);
  });
}

const runFaults: typeof faults = [
  [
    "whose accuracy is not a number",
    (file) => file.metadata.accuracy = "good",
    ["accuracy", "number"],
  ],
  ["without the name of its data set", (file) => delete file.metadata.dataset, ["dataset"]],
  [
    "with an invalid option",
    (file) => file.metadata.options = JSON.stringify({ ...NOTEBOOK, hidden: "50,100" }),
    ["options", "hidden"],
  ],
  [
    "with an unknown option",
    (file) => file.metadata.options = JSON.stringify({ ...NOTEBOOK, dropout: 0.5 }),
    ["options", "dropout"],
  ],
  [
    "whose data set has no hash",
    (file) => file.metadata.data = JSON.stringify({ dataset: "x", trainRows: 1, testRows: 1 }),
    ["data", "hash"],
  ],
];

for (const [what, change, words] of runFaults) {
  Deno.test(`decodeModel() reads a net ${what}, with the reason in runError`, () => {
    const { run: _, ...net } = model;
    const { runError, ...read } = decodeModel(changed(change));
    assertEquals(read, net);
    assertMentions(runError!, words);
  });
}

Deno.test("decodeModel() escapes control characters in messages, and truncates long text", () => {
  const word = "\x1b[31m" + "x".repeat(1_000_000);
  for (
    const change of [
      (file: TensorFile) => file.metadata.format_version = word,
      (file: TensorFile) => file.metadata = { [word]: "" },
      (file: TensorFile) => file.tensors.set(word, { shape: [1], data: new Uint32Array(1) }),
      (file: TensorFile) =>
        file.tensors.delete("b1") && file.tensors.set(word, file.tensors.get("b2")!),
    ]
  ) {
    try {
      decodeModel(changed(change));
    } catch (error) {
      const { message } = error as Error;
      assert(message.length < 500 && !message.includes("\x1b"), message.slice(0, 500));
    }
  }
});

test("loadModel() names the kind of a file that is not a model", async () => {
  const path = await Deno.makeTempFile({ suffix: ".safetensors" });
  const cases: [string, string[]][] = [
    ["version https://git-lfs.github.com/spec/v1\noid sha256:ab12\n", ["Git LFS", "git lfs pull"]],
    ["\x80\x04\x95 a Python pickle", ["pickle"]],
    ["\x89HDF\r\n\x1a\n", ["HDF5", "python3"]],
    ["another format", ["safetensors", ".npz"]],
  ];
  for (const [content, words] of cases) {
    await Deno.writeFile(path, Uint8Array.from(content, (byte) => byte.charCodeAt(0)));
    const { message } = await assertRejects(() => loadModel(path), ModelError);
    assertMentions(message, [path, ...words]);
  }
  await Deno.remove(path);
});
