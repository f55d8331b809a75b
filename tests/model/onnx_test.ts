import { assert, assertEquals } from "@std/assert";
import * as onnx from "onnxruntime-web/wasm";
import { rowScales } from "../../lib/data/normalize.ts";
import { encodeOnnx } from "../../lib/model/onnx.ts";
import { type Architecture, parameterCount } from "../../lib/net/architecture.ts";
import { forward, parameterViews } from "../../lib/net/maths.ts";
import type { PixelScale } from "../../lib/data/dataset.ts";
import { dataset } from "../data/dataset.ts";
import { test } from "../requirements.ts";
import golden from "../golden/foreign_pixels.json" with { type: "json" };
import { loadModel } from "../../lib/model/load_model.ts";
import type { NetSettings } from "../../lib/model/foreign_model.ts";

// Threads would continue to run after the test.
onnx.env.wasm.numThreads = 1;

const WIDTH = 6;
const ROWS = 5;

/** Returns a pseudorandom number from 0 to 1. */
function uniform(i: number): number {
  return Math.abs(Math.sin(i + 1) * 43758.5453) % 1;
}

/** The second row is all zeros, the third full ink. */
const images = Uint8Array.from(
  { length: ROWS * WIDTH * WIDTH },
  (_, i) => Math.floor(256 * uniform(i)),
).fill(0, WIDTH * WIDTH, 2 * WIDTH * WIDTH).fill(255, 2 * WIDTH * WIDTH, 3 * WIDTH * WIDTH);

/** Returns parameters of about a trained net's size, which do not saturate the outputs. */
function draw(architecture: Architecture): Float32Array {
  return Float32Array.from(
    { length: parameterCount(architecture) },
    (_, i) => uniform(i + 1e4) - 0.5,
  );
}

/** Returns the probabilities computed in float64. */
function expected(architecture: Architecture, flat: Float32Array, scale: PixelScale): Float64Array {
  const data = dataset(new Uint8Array(ROWS), { width: WIDTH, height: WIDTH, images });
  const factors = rowScales(data, scale);
  const inputs = Float64Array.from(images, (byte, i) => byte * factors[Math.floor(i / WIDTH ** 2)]);
  return forward(architecture, flat, inputs).p;
}

for (const scale of ["l2", "unit"] as const) {
  for (const activation of ["tanh", "relu"] as const) {
    for (const head of ["notebook", "softmax"] as const) {
      test(`encodeOnnx() gives onnxruntime the probabilities of float64 maths, for ${scale}, ${activation} and the ${head} head`, async () => {
        const architecture: Architecture = {
          inputs: WIDTH * WIDTH,
          hidden: [7, 130],
          classes: 3,
          activation,
          head,
        };
        const flat = draw(architecture);
        const model = { architecture, parameters: parameterViews(architecture, flat), scale };
        const session = await onnx.InferenceSession.create(encodeOnnx(model));
        const { probabilities } = await session.run({
          images: new onnx.Tensor("float32", Float32Array.from(images), [ROWS, WIDTH * WIDTH]),
        });
        await session.release();
        assertEquals(probabilities.dims, [ROWS, 3]);
        const exact = expected(architecture, flat, scale);
        const found = probabilities.data as Float32Array;
        const largest = Math.max(...found.map((p, i) => Math.abs(p - exact[i])));
        assert(largest < 1e-6, `a probability differs by ${largest}`);
        // If all rows had the same probabilities, a file that ignores its input would pass.
        assert(Math.abs(exact[0] - exact[6]) > 1e-3, "the rows' predictions are too similar");
      });
    }
  }
}

for (const name of ["gelu", "gelu, tanh", "one hidden layer, tanh"] as const) {
  test(`encodeOnnx() gives onnxruntime PyTorch's probabilities: ${name}`, async () => {
    const { file, settings, probabilities } = golden.nets[name];
    const model = await loadModel(Uint8Array.fromBase64(file), settings as NetSettings);
    const session = await onnx.InferenceSession.create(encodeOnnx(model));
    const { inputs } = model.architecture;
    const pixels = Float32Array.from(golden.images.flat());
    const found = await session.run({
      images: new onnx.Tensor("float32", pixels, [pixels.length / inputs, inputs]),
    });
    await session.release();
    const expected = probabilities.flat();
    const data = found.probabilities.data as Float32Array;
    const largest = Math.max(...expected.map((p, i) => Math.abs(p - data[i])));
    assert(data.length === expected.length && largest < 1e-5, `differs by ${largest}`);
  });
}
