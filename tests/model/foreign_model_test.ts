import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { zipSync } from "fflate";
import { ModelError } from "../../lib/model/errors.ts";
import {
  foreignModel,
  MissingSettingsError,
  type NetSettings,
} from "../../lib/model/foreign_model.ts";
import { loadModel } from "../../lib/model/load_model.ts";
import { encodeNpz } from "../../lib/model/npz.ts";
import type { Tensor } from "../../lib/model/safetensors.ts";
import { encodeModel, modelTensors } from "../../lib/model/saved_model.ts";
import { predict } from "../../lib/training/predict.ts";
import golden from "../golden/foreign_models.json" with { type: "json" };
import pixels from "../golden/foreign_pixels.json" with { type: "json" };
import { assertMentions } from "../mentions.ts";

const IMAGES = Uint8Array.from(golden.images.flat());
const SETTINGS: NetSettings = { activation: "relu", head: "softmax", scale: "unit" };

for (const [name, { file, settings, probabilities }] of Object.entries(golden.models)) {
  Deno.test(`loadModel() reads a net that another program wrote: ${name}`, async () => {
    const model = await loadModel(Uint8Array.fromBase64(file), settings as NetSettings);
    const { architecture: { inputs, hidden, classes } } = model;
    assertEquals([inputs, hidden, classes], [9, [3, 4], 5]);
    const found = predict(model, IMAGES).probabilities;
    const expected = probabilities.flat();
    const largest = Math.max(...expected.map((value, i) => Math.abs(value - found[i])));
    assert(largest < 1e-5, `probabilities differ by up to ${largest}`);
  });
}

for (const [name, { file, settings, probabilities }] of Object.entries(pixels.nets)) {
  Deno.test(`loadModel() reads a PyTorch net with its pixels and activation: ${name}`, async () => {
    const model = await loadModel(Uint8Array.fromBase64(file), settings as NetSettings);
    const images = Uint8Array.from(pixels.images.flat());
    // A net that is saved as this program's needs no settings any more.
    for (const read of [model, await loadModel(encodeModel(model))]) {
      const found = predict(read, images).probabilities;
      const expected = probabilities.flat();
      const largest = Math.max(...expected.map((value, i) => Math.abs(value - found[i])));
      assert(largest < 1e-5, `probabilities differ by up to ${largest}`);
    }
  });
}

/** Returns an array of different elements. */
function counting(...shape: number[]): Tensor {
  const length = shape.reduce((product, size) => product * size, 1);
  return { shape, data: Float32Array.from({ length }, (_, i) => i / 8) };
}

/** Returns six arrays of a net whose layers have the same size, so that only names tell the order. */
function square(names: string[]): Map<string, Tensor> {
  return new Map(names.map((name, i) => {
    const { shape, data } = i % 2 === 0 ? counting(4, 4) : counting(4);
    return [name, { shape, data: data.map((value) => value + 100 * i) }];
  }));
}

/** Returns the first element of each parameter, and the second element of w0. */
function firsts(tensors: Map<string, Tensor>): number[] {
  const { parameters: { w0, b0, w1, b1, w2, b2 } } = foreignModel(tensors, SETTINGS);
  return [...[w0, b0, w1, b1, w2, b2].map((array) => array[0]), w0[1]];
}

Deno.test("foreignModel() orders arrays by their names if the shapes allow several orders", () => {
  // PyTorch stores [out, in]: the second element of w0 is the second element of the array.
  const inOrder = [0, 100, 200, 300, 400, 500];
  for (
    const names of [
      ["fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias", "fc10.weight", "fc10.bias"],
      ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"],
      ["net.layers.0.weight", "net.layers.0.bias"].concat(
        ...[1, 2].map((i) => [`net.layers.${i}.weight`, `net.layers.${i}.bias`]),
      ),
    ]
  ) {
    assertEquals(firsts(square(names)), [...inOrder, 1 / 8], names.join());
    assertEquals(firsts(new Map([...square(names)].reverse())), [...inOrder, 1 / 8]);
  }
  // Keras and Flax store [in, out]: it is the first element of the second row.
  for (
    const names of [
      ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"].concat([
        "dense_2/kernel",
        "dense_2/bias",
      ]),
      ["Dense_0.kernel", "Dense_0.bias", "Dense_1.kernel", "Dense_1.bias"].concat([
        "Dense_2.kernel",
        "Dense_2.bias",
      ]),
    ]
  ) assertEquals(firsts(square(names)), [...inOrder, 4 / 8], names.join());
});

Deno.test("foreignModel() pairs biases of the same length with matrices by their names", () => {
  const tensors = new Map([
    ["output.weight", counting(2, 3)],
    ["output.bias", counting(2)],
    ["input.bias", { ...counting(3), data: Float32Array.of(1, 1, 1) }],
    ["middle.bias", { ...counting(3), data: Float32Array.of(2, 2, 2) }],
    ["input.weight", counting(3, 9)],
    ["middle.weight", counting(3, 3)],
  ]);
  const { parameters } = foreignModel(tensors, SETTINGS);
  assertEquals([parameters.b0[0], parameters.b1[0]], [1, 2]);
});

