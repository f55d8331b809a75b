"""Trains the notebook's net in JAX, for `deno task bench:peers`.

usage: python3 jax_notebook.py MODE FOLDER ITERATIONS

MODE    notebook   the notebook's code: a Python loop with jax.random.choice and jnp.take in
                   every step
        scan       the whole loop as one jitted lax.scan, including sampling and evaluations
        presample  the arithmetic alone: the same scan over rows that are sampled in advance,
                   without evaluations
FOLDER  the folder of the four IDX files, not compressed

Prints one line of JSON: the title, the iterations, the seconds of the loop (without compilation)
and the accuracy on all test rows.
"""
import json
import sys
import time

import jax
import numpy as np
from jax import jit, lax, nn, numpy as jnp, random, vmap

jax.config.update("jax_threefry_partitionable", False)  # the notebook's random numbers

SEED, BATCH, EVAL_EVERY, EVAL_SIZE = 298504, 100, 500, 1000
LEARNING_RATE, DECAY, DECAY_EVERY = 0.5, 0.5, 2000
SHAPES = [(50, 784), (50,), (100, 50), (100,), (10, 100), (10,)]


def load(folder):
    """Returns images as float32 (rows, 784), labels (rows), and the number of training rows."""
    def read(name, header):
        return np.fromfile(f"{folder}/{name}", np.uint8)[header:]
    images = [read(f"{part}-images-idx3-ubyte", 16).reshape(-1, 784) for part in ("train", "t10k")]
    labels = [read(f"{part}-labels-idx1-ubyte", 8) for part in ("train", "t10k")]
    return np.concatenate(images).astype(np.float32), np.concatenate(labels), len(labels[0])


def next_key(key):
    """Returns the key of the next draw, as in the notebook: the first key of a split."""
    return random.split(key)[0]


def net(params, x):
    w0, b0, w1, b1, w2, b2 = params
    x1 = jnp.tanh(jnp.dot(w0, x) + b0)
    x2 = jnp.tanh(jnp.dot(w1, x1) + b1)
    return nn.softmax(jnp.tanh(jnp.dot(w2, x2) + b2))


def loss(params, x, y):
    p = net(params, x)
    return jnp.sum(-y * jnp.log(p) - (1. - y) * jnp.log(1. - p))


def update(params, x, y, learning_rate):
    gradients = vmap(jax.grad(loss), in_axes=(None, 0, 0))(params, x, y)
    return [param - learning_rate * jnp.average(g, 0) for param, g in zip(params, gradients)]


@jit
def accuracy(params, x, y):
    answers = vmap(lambda row: jnp.argmax(net(params, row)))(x)
    return jnp.average(answers == jnp.argmax(y, axis=1))


def learning_rate_of(step):
    """Returns the learning rate of a step (1, 2...), which falls after every DECAY_EVERY steps."""
    return LEARNING_RATE * DECAY ** ((step - 1) // DECAY_EVERY)


def run_notebook(key, params, train, test, iterations):
    """Runs the notebook's loop. Returns the seconds and the parameters."""
    def random_rows(count, *arrays):
        nonlocal key
        key = next_key(key)
        drawn = random.choice(key, len(arrays[0]), (count,), replace=False)
        rows = list(map(int, drawn))
        return [jnp.take(array, jnp.asarray(rows), axis=0) for array in arrays]

    step = jit(update)
    first_key = key
    jax.block_until_ready(step(params, *random_rows(BATCH, *train), LEARNING_RATE))
    jax.block_until_ready(accuracy(params, *random_rows(EVAL_SIZE, *test)))
    key = first_key
    start = time.perf_counter()
    for i in range(1, iterations + 1):
        params = step(params, *random_rows(BATCH, *train), learning_rate_of(i))
        if i % EVAL_EVERY == 0:
            float(accuracy(params, *random_rows(EVAL_SIZE, *test)))
    jax.block_until_ready(params)
    return time.perf_counter() - start, params


def run_scan(key, params, train, test, iterations):
    """Runs the loop as one lax.scan. Returns the seconds and the parameters."""
    def choose(key, count, arrays):
        drawn = random.choice(key, len(arrays[0]), (count,), replace=False)
        return [array[drawn] for array in arrays]

    def evaluate(key, params, test):
        key = next_key(key)
        return key, accuracy(params, *choose(key, EVAL_SIZE, test))

    def skip(key, params, test):
        return key, jnp.float32(jnp.nan)

    @jit
    def run(key, params, train, test):
        def body(carry, i):
            key, params = carry
            key = next_key(key)
            params = update(params, *choose(key, BATCH, train), learning_rate_of(i))
            key, found = lax.cond(i % EVAL_EVERY == 0, evaluate, skip, key, params, test)
            return (key, params), found
        return lax.scan(body, (key, params), jnp.arange(1, iterations + 1))

    compiled = run.lower(key, params, train, test).compile()
    start = time.perf_counter()
    (_, params), _ = jax.block_until_ready(compiled(key, params, train, test))
    return time.perf_counter() - start, params


def run_presample(key, params, train, _, iterations):
    """Runs the arithmetic alone, on sampled rows. Returns the seconds and the parameters."""
    def chain(key, _):
        key = next_key(key)
        return key, key

    @jit
    def draw(key):
        keys = lax.scan(chain, key, None, iterations)[1]
        return lax.map(lambda key: random.choice(key, len(train[0]), (BATCH,), replace=False), keys)

    @jit
    def run(params, train, drawn):
        def body(params, item):
            i, rows = item
            return update(params, train[0][rows], train[1][rows], learning_rate_of(i)), None
        return lax.scan(body, params, (jnp.arange(1, iterations + 1), drawn))[0]

    drawn = jax.block_until_ready(draw(key))
    compiled = run.lower(params, train, drawn).compile()
    start = time.perf_counter()
    params = jax.block_until_ready(compiled(params, train, drawn))
    return time.perf_counter() - start, params


def main(mode, folder, iterations):
    images, labels, train_rows = load(folder)
    key = next_key(random.PRNGKey(SEED))
    mask = np.asarray(random.permutation(key, jnp.arange(len(labels)) < train_rows))

    def prepared(rows):
        x, y = images[rows], np.eye(10, dtype=np.float32)[labels[rows]]
        return [jnp.asarray(x / np.linalg.norm(x, axis=1, keepdims=True)), jnp.asarray(y)]

    train, test = prepared(mask), prepared(~mask)
    key = next_key(key)  # the notebook prints one training row
    params = []
    for shape in SHAPES:
        key = next_key(key)
        params.append(random.normal(key, shape))
    key = next_key(key)  # the notebook evaluates before the first step

    run = {"notebook": run_notebook, "scan": run_scan, "presample": run_presample}[mode]
    seconds, params = run(key, params, train, test, iterations)
    device = jax.devices()[0]
    name = device.device_kind if device.platform != "cpu" else "CPU"
    print(json.dumps({
        "title": f"JAX {jax.__version__} on {name}, {mode}",
        "iterations": iterations,
        "seconds": seconds,
        "accuracy": float(accuracy(params, *test)),
    }))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
