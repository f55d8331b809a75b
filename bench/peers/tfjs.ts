/**
 * Trains the notebook's net in TensorFlow.js, on the device `wasm` or `webgpu`: see
 * ../peer_loop.ts.
 */
import * as tf from "@tensorflow/tfjs";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import "@tensorflow/tfjs-backend-webgpu";
import { BATCH, runPeer } from "../peer_loop.ts";

await runPeer(async (device) => {
  // The .wasm files are in the same folder as the module.
  const folder = new URL(".", import.meta.resolve("@tensorflow/tfjs-backend-wasm"));
  setWasmPaths(folder.pathname);
  if (!await tf.setBackend(device)) throw new Error(`TensorFlow.js has no backend ${device} here`);

  const draw = (...shape: number[]) => tf.variable(tf.randomNormal(shape));
  const [w0, b0] = [draw(784, 50), draw(50)];
  const [w1, b1] = [draw(50, 100), draw(100)];
  const [w2, b2] = [draw(100, 10), draw(10)];
  const dense = (x: tf.Tensor, w: tf.Tensor, b: tf.Tensor) => tf.tanh(tf.add(tf.matMul(x, w), b));
  const net = (x: tf.Tensor) => dense(dense(dense(x, w0, b0), w1, b1), w2, b2);
  const loss = (x: tf.Tensor, y: tf.Tensor): tf.Scalar => {
    const p = tf.softmax(net(x));
    const others = tf.mul(tf.sub(1, y), tf.log(tf.sub(1, p)));
    return tf.mul(tf.sum(tf.add(tf.mul(y, tf.log(p)), others)), -1 / BATCH);
  };
  const optimizer = tf.train.sgd(0.5);

  return {
    title: `TensorFlow.js ${tf.version.tfjs}, ${device}`,
    step(inputs, labels, learningRate) {
      optimizer.setLearningRate(learningRate);
      tf.tidy(() => {
        const x = tf.tensor2d(inputs, [BATCH, 784]);
        const y = tf.tensor2d(labels, [BATCH, 10]);
        optimizer.minimize(() => loss(x, y));
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
});
