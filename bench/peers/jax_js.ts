/**
 * Trains a net in jax-js, on the device `wasm` or `webgpu`: see ../peer_loop.ts.
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

/** w0, b0, w1, b1, w2, b2. The shape of weights is (inputs, outputs). */
type Parameters = np.Array[];

await runPeer(async (device, { hidden: [h1, h2], batchSize, optimizer, head }) => {
  const available = await init(device as Device);
  if (!available.includes(device as Device)) throw new Error(`jax-js has no device ${device} here`);
  defaultDevice(device as Device);

  const isNotebook = head === "notebook";
  const shapes = [[784, h1], [h1], [h1, h2], [h2], [h2, 10], [10]];
  const f = isNotebook ? np.tanh : nn.relu;
  const net = ([w0, b0, w1, b1, w2, b2]: Parameters, x: np.Array): np.Array => {
    const dense = (x: np.Array, w: np.Array, b: np.Array) => np.dot(x, w).add(b);
    const outputs = dense(f(dense(f(dense(x, w0, b0)), w1, b1)), w2, b2);
    return isNotebook ? np.tanh(outputs) : outputs;
  };
  const loss = (parameters: Parameters, x: np.Array, y: np.Array): np.Array => {
    const outputs = net(parameters, x);
    if (!isNotebook) return nn.logSoftmax(outputs).mul(y).sum().mul(-1 / batchSize);
    const p = nn.softmax(outputs);
    const label = y.ref.mul(np.log(p.ref));
    const others = np.array(1).sub(y).mul(np.log(np.array(1).sub(p)));
    return label.add(others).sum().mul(-1 / batchSize);
  };
  const sgd = jit(
    (parameters: Parameters, x: np.Array, y: np.Array, learningRate: np.Array): Parameters => {
      const gradients = grad(loss)(tree.ref(parameters), x, y);
      const updated = parameters.map((w, i) => w.sub(gradients[i].mul(learningRate.ref)));
      learningRate.dispose();
      return updated;
    },
  );
  /** A step of Adam: the state is the parameters, then their moments m, then v. */
  const adam = jit(
    (state: np.Array[], x: np.Array, y: np.Array, rate: np.Array, correction2: np.Array) => {
      const count = state.length / 3;
      const parameters = state.slice(0, count);
      const gradients = grad(loss)(tree.ref(parameters), x, y);
      const m = gradients.map((g, i) => state[count + i].mul(0.9).add(g.ref.mul(0.1)));
      const v = gradients.map((g, i) =>
        state[2 * count + i].mul(0.999).add(g.ref.mul(g).mul(0.001))
      );
      const updated = parameters.map((w, i) =>
        w.sub(rate.ref.mul(m[i].ref).div(np.sqrt(v[i].ref).mul(correction2.ref).add(1e-8)))
      );
      rate.dispose();
      correction2.dispose();
      return [...updated, ...m, ...v];
    },
  );
  const outputsOf = jit(net);

  const keys = random.split(random.key(298504), shapes.length);
  const drawn = shapes.map((shape, i): np.Array => {
    const [inputs, units] = shape;
    if (isNotebook) return random.normal(keys.ref.slice(i), shape);
    if (units === undefined) return np.zeros(shape);
    return random.normal(keys.ref.slice(i), shape).mul(Math.sqrt(2 / (inputs + units)));
  });
  const zeros = () => shapes.map((shape) => np.zeros(shape));
  let state = optimizer === "adam" ? [...drawn, ...zeros(), ...zeros()] : drawn;
  let steps = 0;
  const matrix = (values: Float32Array, rows: number) =>
    np.array(values as Float32Array<ArrayBuffer>).reshape([rows, values.length / rows]);

  return {
    title: `jax-js ${config.imports["@jax-js/jax"].split("@").at(-1)}, ${device}`,
    step(inputs, labels, learningRate) {
      steps++;
      const [x, y] = [matrix(inputs, batchSize), matrix(labels, batchSize)];
      if (optimizer !== "adam") {
        state = sgd(state, x, y, np.array(learningRate));
        return;
      }
      const rate = np.array(learningRate / (1 - 0.9 ** steps));
      state = adam(state, x, y, rate, np.array(1 / Math.sqrt(1 - 0.999 ** steps)));
    },
    async outputs(inputs) {
      const parameters = state.slice(0, shapes.length);
      const outputs = outputsOf(tree.ref(parameters), matrix(inputs, EVALUATED));
      return await outputs.data() as Float32Array;
    },
    async settle() {
      await blockUntilReady(state);
    },
  };
});
