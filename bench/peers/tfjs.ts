/**
 * Trains the notebook's net in TensorFlow.js, on the device `wasm` or `webgpu`: see
 * ../peer_loop.ts.
 */
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgpu";
import { runPeer } from "../peer_loop.ts";

await runPeer(
  async (device, { hidden: [h1, h2], batchSize, activation, optimizer, head, learningRate }) => {
    // The .wasm files are in the same folder as the module.
    const folder = new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm"));
    setWasmPaths(folder.pathname);
    if (!await tf.setBackend(device)) {
      throw new Error(`TensorFlow.js has no backend ${device} here`);
    }

    const isNotebook = head === "notebook";
    const f = activation === "relu" ? tf.relu : tf.tanh;
    // Standard normal as in the notebook, or Glorot's deviation and no biases.
    const weights = (inputs: number, units: number) =>
      tf.variable(
        tf.randomNormal([inputs, units], 0, isNotebook ? 1 : Math.sqrt(2 / (inputs + units))),
      );
    const biases = (units: number) =>
      tf.variable(isNotebook ? tf.randomNormal([units]) : tf.zeros([units]));
    const [w0, b0] = [weights(784, h1), biases(h1)];
    const [w1, b1] = [weights(h1, h2), biases(h2)];
    const [w2, b2] = [weights(h2, 10), biases(10)];
    const dense = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.add(tf.matMul(x, w), b);
    const net = (x: tf.Tensor) => {
      const outputs = dense(f(dense(f(dense(x, w0, b0)), w1, b1)), w2, b2);
      return isNotebook ? tf.tanh(outputs) : outputs;
    };
    const loss = (x: tf.Tensor, y: tf.Tensor): tf.Scalar => {
      if (!isNotebook) return tf.losses.softmaxCrossEntropy(y, net(x)) as tf.Scalar;
      const p = tf.softmax(net(x));
      const others = tf.mul(tf.sub(1, y), tf.log(tf.sub(1, p)));
      return tf.mul(tf.sum(tf.add(tf.mul(y, tf.log(p)), others)), -1 / batchSize);
    };
    const trainer = optimizer === "adam" ? tf.train.adam(learningRate) : tf.train.sgd(learningRate);

    return {
      title: `TensorFlow.js ${tf.version.tfjs}, ${device}`,
      step(inputs, labels, learningRate) {
        // Adam has no public way to change its rate.
        (trainer as unknown as { learningRate: number }).learningRate = learningRate;
        tf.tidy(() => {
          const x = tf.tensor2d(inputs, [batchSize, 784]);
          const y = tf.tensor2d(labels, [batchSize, 10]);
          trainer.minimize(() => loss(x, y));
        });
      },
      async outputs(inputs) {
        const outputs = tf.tidy(() => net(tf.tensor2d(inputs, [inputs.length / 784, 784])));
        const values = await outputs.data<"float32">();
        outputs.dispose();
        return values;
      },
      async settle() {
        await b2.data();
      },
    };
  },
);
