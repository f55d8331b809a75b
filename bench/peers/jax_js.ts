/**
 * Trains the notebook's net in jax-js, on the device `wasm` or `webgpu`: see ../peer_loop.ts.
 *
 * jax-js counts references: a function frees its array arguments, unless they are passed as `.ref`.
 */
import {
  blockUntilReady,
  defaultDevice,
  type Device,
  grad,
  init,
  jit,
  nn,
  numpy as np,
  random,
  tree,
} from "@jax-js/jax";
import config from "./deno.json" with { type: "json" };
import { EVALUATED, runPeer } from "../peer_loop.ts";
import { NOTEBOOK } from "../../lib/training/options.ts";

/** w0, b0, w1, b1, w2, b2. The shape of weights is (inputs, outputs). */
type Parameters = np.Array[];

const BATCH = NOTEBOOK.batchSize;
const SHAPES = [[784, 50], [50], [50, 100], [100], [100, 10], [10]];

function net([w0, b0, w1, b1, w2, b2]: Parameters, x: np.Array): np.Array {
  const dense = (x: np.Array, w: np.Array, b: np.Array) => np.tanh(np.dot(x, w).add(b));
  return dense(dense(dense(x, w0, b0), w1, b1), w2, b2);
}

function loss(parameters: Parameters, x: np.Array, y: np.Array): np.Array {
  const p = nn.softmax(net(parameters, x));
  const label = y.ref.mul(np.log(p.ref));
  const others = np.array(1).sub(y).mul(np.log(np.array(1).sub(p)));
  return label.add(others).sum().mul(-1 / BATCH);
}

const update = jit(
  (parameters: Parameters, x: np.Array, y: np.Array, learningRate: np.Array): Parameters => {
    const gradients = grad(loss)(tree.ref(parameters), x, y);
    const updated = parameters.map((w, i) => w.sub(gradients[i].mul(learningRate.ref)));
    learningRate.dispose();
    return updated;
  },
);
const outputsOf = jit(net);

await runPeer(async (device) => {
  const available = await init(device as Device);
  if (!available.includes(device as Device)) throw new Error(`jax-js has no device ${device} here`);
  defaultDevice(device as Device);
  const keys = random.split(random.key(298504), SHAPES.length);
  let parameters = SHAPES.map((shape, i) => random.normal(keys.ref.slice(i), shape));
  const matrix = (values: Float32Array, rows: number) =>
    np.array(values as Float32Array<ArrayBuffer>).reshape([rows, values.length / rows]);

  return {
    title: `jax-js ${config.imports["@jax-js/jax"].split("@").at(-1)}, ${device}`,
    step(inputs, labels, learningRate) {
      const [x, y] = [matrix(inputs, BATCH), matrix(labels, BATCH)];
      parameters = update(parameters, x, y, np.array(learningRate));
    },
    async outputs(inputs) {
      const outputs = outputsOf(tree.ref(parameters), matrix(inputs, EVALUATED));
      return await outputs.data() as Float32Array;
    },
    async settle() {
      await blockUntilReady(parameters);
    },
  };
});