const NET = new Map([
  ["w0", counting(3, 9)],
  ["b0", counting(3)],
  ["w1", counting(4, 3)],
  ["b1", counting(4)],
  ["w2", counting(2, 4)],
  ["b2", counting(2)],
]);

function withOther(name: string, tensor: Tensor | undefined): Map<string, Tensor> {
  const others = [...NET].filter(([other]) => other !== name);
  return new Map(tensor ? [...others, [name, tensor]] : others);
}

const invalid: [string, Map<string, Tensor>, (string | number)[]][] = [
  ["five arrays", withOther("b2", undefined), ["three weight matrices"]],
  ["seven arrays", withOther("w3", counting(2, 2)), ["b0 [3], b1 [4], b2 [2]"]],
  ["shapes that do not fit each other", withOther("w1", counting(5, 3)), ["fit"]],
  ["a bias of another length", withOther("b1", counting(5)), ["fit"]],
  [
    "an element that is not a number",
    withOther("b2", { shape: [2], data: Float32Array.of(0, NaN) }),
    ["b2", 1, "NaN"],
  ],
  [
    "arrays that only the alphabet orders",
    square([
      ...["hidden.weight", "hidden.bias", "input.weight", "input.bias"],
      ...["output.weight", "output.bias"],
    ]),
    ["shapes", "names"],
  ],
  ["a thousand arrays", square(Array.from({ length: 1001 }, (_, i) => `w${i}`)), ["at most 1000"]],
  ["arrays in an ambiguous order", square(["a", "b", "c", "d", "e", "f"]), ["shapes", "names"]],
];

for (const [what, tensors, words] of invalid) {
  Deno.test(`foreignModel() rejects ${what}`, () => {
    const { message } = assertThrows(() => foreignModel(tensors, SETTINGS), ModelError);
    assertMentions(message, words);
  });
}

Deno.test("foreignModel() names the missing settings", () => {
  const { missing, message } = assertThrows(
    () => foreignModel(NET, { head: "softmax" }),
    MissingSettingsError,
  );
  assertEquals(missing, ["activation", "scale"]);
  const activations = ["tanh", "relu", "sigmoid", "gelu", "gelu-tanh"];
  assertMentions(message, ["activation", ...activations, "scale", "l2", "unit", "raw"]);
});

Deno.test("loadModel() reads an exported net, and rejects settings that contradict the file", async () => {
  const model = foreignModel(NET, SETTINGS);
  assertEquals(await loadModel(encodeNpz(modelTensors(model)), SETTINGS), model);
  const file = encodeModel(model);
  assertEquals(await loadModel(file, SETTINGS), model);
  await assertRejects(
    () => loadModel(file, { activation: "tanh" }),
    RangeError,
    "current value is tanh",
  );
});

Deno.test("loadModel() rejects archives without arrays, and archives that are too large", async () => {
  const text = new TextEncoder();
  const torch = zipSync({ "archive/data.pkl": text.encode("pickled") });
  await assertRejects(
    () => loadModel(torch, SETTINGS),
    ModelError,
    "current value is archive/data.pkl",
  );
  const npz = encodeNpz(modelTensors(foreignModel(NET, SETTINGS)));
  await assertRejects(
    () => loadModel(npz.subarray(0, 300), SETTINGS),
    ModelError,
    "its directory is missing",
  );
  const short = zipSync({ "w0.npy": npz.subarray(37, 37 + 130) });
  await assertRejects(() => loadModel(short, SETTINGS), ModelError, "w0.npy must");
  // The directory at the end of the archive announces a huge size.
  const bomb = zipSync({ "w0.npy": npz.subarray(36, 36 + 130) });
  const directory = bomb.length - 22 - 46 - "w0.npy".length;
  new DataView(bomb.buffer).setUint32(directory + 24, 2 ** 31, true);
  await assertRejects(() => loadModel(bomb, SETTINGS), ModelError, "at most 1073741824 bytes");
});

Deno.test("loadModel() rejects pixels that do not fit a net, or its own file", async () => {
  const npz = encodeNpz(modelTensors(foreignModel(NET, SETTINGS)));
  const cases: [Partial<NetSettings>, string][] = [
    [{ mean: [1, 2] }, "mean must be one number, or one for each of the 9 pixels"],
    [
      { std: 0 },
      "above 0 (where scikit-learn's scale_ has 1): current value is 0",
    ],
    [{ mean: NaN }, "every mean must be finite"],
    [{ scale: "l2", invert: true }, "inverted images must not be scaled by their norm"],
  ];
  for (const [settings, message] of cases) {
    await assertRejects(() => loadModel(npz, { ...SETTINGS, ...settings }), ModelError, message);
  }
  const own = encodeModel(foreignModel(NET, SETTINGS));
  await assertRejects(() => loadModel(own, { mean: 0.5 }), RangeError, "its mean must be that of");
});
