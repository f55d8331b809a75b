"""Trains the net of a preset in JAX, without augmentation, for `deno task bench:peers --net`.

usage: python3 jax_preset.py MODE FOLDER ITERATIONS NET

MODE    presample  the arithmetic alone: one jitted lax.scan over rows that are sampled in advance,
                   without evaluations
FOLDER  the folder of the four IDX files, not compressed
NET     JSON with hidden, batchSize and learningRate

The net has relu and softmax cross-entropy, the optimizer is Adam with optax's formulas. Prints one
line of JSON: the title, the iterations, the seconds of the loop (without compilation) and the
accuracy on all test rows.
"""
import json
import sys
import time

import jax
import numpy as np
from jax import jit, lax, nn, numpy as jnp, random

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def load(folder, part):
    """Returns images (rows, 784) from 0 to 1, float32, and labels (rows)."""
    def read(name, header):
        return np.fromfile(f"{folder}/{part}-{name}-ubyte", np.uint8)[header:]
    images = read("images-idx3", 16).reshape(-1, 784).astype(np.float32) / 255
    return jnp.asarray(images), jnp.asarray(read("labels-idx1", 8))


def net(params, x):
    (w0, b0), (w1, b1), (w2, b2) = params
    return nn.relu(nn.relu(x @ w0 + b0) @ w1 + b1) @ w2 + b2


def loss(params, x, y):
    logits = nn.log_softmax(net(params, x))
    return -jnp.mean(jnp.take_along_axis(logits, y[:, None].astype(int), 1))


def main(_, folder, iterations, options):
    (x, y), test = load(folder, "train"), load(folder, "t10k")
    sizes, batch = [784, *options["hidden"], 10], options["batchSize"]
    key = random.PRNGKey(0)
    glorot = nn.initializers.glorot_normal()
    params = []
    for inputs, units in zip(sizes, sizes[1:]):
        key, own = random.split(key)
        params.append((glorot(own, (inputs, units)), jnp.zeros(units)))
    rate = options["learningRate"]

    @jit
    def run(params, x, y, drawn):
        zeros = jax.tree.map(jnp.zeros_like, params)

        def body(carry, item):
            params, m, v = carry
            t, rows = item
            g = jax.grad(loss)(params, x[rows], y[rows])
            m = jax.tree.map(lambda m, g: BETA1 * m + (1 - BETA1) * g, m, g)
            v = jax.tree.map(lambda v, g: BETA2 * v + (1 - BETA2) * g * g, v, g)

            def updated(w, m, v):
                corrected = jnp.sqrt(v / (1 - BETA2 ** t)) + EPSILON
                return w - rate * (m / (1 - BETA1 ** t)) / corrected
            return (jax.tree.map(updated, params, m, v), m, v), None
        steps = jnp.arange(1, iterations + 1)
        return lax.scan(body, (params, zeros, zeros), (steps, drawn))[0][0]

    per_epoch = len(x) // batch
    epochs = -(-iterations // per_epoch)
    rows = [random.permutation(own, len(x))[:per_epoch * batch].reshape(-1, batch)
            for own in random.split(key, epochs)]
    drawn = jnp.concatenate(rows)[:iterations]
    compiled = run.lower(params, x, y, drawn).compile()
    start = time.perf_counter()
    params = jax.block_until_ready(compiled(params, x, y, drawn))
    seconds = time.perf_counter() - start
    device = jax.devices()[0]
    name = device.device_kind if device.platform != "cpu" else "CPU"
    answers = jnp.argmax(net(params, test[0]), axis=1)
    print(json.dumps({
        "title": f"JAX {jax.__version__} on {name}, presample",
        "iterations": iterations,
        "seconds": seconds,
        "accuracy": float(jnp.mean(answers == test[1])),
    }))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), json.loads(sys.argv[4]))
